import {
  type Admin,
  type ConsumerRecord,
  createAdmin,
  createConsumer,
  createProducer,
  type Producer,
  type TransactionalProducer,
} from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { kafkaPeerSkipReason, startKafkaPeer } from '../support/kafka-peer.ts';
import { type BrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';
import { pollUntil } from './client-scenarios.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason !== null) console.warn(`skipped: compaction beside Apache Kafka's: ${skipReason}`);

const PROPERTIES = { 'log.cleaner.backoff.ms': '100', 'log.retention.check.interval.ms': '200' };
/** Kafka looks for old segments only half a minute after its start else. */
const THEIR_PROPERTIES = { ...PROPERTIES, 'log.initial.task.delay.ms': '0' };
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
/** Records of each phase are so much younger than those before: each begins a segment, by `segment.ms`. */
const PHASE_MS = 10_000;
const SETTLE_MS = 30_000;

/** One of the two brokers, with what writes to it. */
class Side {
  readonly broker: BrokerProcess;
  readonly admin: Admin;
  readonly #producers: readonly Producer[];
  readonly #transactional = new Map<string, TransactionalProducer>();

  constructor(broker: BrokerProcess) {
    this.broker = broker;
    const { bootstrapServers } = broker;
    this.admin = createAdmin({ bootstrapServers });
    this.#producers = CODECS.map((compression) =>
      createProducer({ bootstrapServers, compression, lingerMs: 0 }),
    );
  }

  /** One batch. */
  async put(topic: string, timestamp: number, rows: readonly Row[], codec = 0): Promise<void> {
    await this.#producers[codec % CODECS.length]!.send(rows.map((row) => recordOf(topic, timestamp, row)));
  }

  async transaction(
    topic: string,
    id: string,
    timestamp: number,
    rows: readonly Row[],
    outcome: 'commit' | 'abort',
  ) {
    let producer = this.#transactional.get(id);
    if (producer === undefined) {
      const { bootstrapServers } = this.broker;
      producer = createProducer({ bootstrapServers, transactionalId: id, lingerMs: 0 });
      await producer.initTransactions();
      this.#transactional.set(id, producer);
    }
    producer.beginTransaction();
    await producer.send(rows.map((row) => recordOf(topic, timestamp, row)));
    await (outcome === 'commit' ? producer.commitTransaction() : producer.abortTransaction());
    // The marker comes when it comes; what follows is behind it.
    await eventually(
      async () => (await this.#end(topic, 'read_committed')) === (await this.#end(topic, 'read_uncommitted')),
      {
        what: 'the marker of a transaction',
      },
    );
  }

  async #end(
    topic: string,
    isolationLevel: 'read_committed' | 'read_uncommitted',
  ): Promise<number | undefined> {
    const { bootstrapServers } = this.broker;
    const consumer = createConsumer({ bootstrapServers, isolationLevel });
    try {
      return (await consumer.endOffsets([{ topic, partition: 0 }]))[0];
    } finally {
      await consumer.close();
    }
  }

  async read(topic: string, isolationLevel: 'read_committed' | 'read_uncommitted'): Promise<string[]> {
    const { bootstrapServers } = this.broker;
    const consumer = createConsumer({ bootstrapServers, isolationLevel, autoOffsetReset: 'earliest' });
    try {
      const partition = { topic, partition: 0 };
      consumer.assign([partition]);
      const [end = 0] = await consumer.endOffsets([partition]);
      // The last record is in the active segment, and is no marker.
      const records = await pollUntil(consumer, (found) => (found.at(-1)?.offset ?? -1) >= end - 1);
      return records.map(textOf);
    } finally {
      await consumer.close();
    }
  }

  async close(): Promise<void> {
    for (const producer of [...this.#producers, ...this.#transactional.values()]) await producer.close();
    await this.admin.close();
    await this.broker.stop();
  }
}

type Row = readonly [key: string, value: string | null];

function recordOf(topic: string, timestamp: number, [key, value]: Row) {
  const headers = [{ key: 'of', value: Buffer.from(key) }];
  return {
    topic,
    partition: 0,
    timestamp,
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers,
  };
}

function textOf({ offset, timestamp, key, value, headers }: ConsumerRecord): string {
  return `${offset} ${String(key)}=${String(value)} at ${timestamp} (${headers.map((header) => String(header.value))})`;
}

describe.skipIf(skipReason !== null)("compaction beside Apache Kafka's", () => {
  let sides: readonly Side[];
  // Ahead of the clock that markers go by: these begin no segment then.
  const startMs = Date.now() + 600_000;
  beforeAll(async () => {
    const brokers = await Promise.all([
      startMillraceBroker(PROPERTIES),
      startKafkaPeer({ properties: THEIR_PROPERTIES }),
    ]);
    sides = brokers.map((broker) => new Side(broker));
  }, 120_000);
  afterAll(async () => {
    await Promise.all((sides ?? []).map((side) => side.close()));
  });

  /** Does the same on both, one phase after the other; each is over when both have compacted it. */
  async function play(
    topic: string,
    configs: Readonly<Record<string, string>>,
    phases: readonly ((side: Side, timestamp: number) => Promise<void>)[],
    firstMs = startMs,
  ): Promise<void> {
    const all = {
      'cleanup.policy': 'compact',
      'segment.ms': '1000',
      'min.cleanable.dirty.ratio': '0',
      ...configs,
    };
    for (const side of sides) await side.admin.createTopics([{ name: topic, partitions: 1, configs: all }]);
    for (const [index, phase] of phases.entries()) {
      const timestamp = firstMs + index * PHASE_MS;
      await Promise.all(
        sides.map(async (side) => {
          await phase(side, timestamp);
          await side.put(topic, timestamp + 1, [[`settled ${index}`, 'no']]);
          await side.put(topic, timestamp + 2, [[`settled ${index}`, 'yes']]);
          await side.put(topic, timestamp + PHASE_MS / 2, [['active', `${index}`]]);
          await eventually(
            async () =>
              !(await side.read(topic, 'read_uncommitted')).some((row) =>
                row.includes(`settled ${index}=no`),
              ),
            {
              what: `phase ${index} of ${topic} compacted`,
              timeoutMs: SETTLE_MS,
            },
          );
        }),
      );
    }
  }

  async function same(topic: string): Promise<readonly string[]> {
    for (const isolation of ['read_committed', 'read_uncommitted'] as const) {
      const [ours, theirs] = await Promise.all(sides.map((side) => side.read(topic, isolation)));
      expect(ours).toEqual(theirs);
    }
    return await sides[0]!.read(topic, 'read_committed');
  }

  /** Batches of all codecs over a few keys, some of them deletions. */
  const puts = (topic: string, seed: number) => async (side: Side, timestamp: number) => {
    for (let batch = 0; batch < 12; batch++) {
      const rows = Array.from({ length: 1 + ((batch * 7 + seed) % 5) }, (_, index): Row => {
        const n = batch * 31 + index * 17 + seed * 13;
        return [`key ${n % 19}`, n % 4 === 0 ? null : `value ${n} ${'x'.repeat(n % 90)}`];
      });
      await side.put(topic, timestamp, rows, batch);
    }
  };

  /** Where both logs begin once both have let go of what they may, as far as `until` says. */
  async function starts(topic: string, until: number): Promise<readonly (number | undefined)[]> {
    const begin = async (side: Side) =>
      (await side.admin.listOffsets([{ topic, partition: 0 }], 'earliest'))[0];
    return await Promise.all(
      sides.map((side) =>
        eventually(
          async () => {
            const first = await begin(side);
            return (first ?? 0) >= until && `${first}`;
          },
          { what: `${topic} begins at ${until}`, timeoutMs: SETTLE_MS },
        ).then(Number),
      ),
    );
  }

  /** Four segments: three of the last hour but the youngest, which is of now. */
  async function aged(topic: string, configs: Readonly<Record<string, string>>): Promise<void> {
    const all = { 'segment.ms': '1000', 'message.timestamp.after.max.ms': '999999999', ...configs };
    const nowMs = Date.now();
    for (const side of sides) {
      await side.admin.createTopics([{ name: topic, partitions: 1, configs: all }]);
      for (const ageMs of [3_000_000, 2_000_000, 1_000_000, 0])
        for (const n of [0, 1, 2])
          await side.put(topic, nowMs - ageMs + n, [[`key ${n}`, `${ageMs} ${'x'.repeat(400)}`]]);
    }
  }

  it('drops segments by their age, and by another age from when that is said', async () => {
    await aged('by-age', { 'retention.ms': '2500000' });
    expect(await starts('by-age', 3)).toEqual([3, 3]);
    for (const side of sides) await side.admin.alterConfigs('topic', 'by-age', { 'retention.ms': '500000' });
    expect(await starts('by-age', 9)).toEqual([9, 9]);
    await same('by-age');
  });

  it('drops segments by the size of what is left', async () => {
    await aged('by-size', { 'retention.ms': '-1', 'retention.bytes': '2500' });
    expect(await starts('by-size', 6)).toEqual([6, 6]);
    await same('by-size');
  });

  it('begins segments by their size', async () => {
    const topic = 'segment-bytes';
    const configs = {
      'segment.bytes': '1048576',
      'retention.ms': '-1',
      'retention.bytes': '1',
      'max.message.bytes': '900000',
    };
    for (const side of sides) {
      await side.admin.createTopics([{ name: topic, partitions: 1, configs }]);
      for (let n = 0; n < 7; n++) await side.put(topic, Date.now(), [[`key ${n}`, 'x'.repeat(400_000)]]);
    }
    expect(await starts(topic, 6)).toEqual([6, 6]);
  });

  it('both compacts and drops where a topic asks for both', async () => {
    const topic = 'both';
    await play(topic, { 'cleanup.policy': 'compact,delete', 'retention.ms': '-1' }, [
      puts(topic, 4),
      puts(topic, 5),
    ]);
    const rows = await same(topic);
    for (const side of sides) await side.admin.alterConfigs('topic', topic, { 'retention.bytes': '1' });
    const first = await starts(topic, rows.length > 0 ? Number(rows.at(-1)?.split(' ')[0]) - 1 : 0);
    expect(first[0]).toBe(first[1]);
    await same(topic);
  });

  it('compacts what has waited for max.compaction.lag.ms, and begins a segment for it', async () => {
    const topic = 'lag';
    // Neither the age of segments nor the share of dirty bytes would do it.
    await play(
      topic,
      { 'segment.ms': '604800000', 'min.cleanable.dirty.ratio': '1', 'max.compaction.lag.ms': '1000' },
      [async (side, timestamp) => side.put(topic, timestamp - PHASE_MS, [['old', '1']])],
      Date.now() - 3_600_000,
    );
    await same(topic);
  });

  it('leaves the same records, and shows deletions', async () => {
    await play('kept-deletions', {}, [
      puts('kept-deletions', 1),
      puts('kept-deletions', 2),
      puts('kept-deletions', 3),
    ]);
    const rows = await same('kept-deletions');
    expect(rows.some((row) => row.includes('=null'))).toBe(true);
    const keys = rows
      .map((row) => row.split(' ').slice(1, 3).join(' ').split('=')[0])
      .filter((key) => key?.startsWith('key'));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('drops deletions when their time is over', async () => {
    const none = async () => undefined;
    await play('dropped-deletions', { 'delete.retention.ms': '0' }, [
      puts('dropped-deletions', 1),
      puts('dropped-deletions', 2),
      none,
      none,
    ]);
    const rows = await same('dropped-deletions');
    expect(rows.filter((row) => row.includes('=null'))).toEqual([]);
  });

  it('treats transactions alike', async () => {
    const topic = 'transactions';
    const phase = (seed: number) => async (side: Side, timestamp: number) => {
      for (let n = 0; n < 8; n++) {
        const id = `${topic}-${n % 3}`;
        const rows = [0, 1, 2].map(
          (index): Row => [
            `key ${(n * 3 + index * 5 + seed) % 11}`,
            n % 5 === 4 ? null : `${seed} ${n} ${index}`,
          ],
        );
        await side.transaction(topic, id, timestamp, rows, (n + seed) % 3 === 0 ? 'abort' : 'commit');
        if (n % 2 === 0) await side.put(topic, timestamp, [[`key ${n}`, `plain ${seed} ${n}`]], n);
      }
    };
    await play(topic, { 'delete.retention.ms': '0' }, [
      phase(0),
      phase(1),
      async () => undefined,
      phase(2),
      async () => undefined,
    ]);
    await same(topic);
  });

  it('finds the same records by time, and reads on from a gap', async () => {
    const topic = 'kept-deletions';
    const found = await Promise.all(
      sides.map(async (side) => {
        const { bootstrapServers } = side.broker;
        const times = [0, 1, PHASE_MS, PHASE_MS + 1, 2 * PHASE_MS, 9 * PHASE_MS];
        const byTime = await Promise.all(
          times.map((afterMs) =>
            side.admin.listOffsets([{ topic, partition: 0 }], { timestampMs: startMs + afterMs }),
          ),
        );
        const consumer = createConsumer({ bootstrapServers, autoOffsetReset: 'none' });
        consumer.assign([{ topic, partition: 0 }]);
        const next: (number | undefined)[] = [];
        for (const offset of [0, 1, 5, 20, 40]) {
          consumer.seek({ topic, partition: 0 }, offset);
          next.push((await pollUntil(consumer, ({ length }) => length > 0))[0]?.offset);
        }
        await consumer.close();
        return { byTime, next };
      }),
    );
    expect(found[0]).toEqual(found[1]);
    expect(found[0]?.next).not.toEqual([0, 1, 5, 20, 40]);
  });
});
