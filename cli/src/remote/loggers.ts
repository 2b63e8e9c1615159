import * as contract from '@millrace/rest-api/contract';
import { nameAt, type RemoteCommand } from './remote-command.ts';
import { table } from './table.ts';

export const loggers: RemoteCommand = {
  list: {
    takes: '',
    does: 'the loggers of a worker and their levels',
    async run(asked) {
      const all = await asked.api.call(contract.listLoggers);
      asked.print(all, () =>
        table(
          ['logger', 'level', 'changed'],
          Object.entries(all).map(([name, { level, last_modified: changed }]) => [
            ...[name, level, changed === null ? null : new Date(changed).toISOString()],
          ]),
        ),
      );
    },
  },
  set: {
    takes: 'LOGGER LEVEL',
    does: 'has it, and all below it, log from that level on, on all workers',
    async run(asked) {
      const params = { logger: nameAt(asked, 0, 'The name of the logger') };
      const body = { level: nameAt(asked, 1, 'The level') };
      await asked.api.call(contract.putLogger, { params, query: { scope: 'cluster' }, body });
      asked.print({ ...params, ...body }, () => `Logger ${params.logger} logs from ${body.level} on.`);
    },
  },
};
