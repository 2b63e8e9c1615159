import { silentLogger } from '@millrace/foundation';
import { defineConfig, defineSink } from '@millrace/sdk';
import { expect, test, vi } from 'vitest';
import type { PluginLoader } from '../../plugins/plugin-loader.ts';
import { SinkTaskRunner } from './sink-task-runner.ts';

const consumer = vi.hoisted(() => ({ closed: 0, committed: [] as unknown[] }));

vi.mock('@millrace/client', () => ({
  createConsumer: () => {
    let revoked: (partitions: readonly object[]) => Promise<void>;
    return {
      subscribe: (_: unknown, listener: { revoked: typeof revoked }) => {
        revoked = listener.revoked;
      },
      poll: async () => [
        { topic: 't', partition: 0, offset: 0, timestamp: 0, key: null, value: null, headers: [] },
      ],
      assignment: () => [],
      wakeup: () => undefined,
      commit: async (offsets: unknown) => void consumer.committed.push(offsets),
      close: async () => {
        await revoked([]);
        consumer.closed += 1;
      },
    };
  },
}));

test('a write without an end fails the task for now, uncommitted, and gives its partitions back', async () => {
  let writes = 0;
  const forever = new Promise<void>(() => undefined);
  const sink = defineSink({
    class: 'StuckSink',
    version: '1',
    docs: 'Never writes.',
    config: defineConfig({}),
    createTask: () => ({
      start: async () => undefined,
      write: () => {
        writes += 1;
        return forever;
      },
      closed: () => forever,
      stop: async () => undefined,
    }),
  });
  const plain = {
    type: 'converter',
    config: defineConfig({}),
    create: () => ({ toConnect: () => ({ value: null, schema: null }) }),
  };
  const failed = Promise.withResolvers<unknown>();
  const runner = new SinkTaskRunner({
    spec: {
      id: { connector: 'c', task: 0 },
      module: 'm',
      class: 'Sink',
      connectorConfig: { topics: 't', 'key.converter': 'K', 'value.converter': 'V' },
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
    connector: sink,
    loader: { find: async () => plain } as unknown as PluginLoader,
    logger: silentLogger,
    sourceOffsets: async () => [],
    onState: () => undefined,
    onFailure: (error) => failed.resolve(error),
  });
  runner.start();
  expect(await failed.promise).toMatchObject({ code: 'SINK_WRITE_TIMED_OUT', class: 'transient' });
  expect({ writes, closed: consumer.closed, committed: consumer.committed }).toEqual({
    writes: 1,
    closed: 1,
    committed: [],
  });
});
