import { MillraceError, silentLogger, systemClock } from '@millrace/foundation';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import { FOR_EVER } from '../core/restart/restart-policy.ts';
import { taskKey } from '../core/task-id.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { Status, StatusStore } from '../storage/status-store.ts';
import { ControlLoop } from './control-loop.ts';

const assignment = {
  error: 0,
  leader: 'w',
  leaderUrl: 'http://w/',
  configOffset: 1,
  assigned: { connectors: ['a', 'b'], tasks: [] },
  revoked: { connectors: [], tasks: [] },
  delayMs: 0,
  whole: true,
};

/** A worker that owns connectors `a` and `b` of one task each, and has read nothing yet. */
function loop() {
  const fake = {
    refresh: async (): Promise<unknown> => null,
    putConnector: async (_connector: string, _status: Status | null): Promise<unknown> => null,
    taskConfigs: async (_config: { readonly name?: string }): Promise<ConnectorConfig[]> => [{}],
    stop: async (): Promise<void> => undefined,
    split: [] as string[],
    published: new Map<string, readonly ConnectorConfig[]>([['b', [{ was: 'so' }]]]),
    started: [] as string[],
    stopped: [] as string[],
    rejoins: [] as string[],
  };
  const config = {
    offset: 0,
    has: () => true,
    connectors: () => ['a', 'b'],
    connector: (name: string) => ({ name }),
    appliedConnector: (name: string) => ({ name }),
    tasks: () => [],
    taskConfigs: (name: string) => fake.published.get(name) ?? [],
    targetState: () => 'RUNNING',
  };
  const configs = {
    config,
    refresh: () => fake.refresh(),
    putTaskConfigs: async (connector: string, configs: readonly ConnectorConfig[]) => {
      fake.published.set(connector, configs);
      fake.split.push(connector);
    },
    putFenced: async () => undefined,
  };
  const control = new ControlLoop({
    workerId: 'w',
    isExactlyOnce: () => false,
    fence: async () => undefined,
    configs: configs as unknown as ConfigStore,
    statuses: {
      putConnector: (connector: string, status: Status | null) => fake.putConnector(connector, status),
      putTask: async () => undefined,
      claimTask: () => undefined,
      claimConnector: () => undefined,
      task: () => undefined,
      connectors: () => [],
      connector: () => undefined,
    } as unknown as StatusStore,
    catalog: { taskConfigs: (config) => fake.taskConfigs(config), versionOf: () => undefined },
    tasks: {
      start: async ({ id }) => void fake.started.push(taskKey(id)),
      stop: async (id) => {
        await fake.stop();
        fake.stopped.push(taskKey(id));
      },
      restart: async () => true,
      setPaused: async () => undefined,
    },
    restartPolicy: {
      backoffMs: 5,
      backoffMaxMs: 10,
      resetAfterMs: 1_000,
      attempts: { transient: FOR_EVER, throttled: FOR_EVER, poison: 0, auth: 0, config: 0, bug: 0 },
    },
    clock: systemClock,
    random: { float: () => 0, uuid: () => '' },
    logger: silentLogger,
    rejoin: (reason) => void fake.rejoins.push(reason),
  });
  onTestFinished(() => control.close());
  return { control, fake };
}

test('an assignment that could not be taken up is taken up later', async () => {
  const { control, fake } = loop();
  const works = fake.refresh;
  fake.refresh = async () => {
    fake.refresh = works;
    throw new Error('the config topic could not be read');
  };
  control.onAssignment(assignment, 1, false);
  await vi.waitFor(() => expect(fake.split).toEqual(['a', 'b']));
  expect(control.joined).toBe(true);
});

test('a status that could not be stored holds up no other connector', async () => {
  const { control, fake } = loop();
  fake.putConnector = async (connector) => {
    if (connector === 'a') throw new Error('the status topic could not be written');
  };
  control.onAssignment(assignment, 1, false);
  await vi.waitFor(() => expect(fake.split).toEqual(['a', 'b']));
});

test('a connector that is tried again says how often it was, and when it is the next time', async () => {
  const { control, fake } = loop();
  const told: Status[] = [];
  fake.putConnector = async (connector, status) => {
    if (connector === 'a' && status?.state === 'RESTARTING') told.push(status);
  };
  fake.taskConfigs = async ({ name }) => {
    if (name === 'a') throw new MillraceError('away', { code: 'AWAY', class: 'transient' });
    return [{}];
  };
  control.onAssignment(assignment, 1, false);
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(1));
  expect(told.slice(0, 2).map(({ restart }) => restart)).toEqual([
    { attempts: 1, next_at_ms: expect.any(Number) },
    { attempts: 2, next_at_ms: expect.any(Number) },
  ]);
});

test('a plugin that does not answer holds up neither another connector nor the tasks, nor who closes', async () => {
  const { control, fake } = loop();
  fake.taskConfigs = (config) => (config.name === 'a' ? new Promise(() => undefined) : Promise.resolve([{}]));
  const tasks = [{ connector: 'b', task: 0 }];
  control.onAssignment({ ...assignment, assigned: { ...assignment.assigned, tasks } }, 1, false);
  await vi.waitFor(() => expect(fake.split).toEqual(['b']));
  expect(fake.started).toEqual(['b-0']);
  await control.close();
  expect(fake.stopped).toEqual(['b-0']);
});

test('what is revoked is let go before the group meets again', async () => {
  const { control, fake } = loop();
  const task = { connector: 'b', task: 0 };
  control.onAssignment({ ...assignment, assigned: { connectors: [], tasks: [task] } }, 1, false);
  await vi.waitFor(() => expect(fake.started).toEqual(['b-0']));
  const gate = Promise.withResolvers<void>();
  fake.stop = () => gate.promise;
  const nothing = { connectors: [], tasks: [] };
  const revoked = { connectors: [], tasks: [task] };
  control.onAssignment({ ...assignment, assigned: nothing, revoked }, 2, false);
  expect(control.held().tasks).toEqual([task]);
  expect(fake.rejoins).toEqual([]);
  gate.resolve();
  await vi.waitFor(() => expect(fake.rejoins).toEqual(['what was revoked is free to be placed']));
  expect(control.held().tasks).toEqual([]);
});

test('a drain ends when what was given up has been placed, not when it has stopped', async () => {
  const { control, fake } = loop();
  const task = { connector: 'b', task: 0 };
  const assigned = { connectors: [], tasks: [task] };
  control.onAssignment({ ...assignment, assigned }, 1, false);
  await vi.waitFor(() => expect(control.joined).toBe(true));
  let ended: boolean | null = null;
  const drained = control.drain(10_000).then((handedOver) => {
    ended = handedOver;
  });
  expect(fake.rejoins).toEqual(['this worker drains']);
  expect(control.join().draining).toBe(true);
  const nothing = { connectors: [], tasks: [] };
  control.onAssignment({ ...assignment, assigned: nothing, revoked: assigned }, 2, false);
  await vi.waitFor(() => expect(fake.rejoins).toHaveLength(2));
  expect([fake.stopped, ended]).toEqual([['b-0'], null]);
  expect(control.join().held.tasks).toEqual([]);
  control.onAssignment({ ...assignment, assigned: nothing }, 3, false);
  await drained;
  expect(ended).toBe(true);
});

test('a drain ends where nobody takes the tasks', async () => {
  const { control } = loop();
  const assigned = { connectors: [], tasks: [{ connector: 'b', task: 0 }] };
  control.onAssignment({ ...assignment, assigned }, 1, true);
  await vi.waitFor(() => expect(control.joined).toBe(true));
  const drained = control.drain(10_000);
  control.join();
  control.onAssignment({ ...assignment, assigned }, 2, true);
  expect(await drained).toBe(false);
});

test('an assignment of a lost membership is not taken up any more', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { control, fake } = loop();
  let tries = 0;
  fake.refresh = async () => {
    tries += 1;
    throw new Error('the config topic could not be read');
  };
  control.onAssignment(assignment, 1, false);
  await vi.advanceTimersByTimeAsync(1);
  expect(tries).toBe(1);
  await control.onLost();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(tries).toBe(1);
  expect(control.joined).toBe(false);
});
