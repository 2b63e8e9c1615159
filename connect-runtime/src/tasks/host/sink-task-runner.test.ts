import { MillraceError, silentLogger } from '@millrace/foundation';
import { defineConfig, defineSink, type SinkRecord, type SinkTask } from '@millrace/sdk';
import { describe, expect, test, vi } from 'vitest';
import type { PluginLoader } from '../../plugins/plugin-loader.ts';
import { SinkTaskRunner } from './sink-task-runner.ts';

const kafka = vi.hoisted(() => ({
  closed: 0,
  committed: [] as unknown[],
  /** Dead letters that wait for what the test says of them. */
  sent: [] as { topic: string; acknowledge: (error: Error | null) => void }[],
  flush: () => Promise.resolve(),
  /** Partitions that are to be taken away in the next poll. */
  revoke: [] as number[],
  /** Partitions that are to be lost in the next poll, as their topic was made anew. */
  lose: [] as number[],
  /** Partitions that come in the next poll. */
  assign: [] as number[],
  assigned: [] as number[],
  paused: new Set<number>(),
  offsets: [0, 0],
}));

vi.mock('@millrace/client', () => ({
  createAdmin: () => ({
    describeCluster: async () => ({ brokers: [{}] }),
    ensureTopics: async () => [],
    listTopics: async () => [],
    close: async () => undefined,
  }),
  createProducer: () => ({
    produce: ({ topic }: { topic: string }, acknowledge: (error: Error | null) => void) => {
      kafka.sent.push({ topic, acknowledge });
      return true;
    },
    flush: () => kafka.flush(),
    close: async () => undefined,
  }),
  createConsumer: () => {
    const at = (partition: number) => ({ topic: 't', partition });
    let revoked: (partitions: readonly object[]) => Promise<void>;
    let lost: typeof revoked;
    let assigned: typeof revoked;
    return {
      subscribe: (_: unknown, listener: Record<'assigned' | 'revoked' | 'lost', typeof revoked>) => {
        ({ assigned, revoked, lost } = listener);
      },
      /** One record of each partition that is not paused. */
      poll: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        const gone = kafka.revoke.splice(0);
        kafka.assigned = kafka.assigned.filter((partition) => !gone.includes(partition));
        if (gone.length > 0) await revoked(gone.map(at));
        const anew = kafka.lose.splice(0);
        if (anew.length > 0) await lost(anew.map(at));
        for (const partition of anew) kafka.offsets[partition] = 0;
        if (anew.length > 0) await assigned(anew.map((one) => ({ ...at(one), topicId: 'anew' })));
        kafka.assigned.push(...kafka.assign.splice(0));
        const open = kafka.assigned.filter((partition) => !kafka.paused.has(partition));
        return open.map((partition) => ({
          ...at(partition),
          offset: kafka.offsets[partition]!++,
          timestamp: 0,
          key: null,
          value: null,
          headers: [],
        }));
      },
      seek: ({ partition }: { partition: number }, offset: number) => {
        kafka.offsets[partition] = offset;
      },
      pause: (partitions: readonly { partition: number }[]) => {
        for (const { partition } of partitions) kafka.paused.add(partition);
      },
      resume: (partitions: readonly { partition: number }[]) => {
        for (const { partition } of partitions) kafka.paused.delete(partition);
      },
      assignment: () => kafka.assigned.map(at),
      currentLag: () => null,
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
  Object.assign(kafka, {
    revoke: [],
    lose: [],
    assign: [],
    assigned: [0],
    paused: new Set(),
    offsets: [0, 0],
  });
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
        groupId: 'test',
        inlineTransforms: false,
        exactlyOnce: false,
        offsetTopicPartitions: 1,
        offsetTopicReplicationFactor: 1,
        offsetTopic: 'o',
        topicCreation: false,
        offsetFlushIntervalMs: 1,
        tracing: false,
        startTimeoutMs: 10_000,
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
    storeOffsets: async () => undefined,
    onState: () => undefined,
    onFailure: (error) => failed.resolve(error),
  });
  runner.start();
  return { runner, failed: failed.promise };
}

const placesOf = (batch: readonly SinkRecord[]) =>
  batch.map(({ partition, offset }) => `${partition}:${offset}`).join(' ');

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

describe('a write that fails for now', () => {
  const busy = () => new MillraceError('later', { code: 'BUSY', class: 'throttled' });
  const patient = { 'errors.retry.timeout': '-1', 'errors.retry.delay.max.ms': '5' };
  test('stays a member while it waits, reads nothing more, and goes on behind the batch', async () => {
    const writes: string[] = [];
    const done = Promise.withResolvers<void>();
    const { runner } = run(
      {
        write: async (batch) => {
          writes.push(placesOf(batch));
          if (writes.length < 4) throw busy();
          if (writes.length === 6) done.resolve();
        },
      },
      patient,
    );
    await done.promise;
    await runner.stop();
    expect(writes.slice(0, 6)).toEqual(['0:0', '0:0', '0:0', '0:0', '0:1', '0:2']);
  });

  test('reads what comes with new partitions meanwhile when it is done', async () => {
    const writes: string[] = [];
    const done = Promise.withResolvers<void>();
    const { runner } = run(
      {
        write: async (batch) => {
          writes.push(placesOf(batch));
          if (writes.length === 1) kafka.assign.push(1);
          if (writes.length === 4) done.resolve();
          if (writes.length <= 2) throw busy();
        },
      },
      patient,
    );
    await done.promise;
    await runner.stop();
    expect(writes.slice(0, 4)).toEqual(['0:0', '0:0', '0:0', '0:1 1:0']);
  });

  test('is given up where the group takes partitions of it away, and what is left is read again', async () => {
    const writes: string[] = [];
    const done = Promise.withResolvers<void>();
    const { runner } = run(
      {
        write: async (batch) => {
          writes.push(placesOf(batch));
          if (writes.length === 2) kafka.revoke.push(1);
          if (writes.length <= 2) throw busy();
          done.resolve();
        },
      },
      patient,
    );
    kafka.assigned = [0, 1];
    await done.promise;
    await runner.stop();
    expect(writes.slice(0, 3)).toEqual(['0:0 1:0', '0:0 1:0', '0:0']);
    expect(JSON.stringify(kafka.committed)).not.toContain('"partition":1');
  });

  test('a topic that was made anew is read from its beginning, and nothing is committed of the old one', async () => {
    const writes: string[] = [];
    const told: string[] = [];
    const done = Promise.withResolvers<void>();
    const { runner } = run(
      {
        opened: async (partitions) => void told.push(...partitions.map(({ topicId }) => `opened ${topicId}`)),
        closed: async (partitions) => void told.push(...partitions.map(() => 'closed')),
        write: async (batch) => {
          writes.push(placesOf(batch));
          if (writes.length === 2) kafka.lose.push(1);
          if (writes.length <= 2) throw busy();
          done.resolve();
        },
      },
      patient,
    );
    Object.assign(kafka, { assigned: [0, 1], offsets: [5, 5] });
    await done.promise;
    await runner.stop();
    expect(writes.slice(0, 3)).toEqual(['0:5 1:5', '0:5 1:5', '0:5 1:0']);
    expect(told.slice(0, 2)).toEqual(['closed', 'opened anew']);
    expect(kafka.committed.flat()).not.toContainEqual({ topic: 't', partition: 1, offset: 6 });
  });
});

describe('a search for culprits', () => {
  const tolerant = { 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dead' };

  /** Four records come at once, the first can't be written; `meanwhile` happens with the write of the second one alone. */
  function search(meanwhile: () => void) {
    const writes: string[] = [];
    const goesOn = Promise.withResolvers<void>();
    const { runner } = run(
      {
        write: async (batch) => {
          writes.push(placesOf(batch));
          if (batch.some(({ partition, offset }) => partition === 0 && offset === 0))
            throw new MillraceError('no', { code: 'NO', class: 'poison' });
          if (writes.at(-1) === '1:0') meanwhile();
          else goesOn.resolve();
        },
      },
      tolerant,
    );
    Object.assign(kafka, { assigned: [0, 1, 2, 3], offsets: [0, 0, 0, 0] });
    kafka.flush = async () => {
      for (const { acknowledge } of kafka.sent.splice(0)) acknowledge(null);
    };
    return { runner, writes, goesOn: goesOn.promise };
  }
  const searched = ['0:0 1:0 2:0 3:0', '0:0 1:0', '0:0', '1:0'];
  const committed = () =>
    (kafka.committed as { partition: number; offset: number }[][]).map((offsets) =>
      offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' '),
    );

  test('ends where the task is to stop, and what is done with is committed', async () => {
    const stopped = Promise.withResolvers<void>();
    const { runner, writes } = search(() => void runner.stop().then(stopped.resolve));
    await stopped.promise;
    expect(writes).toEqual(searched);
    expect(committed().join(' ')).toBe('0:1 1:1');
  });

  test('lets go of partitions, and goes on behind what is done with', async () => {
    const { runner, writes, goesOn } = search(() => kafka.revoke.push(3));
    await goesOn;
    await runner.stop();
    expect(writes.slice(0, 5)).toEqual([...searched, '0:1 1:1 2:0']);
    // In one commit or in two.
    expect(committed().join(' ')).toMatch(/^0:1 1:1 /);
    expect(committed().join(' ')).not.toContain('3:');
  });
});
