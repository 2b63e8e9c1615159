import { silentLogger } from '@millrace/foundation';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { TaskSupervisor } from '../tasks/task-supervisor.ts';
import { ControlLoop } from './control-loop.ts';

const assignment = {
  error: 0,
  leader: 'w',
  leaderUrl: 'http://w/',
  configOffset: 1,
  assigned: { connectors: ['a', 'b'], tasks: [] },
  revoked: { connectors: [], tasks: [] },
  delayMs: 0,
};

/** A worker that owns connectors `a` and `b` of one task each, and has read nothing yet. */
function loop() {
  const fake = {
    refresh: async (): Promise<unknown> => null,
    putConnector: async (_connector: string): Promise<unknown> => null,
    apply: async (): Promise<unknown> => null,
    split: [] as string[],
  };
  const config = {
    offset: 0,
    has: () => true,
    connectors: () => ['a', 'b'],
    connector: (name: string) => ({ name }),
    appliedConnector: (name: string) => ({ name }),
    tasks: () => [],
    taskConfigs: () => [],
    targetState: () => 'RUNNING',
  };
  const configs = {
    config,
    refresh: () => fake.refresh(),
    putTaskConfigs: async (connector: string) => void fake.split.push(connector),
  };
  const control = new ControlLoop({
    workerId: 'w',
    configs: configs as unknown as ConfigStore,
    statuses: {
      putConnector: (connector: string) => fake.putConnector(connector),
      connectors: () => [],
      connector: () => undefined,
    } as unknown as StatusStore,
    catalog: { taskConfigs: async () => [{}] } as unknown as PluginCatalog,
    tasks: {
      apply: () => fake.apply(),
      running: () => new Map(),
      held: () => [],
      stopAll: async () => undefined,
    } as unknown as TaskSupervisor,
    restartPolicy: { backoffMs: 5, backoffMaxMs: 10, resetAfterMs: 1_000 },
    clock: { now: () => ({ wallMs: 0, monoMs: 0 }) },
    random: { float: () => 0, uuid: () => '' },
    logger: silentLogger,
    rejoin: () => undefined,
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

test('a change of tasks that could not be followed is followed later', async () => {
  const { control, fake } = loop();
  control.onAssignment(assignment, 1, false);
  await vi.waitFor(() => expect(control.joined).toBe(true));
  let tries = 0;
  fake.apply = async () => {
    tries += 1;
    if (tries < 3) throw new Error('no host could be started');
  };
  control.onConfigChange({ kind: 'tasks', connector: 'a' });
  await vi.waitFor(() => expect(tries).toBe(3));
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
