import { MillraceError } from '@millrace/foundation';
import { expect, test } from 'vitest';
import type { TaskLogs } from '../contract/index.ts';
import { FakeHerder } from '../testing/fake-ports.ts';
import { LogTail } from './log-tail.ts';

const line = (atMs: number, level: TaskLogs['lines'][number]['level'] = 'INFO') => ({
  ...{ atMs, level, message: `line ${atMs}`, facts: {} },
});

function following(level: TaskLogs['lines'][number]['level'] = 'TRACE') {
  const herder = new FakeHerder();
  herder.add('copy', {}, 2);
  const logs = [
    { worker_id: 'a', lines: [line(1), line(4)], dropped: 10 },
    { worker_id: 'a', lines: [line(2, 'ERROR')], dropped: 0 },
  ];
  const taskLogs = ({ task }: { task: number }) => logs[task] as TaskLogs;
  const tail = new LogTail(herder, { taskLogs }, { connector: 'copy', task: null, level });
  const look = async () => {
    const event = await tail.look();
    return event && { at: event.lines.map(({ task, atMs }) => `${task}:${atMs}`), dropped: event.dropped };
  };
  return { herder, logs, look, tail };
}

test('lines of all tasks come by time, each once; those that were gone before they could be told are counted', async () => {
  const { logs, look } = following();
  expect(await look()).toEqual({ at: ['0:1', '1:2', '0:4'], dropped: 0 });
  expect(await look()).toBeNull();
  logs[0] = { worker_id: 'a', lines: [line(7), line(8)], dropped: 15 };
  expect(await look()).toEqual({ at: ['0:7', '0:8'], dropped: 3 });
});

test('quieter lines are left out', async () => {
  expect(await following('WARN').look()).toEqual({ at: ['1:2'], dropped: 0 });
});

test('a task that moves is followed to its worker', async () => {
  const { logs, look, herder, tail } = following();
  await look();
  logs[0] = { worker_id: 'b', lines: [line(9)], dropped: 0 };
  expect(await look()).toEqual({ at: ['0:9'], dropped: 0 });
  const facts = { forwardTo: 'http://b:1/' };
  const elsewhere = new LogTail(
    herder,
    {
      taskLogs: () => {
        throw new MillraceError('elsewhere', { code: 'REBALANCE_IN_PROGRESS', class: 'transient', facts });
      },
    },
    { connector: 'copy', task: 0, level: 'TRACE' },
  );
  herder.forwardedAnswer = { status: 200, location: null, etag: null, body: JSON.stringify(logs[0]) };
  expect((await elsewhere.look())?.lines).toHaveLength(1);
  expect(herder.calls.at(-1)).toContain('http://b:1/ /api/v1/connectors/copy/tasks/0/logs?forward=false');
  await herder.deleteConnector('copy');
  await expect(tail.look()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
