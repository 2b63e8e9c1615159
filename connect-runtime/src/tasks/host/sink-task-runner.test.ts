import { MillraceError, silentLogger } from '@millrace/foundation';
import { defineConfig, defineSink, type SinkTask } from '@millrace/sdk';
import { describe, expect, test, vi } from 'vitest';
import type { PluginLoader } from '../../plugins/plugin-loader.ts';
import { SinkTaskRunner } from './sink-task-runner.ts';

const kafka = vi.hoisted(() => ({
  closed: 0,
  committed: [] as unknown[],
  /** Dead letters that wait for what the test says of them. */
  sent: [] as { topic: string; acknowledge: (error: Error | null) => void }[],
  flush: () => Promise.resolve(),
}));

vi.mock('@millrace/client', () => ({
  createAdmin: () => ({ ensureTopics: async () => [], close: async () => undefined }),
  createProducer: () => ({
    produce: ({ topic }: { topic: string }, acknowledge: (error: Error | null) => void) => {
      kafka.sent.push({ topic, acknowledge });
      return true;
    },
    flush: () => kafka.flush(),
    close: async () => undefined,
  }),
  createConsumer: () => {
    let revoked: (partitions: readonly object[]) => Promise<void>;
    let offset = 0;
    return {
      subscribe: (_: unknown, listener: { revoked: typeof revoked }) => {
        revoked = listener.revoked;
      },
      poll: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return [
          { topic: 't', partition: 0, offset: offset++, timestamp: 0, key: null, value: null, headers: [] },
        ];
      },
      assignment: () => [],
      wakeup: () => undefined,
      commit: async (offsets: unknown) => void kafka.committed.push(offsets),
      close: async () => {
        await revoked([]);
        kafka.closed += 1;
      },
    };
  },
}));

const plain = {
  type: 'converter',
  config: defineConfig({}),
  create: () => ({ toConnect: () => ({ value: null, schema: null }) }),
};

/** Runs a sink's task until it fails, or is stopped. */
function run(task: Partial<SinkTask>, config: Record<string, string> = {}) {
  Object.assign(kafka, { closed: 0, committed: [], sent: [], flush: () => Promise.resolve() });
  const failed = Promise.withResolvers<MillraceError>();
  const runner = new SinkTaskRunner({
    spec: {
      id: { connector: 'c', task: 0 },
      module: 'm',
      class: 'Sink',
      connectorConfig: { topics: 't', 'key.converter': 'K', 'value.converter': 'V', ...config },
      taskConfig: {},
      sources: { providers: [], plugins: [], secrets: null },
      paused: false,
      worker: {
        bootstrapServers: ['127.0.0.1:1'],
        offsetTopic: 'o',
        offsetFlushIntervalMs: 1,
        writeTimeoutMs: 30,
        converters: {},
        plugins: [],
      },
    },
    connector: defineSink({
      class: 'Sink',
      version: '1',
      docs: 'For tests.',
      config: defineConfig({}),
      createTask: () => ({
        start: async () => undefined,
        write: async () => undefined,
        stop: async () => undefined,
        ...task,
      }),
    }),
    loader: { find: async () => plain } as unknown as PluginLoader,
    logger: silentLogger,
    sourceOffsets: async () => [],
    onState: () => undefined,
    onFailure: (error) => failed.resolve(error),
  });
  runner.start();
  return { runner, failed: failed.promise };
}

test('a write without an end fails the task for now, uncommitted, and gives its partitions back', async () => {
  let writes = 0;
  const forever = new Promise<void>(() => undefined);
  const { failed } = run({
    write: () => {
      writes += 1;
      return forever;
    },
    closed: () => forever,
  });
  expect(await failed).toMatchObject({ code: 'SINK_WRITE_TIMED_OUT', class: 'transient' });
  expect({ writes, closed: kafka.closed, committed: kafka.committed }).toEqual({
    writes: 1,
    closed: 1,
    committed: [],
  });
});

describe('dead letters', () => {
  const tolerant = { 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dead' };
  const refuse = async () => {
    throw new MillraceError('no', { code: 'NO', class: 'poison' });
  };

  test('are acknowledged before any offset behind them is committed', async () => {
    const { runner } = run({ write: refuse }, tolerant);
    const flushing = Promise.withResolvers<void>();
    const flushed = Promise.withResolvers<void>();
    kafka.flush = () => {
      flushing.resolve();
      return flushed.promise;
    };
    await flushing.promise;
    expect(kafka.sent.map(({ topic }) => topic)).toContain('dead');
    expect(kafka.committed).toEqual([]);
    for (const { acknowledge } of kafka.sent) acknowledge(null);
    flushed.resolve();
    await runner.stop();
    expect(kafka.committed.length).toBeGreaterThan(0);
    expect(runner.counters()).toMatchObject({ records: 0, deadLetterFailures: 0 });
    expect(runner.counters().deadLettered).toBe(runner.counters().recordsIn);
  });

  test('that do not get into their topic fail the task, with nothing committed', async () => {
    const { runner, failed } = run({ write: refuse }, tolerant);
    kafka.flush = async () => {
      for (const { acknowledge } of kafka.sent)
        acknowledge(new MillraceError('the topic is gone', { code: 'GONE', class: 'transient' }));
    };
    expect(await failed).toMatchObject({ code: 'GONE', class: 'transient' });
    expect(kafka.committed).toEqual([]);
    expect(runner.counters().deadLetterFailures).toBeGreaterThan(0);
  });
});
