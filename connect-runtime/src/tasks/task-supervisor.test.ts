import { MillraceError, silentLogger } from '@millrace/foundation';
import { eventually } from '@millrace/sdk/testing';
import { expect, test } from 'vitest';
import type { TaskAction } from '../core/herder/reconcile.ts';
import type { PluginDescription, TaskSpec } from './host-protocol.ts';
import { type SupervisedHost, TaskSupervisor } from './task-supervisor.ts';

const id = { connector: 'c', task: 0 };
const start = (more: Partial<Extract<TaskAction, { kind: 'start' }>> = {}): TaskAction => ({
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
  }

  call = (async (method: string, body: { paused: boolean }) => {
    this.asked.push(`${method} ${body.paused}`);
    return null;
  }) as unknown as SupervisedHost['call'];
}

function supervised(find: () => Promise<PluginDescription> = async () => plugin) {
  const host = new FakeHost();
  const reports: string[] = [];
  const supervisor = new TaskSupervisor({
    hosts: { forTask: () => host, forget: () => void host.asked.push('forget') },
    catalog: { find },
    settings: async () => ({}) as TaskSpec['worker'],
    stopTimeoutMs: 100,
    restartPolicy: { backoffMs: 10, backoffMaxMs: 20, resetAfterMs: 1_000 },
    clock: { now: () => ({ wallMs: 0, monoMs: 0 }) },
    random: { float: () => 0, uuid: () => '' },
    logger: silentLogger,
    report: (_, { state }) => void reports.push(state),
  });
  return { host, reports, supervisor };
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

test('starts a task by the class that the alias stands for', async () => {
  const { host, supervisor } = supervised();
  await supervisor.apply([start()]);
  expect(host.specs[0]).toMatchObject({ module: 'm', connectorConfig: { 'connector.class': 'Real' } });
});

test('a passing failure is followed by a start of itself; one that does not pass is not', async () => {
  const { host, reports, supervisor } = supervised();
  await supervisor.apply([start()]);
  supervisor.failed(id, failure('transient'), '');
  supervisor.failed(id, failure('transient'), 'its echo');
  expect(reports).toEqual(['RESTARTING']);
  await eventually('the second start', () => host.asked.length === 2);
  supervisor.failed(id, failure('poison'), '');
  expect(reports).toEqual(['RESTARTING', 'FAILED']);
  expect(supervisor.running().has('c-0')).toBe(true);
});

test('a task that was stopped while it waited for its restart does not come back', async () => {
  const { host, supervisor } = supervised();
  await supervisor.apply([start()]);
  supervisor.failed(id, failure('transient'), '');
  await supervisor.stop(id);
  // Another one with the same wait, begun later: when it is back, the first one's time has passed.
  const other = { connector: 'other', task: 0 };
  await supervisor.apply([start({ id: other })]);
  supervisor.failed(other, failure('transient'), '');
  await eventually('the other one', () => host.specs.length === 3);
  expect(host.specs.map((spec) => spec.id.connector)).toEqual(['c', 'other', 'other']);
});

test('a task that was stopped while its plugin was looked up does not start', async () => {
  const found = Promise.withResolvers<PluginDescription>();
  const { host, supervisor } = supervised(() => found.promise);
  const started = supervisor.apply([start()]);
  await eventually('the look-up', () => supervisor.running().size === 1);
  await supervisor.stop(id);
  found.resolve(plugin);
  await started;
  expect(host.asked).not.toContain('start');
});

test('what is still stopping is held, and starts again only when it has stopped', async () => {
  const { host, supervisor, reports } = supervised();
  await supervisor.apply([start()]);
  const gate = Promise.withResolvers<void>();
  host.answer = () => gate.promise;
  const stopped = supervisor.stop(id);
  expect(supervisor.running().size).toBe(0);
  expect(supervisor.held()).toEqual([id]);
  const again = supervisor.apply([start()]);
  // Everything that does not wait for the stop has had its turn after this.
  await new Promise((resolve) => setImmediate(resolve));
  expect(host.asked).toEqual(['start', 'stop']);
  gate.resolve();
  await Promise.all([stopped, again, supervisor.stop({ connector: 'other', task: 1 })]);
  expect(host.asked).toEqual(['start', 'stop', 'forget', 'start']);
  expect(reports).toEqual(['UNASSIGNED']);
});

test('a plugin that is gone fails the task, and the task can still be stopped', async () => {
  const { reports, supervisor } = supervised(async () => {
    throw new MillraceError('no such class', { code: 'UNKNOWN_CONNECTOR_CLASS', class: 'config', hint: '' });
  });
  await supervisor.apply([start()]);
  expect(reports).toEqual(['FAILED']);
  await supervisor.stop(id);
  expect(reports).toEqual(['FAILED', 'UNASSIGNED']);
});

test('a restart that a person asked for keeps the pause, and is told as one', async () => {
  const { host, reports, supervisor } = supervised();
  await supervisor.apply([start()]);
  await supervisor.apply([{ kind: 'pause', id }]);
  expect(await supervisor.restart(id)).toBe(true);
  expect(host.asked).toEqual(['start', 'setPaused true', 'stop', 'forget', 'start']);
  expect(host.specs[1]?.paused).toBe(true);
  expect(reports).toEqual(['RESTARTING']);
  expect(await supervisor.restart({ connector: 'other', task: 0 })).toBe(false);
});

test('a pause that comes while a task waits for its restart is taken along', async () => {
  const { host, supervisor } = supervised();
  await supervisor.apply([start()]);
  supervisor.failed(id, failure('transient'), '');
  await supervisor.apply([{ kind: 'pause', id }]);
  await eventually('the second start', () => host.specs.length === 2);
  expect(host.specs[1]?.paused).toBe(true);
});
