import { silentLogger } from '@millrace/foundation';
import { beforeEach, expect, test } from 'vitest';
import type { ForwardedAnswer, TaskCounters } from '../ports.ts';
import { type FakePorts, fakePorts } from '../testing/fake-ports.ts';
import { GroupMonitor } from './group-monitor.ts';

const OTHER = '127.0.0.2:8083';

let ports: FakePorts;
let nowMs: number;
let monitor: GroupMonitor;

beforeEach(() => {
  ports = fakePorts();
  ports.herder.add('copy', { 'connector.class': 'FilesSink' }, 2);
  ports.herder.setState('copy', { worker_id: OTHER }, 1);
  nowMs = 0;
  monitor = new GroupMonitor({
    ...ports,
    ...{ clock: { now: () => ({ wallMs: nowMs, monoMs: nowMs }) }, logger: silentLogger },
  });
});

function tells(...rows: (Pick<TaskCounters, 'task' | 'records'> & Partial<TaskCounters>)[]): void {
  const zero = {
    ...{ connector: 'copy', bytes: 0, errors: 0, lastRecordAtMs: null, lastRecordTimestampMs: null },
    ...{ unacknowledged: 0, behind: null, stages: {} },
  };
  const body = JSON.stringify(rows.map((row) => ({ ...zero, ...row })));
  ports.herder.forwardedAnswer = { status: 200, location: null, etag: null, body };
}

const asked = () => ports.herder.calls.filter((call) => call.startsWith('forward'));
const counts = () => monitor.counters().map(({ task, records }) => [task, records]);
/** Until the answers are taken in. */
const answered = () => new Promise((resolve) => setImmediate(resolve));

test('what tasks on other workers have counted stands beside what those here have', async () => {
  ports.count('copy', 0, 5);
  tells({ task: 1, records: 7 });
  expect(counts()).toEqual([[0, 5]]);
  monitor.refresh();
  await answered();
  expect(asked()).toEqual([`forward GET http://${OTHER} /api/v1/task-counters`]);
  expect(counts().sort()).toEqual([
    [0, 5],
    [1, 7],
  ]);
});

test('a task that came here is told by this worker alone', async () => {
  tells({ task: 1, records: 7 });
  monitor.refresh();
  await answered();
  ports.count('copy', 1, 1);
  expect(counts()).toEqual([[1, 1]]);
});

test('only workers with running tasks are asked, and one that does not answer is asked once', async () => {
  let answer: (reply: ForwardedAnswer) => void = () => undefined;
  ports.herder.forward = (url, { path }) => {
    ports.herder.calls.push(`forward ${url} ${path}`);
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  monitor.refresh();
  monitor.refresh();
  expect(asked()).toHaveLength(1);
  answer({ status: 200, location: null, etag: null, body: '[]' });
  await answered();
  monitor.refresh();
  expect(asked()).toHaveLength(2);
  ports.herder.setState('copy', { state: 'FAILED' }, 1);
  answer({ status: 200, location: null, etag: null, body: '[]' });
  await answered();
  monitor.refresh();
  expect(asked()).toHaveLength(2);
});

test('what a worker told that is gone is forgotten, and a refusal is no answer', async () => {
  tells({ task: 1, records: 7 });
  monitor.refresh();
  await answered();
  ports.herder.forwardedAnswer = { status: 404, location: null, etag: null, body: '{}' };
  nowMs = 20_000;
  monitor.refresh();
  await answered();
  expect(counts()).toEqual([[1, 7]]);
  nowMs = 30_000;
  monitor.refresh();
  expect(counts()).toEqual([]);
});

test('a worker that runs tasks and does not tell is silent, since it told last, until it tells again', async () => {
  nowMs = 1_000;
  tells({ task: 1, records: 7 });
  monitor.refresh();
  await answered();
  expect(monitor.silentWorkers()).toEqual([]);
  const { forward } = ports.herder;
  ports.herder.forward = () => Promise.reject(new Error('refused'));
  nowMs = 2_000;
  monitor.refresh();
  await answered();
  expect(monitor.silentWorkers()).toEqual([{ id: OTHER, asOfMs: 1_000 }]);
  ports.herder.forward = forward;
  monitor.refresh();
  await answered();
  expect(monitor.silentWorkers()).toEqual([]);
});

test('a worker that takes long is silent, one whose tasks have gone elsewhere is not', async () => {
  ports.herder.forward = () => new Promise(() => undefined);
  monitor.refresh();
  nowMs = 1_400;
  expect(monitor.silentWorkers()).toEqual([]);
  nowMs = 1_600;
  expect(monitor.silentWorkers()).toEqual([{ id: OTHER, asOfMs: null }]);
  ports.herder.setState('copy', { worker_id: ports.worker }, 1);
  expect(monitor.silentWorkers()).toEqual([]);
});
