import { MillraceError, silentLogger } from '@millrace/foundation';
import { eventually } from '@millrace/sdk/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { TaskStart } from '../core/herder/reconcile.ts';
import { FOR_EVER } from '../core/restart/restart-policy.ts';
import type { PluginDescription, TaskSpec } from './host-protocol.ts';
import { type SupervisedHost, TaskSupervisor } from './task-supervisor.ts';

const id = { connector: 'c', task: 0 };
const start = (more: Partial<TaskStart> = {}): TaskStart => ({
  kind: 'start',
  id,
  connectorConfig: { 'connector.class': 'alias' },
  taskConfig: {},
  fingerprint: 'f',
  paused: false,
  ...more,
});

/** A host that says what it was asked, and answers when it is told to. */
class FakeHost implements SupervisedHost {
  readonly asked: string[] = [];
  specs: TaskSpec[] = [];
  answer: () => Promise<void> = async () => undefined;

  async startTask(spec: TaskSpec) {
    this.asked.push('start');
    this.specs.push(spec);
    await this.answer();
  }

  async stopTask() {
    this.asked.push('stop');
    await this.answer();
    return 'stopped' as const;
  }

  call = (async (method: string, body: { paused: boolean }) => {
    this.asked.push(`${method} ${body.paused}`);
    return null;
  }) as unknown as SupervisedHost['call'];
}

function supervised(connector: () => Promise<PluginDescription> = async () => plugin) {
  const host = new FakeHost();
  const reports: string[] = [];
  const restarts: unknown[] = [];
  const supervisor = new TaskSupervisor({
    hosts: { forTask: () => host, forget: () => void host.asked.push('forget') },
    catalog: { connector },
    settings: async () => ({}) as TaskSpec['worker'],
    sources: async () => ({ providers: [], plugins: [], secrets: null }),
    stopTimeoutMs: 100,
    silenceMaxMs: 20,
    restartPolicy: {
      backoffMs: 10,
      backoffMaxMs: 20,
      resetAfterMs: 1_000,
      attempts: { transient: FOR_EVER, throttled: FOR_EVER, poison: 0, auth: 0, config: 0, bug: 0 },
    },
    clock: { now: () => ({ wallMs: 0, monoMs: 0 }) },
    random: { float: () => 0, uuid: () => '' },
    logger: silentLogger,
    report: (_, { state, restart }) => {
      reports.push(state);
      if (restart) restarts.push(restart);
    },
  });
  return { host, reports, restarts, supervisor };
}

const plugin: PluginDescription = {
  module: 'm',
  class: 'Real',
  aliases: ['alias'],
  type: 'source',
  version: '1',
  docs: '',
};
const failure = (errorClass: 'transient' | 'poison') =>
  new MillraceError('failed', { code: 'X', class: errorClass, hint: '' });

test('starts a task by the class that the alias stands for, with the config as it was written', async () => {
  const { host, supervisor } = supervised();
  await supervisor.start(start());
  expect(host.specs[0]).toMatchObject({
    module: 'm',
    class: 'Real',
    connectorConfig: { 'connector.class': 'alias' },
  });
});

test('a passing failure is followed by a start of itself; one that does not pass is not', async () => {
  const { host, reports, supervisor } = supervised();
  await supervisor.start(start());
  supervisor.failed(id, failure('transient'), '');
  supervisor.failed(id, failure('transient'), 'its echo');
  expect(reports).toEqual(['RESTARTING']);
  await eventually('the second start', () => host.asked.length === 2);
  supervisor.failed(id, failure('poison'), '');
  expect(reports).toEqual(['RESTARTING', 'FAILED']);
  expect(supervisor.running().has('c-0')).toBe(true);
});

test('a task that was killed for its silence counts as running when it has run for longer than that', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { reports, supervisor } = supervised();
  const silent = () =>
    new MillraceError('busy', { code: 'TASK_HOST_UNRESPONSIVE', class: 'transient', hint: '' });
  await supervisor.start(start());
  supervisor.stateChanged(id, 'RUNNING');
  for (let round = 0; round < 2; round++) {
    supervisor.failed(id, silent(), '');
    await vi.advanceTimersByTimeAsync(20);
    supervisor.stateChanged(id, 'RUNNING');
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(reports).toEqual(['RUNNING', 'RESTARTING', 'RESTARTING']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reports.at(-1)).toBe('RUNNING');
  // Proven: an ordinary start is told at once.
  supervisor.stateChanged(id, 'RUNNING');
  expect(reports).toHaveLength(5);
});

test('a task that was stopped while it waited for its restart does not come back', async () => {
  const { host, supervisor } = supervised();
  await supervisor.start(start());
  supervisor.failed(id, failure('transient'), '');
  await supervisor.stop(id);
  // Another one with the same wait, begun later: when it is back, the first one's time has passed.
  const other = { connector: 'other', task: 0 };
  await supervisor.start(start({ id: other }));
  supervisor.failed(other, failure('transient'), '');
  await eventually('the other one', () => host.specs.length === 3);
  expect(host.specs.map((spec) => spec.id.connector)).toEqual(['c', 'other', 'other']);
});

test('a task that was stopped while its plugin was looked up does not start', async () => {
  const found = Promise.withResolvers<PluginDescription>();
  const { host, supervisor } = supervised(() => found.promise);
  const started = supervisor.start(start());
  await eventually('the look-up', () => supervisor.running().size === 1);
  await supervisor.stop(id);
  found.resolve(plugin);
  await started;
  expect(host.asked).not.toContain('start');
});

test('a stop ends when the host has let go, and is told once', async () => {
  const { host, supervisor, reports } = supervised();
  await supervisor.start(start());
  const gate = Promise.withResolvers<void>();
  host.answer = () => gate.promise;
  const stops = [supervisor.stop(id), supervisor.stop(id)];
  expect(supervisor.running().size).toBe(0);
  expect(reports).toEqual([]);
  gate.resolve();
  await Promise.all(stops);
  expect(host.asked).toEqual(['start', 'stop', 'forget']);
  expect(reports).toEqual(['UNASSIGNED']);
});

test('a task that is stopped while it restarts does not come back', async () => {
  const { host, supervisor, reports } = supervised();
  await supervisor.start(start());
  const gate = Promise.withResolvers<void>();
  host.answer = () => gate.promise;
  const restarted = supervisor.restart(id);
  const stopped = supervisor.stop(id);
  gate.resolve();
  await stopped;
  expect(await restarted).toBe(false);
  expect(host.asked).toEqual(['start', 'stop', 'forget']);
  expect(reports).toEqual(['RESTARTING', 'UNASSIGNED']);
});

test('a connector may say how often its tasks are started again, and who gives up says why', async () => {
  const { host, restarts, supervisor } = supervised();
  const connectorConfig = { 'connector.class': 'alias', 'task.restart.attempts.poison': '1' };
  await supervisor.start(start({ connectorConfig }));
  supervisor.failed(id, failure('poison'), '');
  await eventually('the second start', () => host.asked.length === 2);
  supervisor.failed(id, failure('poison'), '');
  expect(restarts).toEqual([
    { attempts: 1, next_at_ms: 5 },
    { attempts: 1, next_at_ms: null, reason: 'Gave up after 1 restart in a row.' },
  ]);
});

test('a plugin that is gone fails the task, and the task can still be stopped', async () => {
  const { reports, supervisor } = supervised(async () => {
    throw new MillraceError('no such class', { code: 'UNKNOWN_CONNECTOR_CLASS', class: 'config', hint: '' });
  });
  await supervisor.start(start());
  expect(reports).toEqual(['FAILED']);
  await supervisor.stop(id);
  expect(reports).toEqual(['FAILED', 'UNASSIGNED']);
});

test('a restart that a person asked for keeps the pause, and is told as one', async () => {
  const { host, reports, supervisor } = supervised();
  await supervisor.start(start());
  await supervisor.setPaused(id, true);
  expect(await supervisor.restart(id)).toBe(true);
  expect(host.asked).toEqual(['start', 'setPaused true', 'stop', 'forget', 'start']);
  expect(host.specs[1]?.paused).toBe(true);
  expect(reports).toEqual(['RESTARTING']);
  expect(await supervisor.restart({ connector: 'other', task: 0 })).toBe(false);
});

test('a pause that comes while a task waits for its restart is taken along', async () => {
  const { host, supervisor } = supervised();
  await supervisor.start(start());
  supervisor.failed(id, failure('transient'), '');
  await supervisor.setPaused(id, true);
  await eventually('the second start', () => host.specs.length === 2);
  expect(host.specs[1]?.paused).toBe(true);
});
