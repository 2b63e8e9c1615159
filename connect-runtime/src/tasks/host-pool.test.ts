import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type MillraceError, silentLogger } from '@millrace/foundation';
import { eventually } from '@millrace/sdk/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { PluginCatalog } from '../plugins/plugin-catalog.ts';
import { HostPool, type HostPoolOptions } from './host-pool.ts';
import type { TaskSpec } from './host-protocol.ts';

const MIB = 1024 * 1024;
const fixture = (name: string) => new URL(`../../test/fixtures/${name}.ts`, import.meta.url).href;
const FAULTY = fixture('faulty-plugin');
const PICKY = fixture('picky-plugin');

interface Failure {
  readonly task: number;
  readonly error: MillraceError;
  readonly trace: string;
}

const noSources = { providers: [], plugins: [], secrets: null };

const pools: HostPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function newPool(limits: Partial<HostPoolOptions> = {}) {
  const failures: Failure[] = [];
  const states: string[] = [];
  const pool = new HostPool({
    heapMaxBytes: 256 * MIB,
    memoryMaxBytes: 1024 * MIB,
    silenceMaxMs: 20_000,
    workerSilenceMaxMs: null,
    idleTimeoutMs: 20_000,
    callTimeoutMs: 10_000,
    logger: silentLogger,
    sourceOffsets: async (_, partitions) => partitions.map(() => null),
    onTaskState: ({ task }, state) => void states.push(`${task} ${state}`),
    onTaskFailed: ({ task }, error, trace) => void failures.push({ task, error, trace }),
    onConfigChanged: () => undefined,
    ...limits,
  });
  pools.push(pool);
  return { pool, failures, states };
}

const converterPlugins = ['StringConverter', 'JsonConverter', 'SimpleHeaderConverter'].map((name) => ({
  ...{ module: '@millrace/converters', class: name, aliases: [], docs: '' },
  ...{ type: 'converter' as const, version: '0.1.0' },
}));

function spec(task: number, config: Record<string, string>): TaskSpec {
  return {
    id: { connector: 'c', task },
    module: FAULTY,
    class: 'FaultySource',
    connectorConfig: { name: 'c', 'connector.class': 'FaultySource', ...config },
    taskConfig: {},
    paused: false,
    sources: noSources,
    worker: {
      // Nobody listens there: these tasks fail before they have anything to send.
      bootstrapServers: ['127.0.0.1:1'],
      groupId: 'test',
      exactlyOnce: false,
      inlineTransforms: false,
      offsetTopicPartitions: 1,
      offsetTopicReplicationFactor: 1,
      offsetTopic: 'offsets',
      topicCreation: false,
      offsetFlushIntervalMs: 1_000,
      tracing: false,
      startTimeoutMs: 10_000,
      writeTimeoutMs: 10_000,
      converters: {
        'key.converter': 'StringConverter',
        'value.converter': 'JsonConverter',
        'header.converter': 'SimpleHeaderConverter',
      },
      plugins: converterPlugins,
    },
  };
}

async function run({ pool }: { pool: HostPool }, task: number, config: Record<string, string>) {
  const host = pool.forTask({ connector: 'c', task }, FAULTY);
  await host.startTask(spec(task, config));
  return host;
}

function firstFailure({ failures }: { failures: Failure[] }): Promise<Failure> {
  return eventually('a failure', () => failures[0], 15_000) as Promise<Failure>;
}

describe('a task that fails by itself', () => {
  test('tells what was thrown, and leaves its host to others', async () => {
    const one = newPool();
    const host = await run(one, 0, { fault: 'throw-in-poll' });
    const { error, trace } = await firstFailure(one);
    expect(error.report()).toEqual({
      code: 'FIXTURE_POLL',
      class: 'poison',
      message: 'poll failed',
      hint: 'none',
      stage: 'poll',
    });
    expect(trace).toContain('faulty-plugin.ts');
    expect(host.idle).toBe(true);
    expect(await run(one, 1, {})).toBe(host);
    await eventually('the other task', () => one.states.includes('1 RUNNING'));
  });

  test.each([
    ['throw-a-string', 'SOURCE_TASK_FAILED', 'only a string'],
    ['throw-an-object', 'SOURCE_TASK_FAILED', 'an object of password was thrown, which is no error'],
    ['no-topic', 'INVALID_SOURCE_RECORD', 'a record without a topic'],
    ['no-record', 'INVALID_SOURCE_RECORD', 'something else than a record'],
    ['return-nothing', 'INVALID_SOURCE_RECORD', 'undefined instead of a list'],
    ['forget-offsets', 'INVALID_SOURCE_RECORD', 'without sourcePartition'],
  ])('%s is a bug of the plugin', async (fault, code, message) => {
    const one = newPool();
    await run(one, 0, { fault });
    const { error } = await firstFailure(one);
    expect(error).toMatchObject({ code, class: 'bug', details: { hint: expect.any(String) } });
    expect(error.message).toContain(message);
  });

  test('at length is cut to what the status topic takes', async () => {
    const one = newPool();
    await run(one, 0, { fault: 'throw-at-length' });
    const { error, trace } = await firstFailure(one);
    expect(error.message).toMatch(/^x{4096}… \(\d+ more characters\)$/);
    expect(trace.length).toBeLessThan(40_000);
  });

  test('is told also where it hangs in stop', async () => {
    const one = newPool();
    await run(one, 0, { fault: 'throw-in-poll', 'hang.in': 'stop' });
    expect((await firstFailure(one)).error.code).toBe('FIXTURE_POLL');
  });

  test('that never waits in poll can still be paused and stopped', async () => {
    const one = newPool();
    const host = await run(one, 0, { fault: 'return-at-once' });
    await host.call('setPaused', { id: { connector: 'c', task: 0 }, paused: true });
    await eventually('the pause', () => one.states.includes('0 PAUSED'));
    await host.stopTask({ connector: 'c', task: 0 }, 5_000);
    expect(one.failures).toEqual([]);
    expect(host.idle).toBe(true);
  });
});

describe('a task that harms its process', () => {
  test.each([
    [
      'throw-out-of-band',
      {},
      'PLUGIN_THREW_OUT_OF_BAND',
      'ended because a plugin threw out of band: thrown by a timer',
    ],
    [
      'reject-out-of-band',
      {},
      'PLUGIN_THREW_OUT_OF_BAND',
      'ended because a plugin threw out of band: rejected by nobody',
    ],
    [
      'leak-heap',
      { heapMaxBytes: 64 * MIB },
      'TASK_HOST_OUT_OF_HEAP',
      'ran out of heap (task.host.heap.max.bytes)',
    ],
    [
      'leak-buffers',
      { memoryMaxBytes: 200 * MIB },
      'TASK_HOST_OUT_OF_MEMORY',
      '(task.host.memory.max.bytes)',
    ],
    [
      'leak-buffers-in-a-loop',
      { memoryMaxBytes: 200 * MIB },
      'TASK_HOST_OUT_OF_MEMORY',
      '(task.host.memory.max.bytes)',
    ],
    [
      'spin',
      { silenceMaxMs: 1_500 },
      'TASK_HOST_UNRESPONSIVE',
      'a plugin kept it busy without a pause for 1500 ms',
    ],
    ['exit', {}, 'TASK_HOST_ENDED', 'ended with exit code 0'],
    ['talk-nonsense', {}, 'PLUGIN_BROKE_PROTOCOL', 'sent what is not of the host protocol'],
  ] as const)(
    '%s: the worker lives, and all tasks of the host come back alone',
    async (fault, limits, code, why) => {
      const one = newPool(limits);
      const shared = await run(one, 0, {});
      await eventually('the neighbour', () => one.states.includes('0 RUNNING'));
      expect(await run(one, 1, { fault })).toBe(shared);
      await eventually('both to fail', () => one.failures.length === 2, 15_000);
      for (const { error } of one.failures) {
        expect(error).toMatchObject({ code, class: 'transient' });
        expect(error.message).toContain(why);
      }
      await shared.ended;
      const alone = [await run(one, 0, {}), await run(one, 1, {})];
      expect(new Set([shared, ...alone]).size).toBe(3);
      await eventually('both again', () => one.states.filter((state) => /RUNNING/.test(state)).length >= 3);
    },
  );

  test('one that hangs in stop costs its host, its neighbours share the next one, and it comes back alone', async () => {
    const one = newPool();
    const host = await run(one, 0, {});
    await run(one, 1, {});
    await run(one, 2, { 'hang.in': 'stop' });
    await eventually('all', () => one.states.length === 3);
    const hung = { connector: 'c', task: 2 };
    one.pool.forget(hung, await host.stopTask(hung, 300));
    await host.ended;
    expect(one.failures.map(({ task }) => task)).toEqual([0, 1]);
    expect(one.failures[0]?.error.message).toContain('task c-2 did not stop within 300 ms');
    const next = await run(one, 0, {});
    expect(await run(one, 1, {})).toBe(next);
    const alone = await run(one, 2, { fault: 'return-at-once' });
    expect(alone).not.toBe(next);
    one.pool.forget(hung, await alone.stopTask(hung, 5_000));
    expect(await run(one, 2, {})).toBe(next);
  });

  test('many that do not stop at once tell nothing of any of them: they share the next host', async () => {
    const one = newPool();
    const tasks = Array.from({ length: 10 }, (_, task) => task);
    const host = await run(one, 0, { 'hang.in': 'stop' });
    for (const task of tasks.slice(1)) await run(one, task, { 'hang.in': 'stop' });
    await eventually('all', () => one.states.length === tasks.length);
    await Promise.all(
      tasks.map(async (task) => {
        const id = { connector: 'c', task };
        one.pool.forget(id, await host.stopTask(id, 300));
      }),
    );
    const next = await run(one, 0, {});
    for (const task of tasks.slice(1)) expect(await run(one, task, {})).toBe(next);
  });

  test('of a host that is ended from outside the tasks share the next one, and are alone after the second time', async () => {
    const one = newPool();
    const kill = async () => {
      const hosts = [await run(one, 0, {}), await run(one, 1, {})] as const;
      for (const host of new Set(hosts)) process.kill(host.pid ?? 0, 'SIGKILL');
      await Promise.all(hosts.map((host) => host.ended));
      return hosts;
    };
    const [first, neighbour] = await kill();
    expect(neighbour).toBe(first);
    const [second, beside] = await kill();
    expect(beside).toBe(second);
    expect(new Set([await run(one, 0, {}), await run(one, 1, {})]).size).toBe(2);
    expect(one.failures.every(({ error }) => error.code === 'TASK_HOST_ENDED')).toBe(true);
  });

  test('what is asked of a task is done in order, also before it is up', async () => {
    const one = newPool();
    const id = { connector: 'c', task: 0 };
    const host = one.pool.forTask(id, FAULTY);
    const started = host.startTask(spec(0, { fault: 'return-at-once' }));
    const stopped = host.stopTask(id, 10_000);
    await Promise.all([started, stopped]);
    expect(host.idle).toBe(true);
    await host.startTask(spec(0, { fault: 'return-at-once' }));
    await host.stopTask(id, 10_000);
    expect(one.failures).toEqual([]);
  });
});

describe('plugins that are asked', () => {
  const asking = (modules: readonly string[], limits: Partial<HostPoolOptions> = {}) => {
    const { pool } = newPool(limits);
    const validateTimeoutMs = limits.callTimeoutMs ?? 10_000;
    return {
      pool,
      catalog: new PluginCatalog({
        exactlyOnce: false,
        modules,
        hosts: pool,
        logger: silentLogger,
        validateTimeoutMs,
        sources: async () => noSources,
      }),
    };
  };
  const config = { name: 'c', 'connector.class': 'FaultySource' };

  test.each(['hang.in', 'spin.in'])(
    '%s validate: told after the time limit, and the next one is answered',
    async (key) => {
      const { catalog } = asking([FAULTY], { callTimeoutMs: 4_000 });
      await catalog.all();
      await expect(catalog.validate('FaultySource', { ...config, [key]: 'validate' })).rejects.toMatchObject({
        code: 'TASK_HOST_TIMEOUT',
      });
      expect(await catalog.validate('FaultySource', config)).toMatchObject({ errorCount: 0 });
    },
  );

  test('a package that hangs holds up no question about another one', async () => {
    const { catalog } = asking([FAULTY, PICKY, '@millrace/converters'], { callTimeoutMs: 8_000 });
    await catalog.all();
    let over = false;
    const spins = catalog.validate('FaultySource', { ...config, 'spin.in': 'validate' });
    const told = expect(spins.finally(() => (over = true))).rejects.toMatchObject({
      code: 'TASK_HOST_TIMEOUT',
    });
    const sound = { name: 'p', 'connector.class': 'PickySource', topic: 'numbers' };
    expect(await catalog.validate('PickySource', sound)).toMatchObject({ errorCount: 0 });
    expect(over).toBe(false);
    await told;
  });

  test('what waited behind a question that hung is asked again', async () => {
    const { catalog } = asking([FAULTY], { callTimeoutMs: 4_000 });
    await catalog.all();
    const spins = catalog.validate('FaultySource', { ...config, 'spin.in': 'validate' });
    const told = expect(spins).rejects.toMatchObject({ code: 'TASK_HOST_TIMEOUT' });
    // Its own time must not be over with that of the other one.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await catalog.validate('FaultySource', config)).toMatchObject({ errorCount: 0 });
    await told;
  });

  test('of a process that was their end nobody is told that a task starts again', async () => {
    const { catalog } = asking([FAULTY], { callTimeoutMs: 20_000, silenceMaxMs: 1_500 });
    await catalog.all();
    const spins = catalog.validate('FaultySource', { ...config, 'spin.in': 'validate' });
    await expect(spins).rejects.toMatchObject({
      code: 'TASK_HOST_UNRESPONSIVE',
      message: expect.stringContaining('in which the plugin was asked was killed'),
      details: { hint: expect.not.stringContaining('starts again') },
    });
  });

  test('what validate throws of a key stands at that key', async () => {
    const { catalog } = asking([FAULTY]);
    const result = await catalog.validate('FaultySource', { ...config, 'problem.at': 'fault' });
    const row = result.configs.find(({ definition }) => definition.name === 'fault');
    expect(row?.value.errors).toEqual(['wrong password']);
  });

  test.each([
    ['problems', 'INVALID_CONFIG_PROBLEMS'],
    ['split', 'INVALID_TASK_CONFIGS'],
  ])('that give what is no answer (%s) are told so', async (gives, code) => {
    const { catalog } = asking([FAULTY]);
    const asked =
      gives === 'split'
        ? catalog.taskConfigs({ ...config, gives })
        : catalog.validate('FaultySource', { ...config, gives });
    await expect(asked).rejects.toMatchObject({ code, class: 'bug', details: { hint: expect.any(String) } });
  });

  test('a package that does harm by being loaded is left out, and the others are there', async () => {
    const bad = ['exits-on-import', 'hangs-on-import', 'no-manifest', 'older-sdk', 'not-there'].map(fixture);
    const { catalog } = asking([FAULTY, ...bad, '@millrace/converters'], { callTimeoutMs: 8_000 });
    const classes = (await catalog.all()).map((plugin) => plugin.class);
    const converters = (await asking(['@millrace/converters']).catalog.all()).map((plugin) => plugin.class);
    expect(converters).toContain('JsonConverter');
    expect(classes).toEqual(['FaultySource', ...converters]);
  }, 60_000);

  test('a host with nothing to do ends, and the next question starts another one', async () => {
    const { catalog, pool } = asking([FAULTY], { idleTimeoutMs: 200 });
    await catalog.all();
    const host = pool.forTask({ connector: 'c', task: 0 }, FAULTY);
    await host.ended;
    expect(await catalog.taskConfigs(config)).toEqual([{}]);
  });
});

test.each([
  ['killed', 'SIGKILL'],
  ['frozen for a session', 'SIGSTOP'],
] as const)('a host ends when its worker is %s', async (_, signal) => {
  const program = `
    import { TaskHost } from ${JSON.stringify(new URL('./task-host.ts', import.meta.url).href)};
    import { silentLogger } from '@millrace/foundation';
    const nothing = () => undefined;
    const host = new TaskHost({ name: 'orphan', heapMaxBytes: 2 ** 28, memoryMaxBytes: 2 ** 30, silenceMaxMs: 20_000, workerSilenceMaxMs: 800,
      callTimeoutMs: 10_000, logger: silentLogger, sourceOffsets: async () => [], onTaskState: nothing,
      onTaskFailed: nothing, onCounters: nothing, onLogs: nothing, onEnd: nothing });
    await host.call('describe', { modules: [] });
    console.log(host.pid);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  parent.kill(signal);
  await eventually('the host to end', () => !isAlive(pid)).finally(() => parent.kill('SIGKILL'));
});

test('a host that was held up itself goes on with its worker', async () => {
  const workerSilenceMaxMs = 400;
  const { pool } = newPool({ workerSilenceMaxMs });
  const host = pool.forTask({ connector: 'c', task: 0 }, FAULTY);
  await host.call('describe', { modules: [] });
  const { pid } = host;
  process.kill(pid!, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, workerSilenceMaxMs * 3));
  process.kill(pid!, 'SIGCONT');
  // Long enough for it to count its worker as gone, if it did.
  await new Promise((resolve) => setTimeout(resolve, workerSilenceMaxMs * 2));
  expect(await host.call('describe', { modules: [] })).toEqual({ plugins: [], failures: [] });
});

/** One that has ended and whose parent has not seen it yet does not live. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
