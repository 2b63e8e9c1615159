import * as contract from '@millrace/rest-api/contract';
import { type Asked, nameAt, type RemoteCommand } from './remote-command.ts';
import { table } from './table.ts';

const paramsOf = (asked: Asked) => ({ worker: nameAt(asked, 0, 'The worker, as host:port,') });

export const workers: RemoteCommand = {
  list: {
    takes: '',
    does: 'the workers of the group and how much runs on each',
    async run(asked) {
      const found = await asked.api.call(contract.listWorkers);
      asked.print(found, () =>
        table(
          ['worker', 'role', 'tasks'],
          found.map(({ id, leader, draining, tasks }) => [
            ...[id, leader ? 'leads' : draining ? 'drains' : '', tasks.length],
          ]),
        ),
      );
    },
  },
  drain: {
    takes: 'HOST:PORT',
    does: 'has its tasks handed over to the others, and gives it none',
    async run(asked) {
      const params = paramsOf(asked);
      await asked.api.call(contract.drainWorker, { params });
      asked.print({ ...params, done: 'drain' }, () => `Worker ${params.worker} hands its tasks over.`);
    },
  },
  use: {
    takes: 'HOST:PORT',
    does: 'lets a worker that was drained have tasks again',
    async run(asked) {
      const params = paramsOf(asked);
      await asked.api.call(contract.endDrain, { params });
      asked.print({ ...params, done: 'use' }, () => `Worker ${params.worker} gets tasks again.`);
    },
  },
};
