import * as contract from '@millrace/rest-api/contract';
import { type Asked, nameAt, type RemoteCommand, wholeNumber, wrongUse } from './remote-command.ts';
import { printable, table } from './table.ts';

const paramsOf = (asked: Asked) => ({ connector: nameAt(asked, 0, 'The name of the connector') });

export const deadLetters: RemoteCommand = {
  list: {
    takes: 'NAME',
    does: 'causes of the newest dead letters of a connector, and these; --cause those of one',
    options: ['cause', 'limit'],
    async run(asked) {
      const [cause, limit] = [asked.option('cause'), wholeNumber(asked, 'limit')];
      const query = { ...(cause ? { cause } : {}), ...(limit === undefined ? {} : { limit }) };
      const page = await asked.api.call(contract.listDeadLetters, { params: paramsOf(asked), query });
      asked.print(page, () => {
        const causes = table(
          ['cause', 'records', 'stage', 'what'],
          page.causes.map(({ cause: id, count, stage, shape }) => [id, count, stage, shape ?? '']),
        );
        const letters = table(
          ['letter', 'at', 'why', 'value'],
          page.letters.map(({ partition, offset, timestamp, message, value }) => [
            ...[`${partition}:${offset}`, new Date(timestamp).toISOString()],
            ...[message ?? '', printable(value.text)],
          ]),
        );
        return `${causes}\n\n${letters}`;
      });
    },
  },
  redrive: {
    takes: 'NAME',
    does: 'sends dead letters again: --letters PARTITION:OFFSET,..., --cause X or --all, at most --rate a second',
    options: ['letters', 'cause', 'all?', 'rate'],
    async run(asked) {
      const [cause, letters] = [asked.option('cause'), asked.option('letters')];
      const recordsPerSecond = wholeNumber(asked, 'rate');
      const body = {
        ...(cause === undefined ? {} : { cause }),
        ...(letters === undefined ? {} : { letters: letters.split(',').map(letterOf) }),
        ...(asked.flag('all') ? { all: true } : {}),
        ...(recordsPerSecond === undefined ? {} : { recordsPerSecond }),
      };
      const run = await asked.api.call(contract.redriveDeadLetters, { params: paramsOf(asked), body });
      asked.print(run, () => `Redrive ${run.id} has begun: ${run.toRead} dead letters are looked at.`);
    },
  },
  cancel: {
    takes: 'NAME REDRIVE',
    does: 'ends a redrive early; what it has sent stays sent',
    async run(asked) {
      const params = { ...paramsOf(asked), redrive: nameAt(asked, 1, 'The id of the redrive') };
      const run = await asked.api.call(contract.cancelRedrive, { params });
      asked.print(run, () => `Redrive ${run.id} has ended: ${run.sent} records were sent again.`);
    },
  },
  runs: {
    takes: 'NAME',
    does: 'redrives of a connector, newest first',
    async run(asked) {
      const runs = await asked.api.call(contract.listRedrives, { params: paramsOf(asked) });
      asked.print(runs, () =>
        table(
          ['redrive', 'state', 'looked at', 'sent', 'waiting', 'error'],
          runs.map(({ id, state, read, sent, waiting, error }) => [
            ...[id, state, read, sent, waiting, error?.message ?? ''],
          ]),
        ),
      );
    },
  },
};

function letterOf(text: string): { readonly partition: number; readonly offset: number } {
  const [, partition = '', offset = ''] = /^(\d{1,9}):(\d{1,15})$/.exec(text) ?? [];
  if (partition === '') throw wrongUse(`"${text}" is not PARTITION:OFFSET.`);
  return { partition: Number(partition), offset: Number(offset) };
}
