import { randomBytes } from 'node:crypto';
import {
  type Consumer,
  type ConsumerRecord,
  createAdmin,
  createConsumer,
  createGroupMember,
  createProducer,
} from '@millrace/client';
import { expect, it } from 'vitest';

/** Where the scenarios run: the address is known once the server has started. */
export interface Target {
  bootstrapServers(): readonly string[];
}

const DEADLINE_MS = 30_000;

export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/** Polls until `enough`, or fails when the time is up. */
export async function pollUntil(
  consumer: Consumer,
  enough: (records: readonly ConsumerRecord[]) => boolean,
): Promise<readonly ConsumerRecord[]> {
  const records: ConsumerRecord[] = [];
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (!enough(records)) {
    if (performance.now() > deadlineMs)
      throw new Error(`only ${records.length} records came in ${DEADLINE_MS} ms`);
    records.push(...(await consumer.poll(200)));
  }
  return records;
}

/** What our client does against any Kafka: the same on Apache Kafka and on our broker. */
export function clientScenarios(target: Target): void {
  const options = () => ({ bootstrapServers: target.bootstrapServers() });

  async function withTopic(
    partitions: number,
    body: (topic: string) => Promise<void>,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const admin = createAdmin(options());
    const topic = uniqueName('client');
    try {
      await admin.createTopics([{ name: topic, partitions, configs }]);
      await body(topic);
      await admin.deleteTopics([topic]);
    } finally {
      await admin.close();
    }
  }

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'produces with %s and consumes the same records',
    async (compression) => {
      await withTopic(3, async (topic) => {
        const producer = createProducer({ ...options(), compression });
        const sent = Array.from({ length: 200 }, (_, i) => ({
          topic,
          partition: i % 3,
          key: i % 5 === 0 ? null : Buffer.from(`key-${i}`),
          value: i % 7 === 0 ? null : Buffer.from(`value-${i}`.repeat(5)),
          headers:
            i % 4 === 0
              ? [
                  { key: 'h', value: Buffer.from([i]) },
                  { key: 'n', value: null },
                ]
              : [],
          timestamp: 1_700_000_000_000 + i,
        }));
        const acked = await producer.send(sent);
        await producer.close();
        expect(acked.map(({ partition, offset }) => [partition, offset])).toEqual(
          sent.map((_, i) => [i % 3, Math.floor(i / 3)]),
        );
        const consumer = createConsumer({ ...options(), autoOffsetReset: 'earliest' });
        consumer.assign([0, 1, 2].map((partition) => ({ topic, partition })));
        const got = await pollUntil(consumer, ({ length }) => length >= sent.length);
        await consumer.close();
        const inOrder = [...got].sort((a, b) => a.timestamp - b.timestamp);
        expect(inOrder).toEqual(sent.map((record, i) => ({ ...record, offset: Math.floor(i / 3) })));
      });
    },
  );

  it('calls back in order within each partition', async () => {
    await withTopic(4, async (topic) => {
      const producer = createProducer({ ...options(), batchBytes: 2_000, lingerMs: 0 });
      const offsets = new Map<number, number[]>();
      for (let i = 0; i < 5_000; i++) {
        const taken = producer.produce(
          { topic, key: Buffer.from(`k${i}`), value: Buffer.alloc(50) },
          (error, metadata) => {
            if (error || !metadata) throw error ?? new Error('no metadata');
            const known = offsets.get(metadata.partition) ?? [];
            offsets.set(metadata.partition, known);
            known.push(metadata.offset);
          },
        );
        if (!taken) await producer.ready();
      }
      await producer.close();
      expect([...offsets.values()].reduce((sum, { length }) => sum + length, 0)).toBe(5_000);
      for (const list of offsets.values()) expect(list).toEqual(list.map((_, i) => i));
    });
  });

  it.each(['none', 'zstd'] as const)(
    'splits batches that the topic finds too large, and keeps the order (%s)',
    async (compression) => {
      const body = async (topic: string) => {
        const producer = createProducer({ ...options(), compression, batchBytes: 64 * 1024 });
        const large = 2_000;
        const offsets: (number | null)[] = [];
        const codes: unknown[] = [];
        for (let i = 0; i < 5_000; i++) {
          const value = Buffer.concat([Buffer.from(`${i}:`), randomBytes(i === large ? 3_000 : 100)]);
          const taken = producer.produce(
            { topic, key: null, value },
            (error, metadata, token) => {
              offsets[token] = metadata?.offset ?? null;
              if (error) codes.push((error as { code?: unknown }).code);
            },
            i,
          );
          if (!taken) await producer.ready();
        }
        await producer.flush();
        await producer.close();
        expect(codes).toEqual(['MESSAGE_TOO_LARGE']);
        expect(offsets).toEqual(
          Array.from({ length: 5_000 }, (_, i) => (i === large ? null : i < large ? i : i - 1)),
        );
        const consumer = createConsumer({ ...options(), autoOffsetReset: 'earliest' });
        consumer.assign([{ topic, partition: 0 }]);
        const got = await pollUntil(consumer, ({ length }) => length >= 4_999);
        await consumer.close();
        const numbers = got.map(({ value }) => Number(value?.subarray(0, value.indexOf(':')).toString()));
        expect(numbers).toEqual(Array.from({ length: 5_000 }, (_, i) => i).filter((i) => i !== large));
      };
      await withTopic(1, body, { 'max.message.bytes': '2000' });
    },
  );

  it('refuses what cannot be sent, by name', async () => {
    await withTopic(1, async (topic) => {
      const producer = createProducer(options());
      const value = Buffer.from('v');
      await expect(producer.send([{ topic: 'no such name', key: null, value }])).rejects.toMatchObject({
        code: 'INVALID_TOPIC_EXCEPTION',
      });
      await expect(producer.send([{ topic, partition: 7, key: null, value }])).rejects.toMatchObject({
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
      });
      await expect(
        producer.send([{ topic, key: null, value: Buffer.alloc(2_000_000) }]),
      ).rejects.toMatchObject({
        code: 'MESSAGE_TOO_LARGE',
      });
      await producer.close();
    });
  });

  it('shares partitions in a group, hands them over, and goes on where commits stand', async () => {
    await withTopic(4, async (topic) => {
      const groupId = uniqueName('group');
      const member = (name: string) => {
        const consumer = createConsumer({
          ...options(),
          groupId,
          clientId: name,
          autoOffsetReset: 'earliest',
          heartbeatIntervalMs: 200,
          sessionTimeoutMs: 10_000,
        });
        consumer.subscribe([topic], { revoked: () => consumer.commit() });
        return consumer;
      };
      const producer = createProducer(options());
      const send = (from: number, count: number) =>
        producer.send(
          Array.from({ length: count }, (_, i) => ({
            topic,
            partition: i % 4,
            key: null,
            value: Buffer.from(`${from + i}`),
          })),
        );
      await send(0, 100);
      const first = member('first');
      const seen = [...(await pollUntil(first, ({ length }) => length >= 100))];
      const second = member('second');
      const deadlineMs = performance.now() + DEADLINE_MS;
      while (first.assignment().length !== 2 || second.assignment().length !== 2) {
        expect(performance.now(), 'both have two partitions in time').toBeLessThan(deadlineMs);
        const [a, b] = await Promise.all([first.poll(100), second.poll(100)]);
        seen.push(...a, ...b);
      }
      await send(100, 100);
      const rest = await Promise.all([
        pollUntil(first, ({ length }) => length >= 50),
        pollUntil(second, ({ length }) => length >= 50),
      ]);
      seen.push(...rest.flat());
      await second.close();
      await send(200, 100);
      seen.push(...(await pollUntil(first, ({ length }) => length >= 100)));
      await first.close();
      await producer.close();
      expect(seen.map(({ value }) => Number(value)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 300 }, (_, i) => i),
      );
      const admin = createAdmin(options());
      const offsets = await admin.groupOffsets(groupId);
      expect(offsets.map(({ offset }) => offset)).toEqual([75, 75, 75, 75]);
      await admin.deleteGroups([groupId]);
      await admin.close();
    });
  });

  it('seeks, pauses, and resets an offset out of range', async () => {
    await withTopic(2, async (topic) => {
      const producer = createProducer(options());
      await producer.send(
        Array.from({ length: 20 }, (_, i) => ({
          topic,
          partition: i % 2,
          key: null,
          value: Buffer.from(`${i}`),
        })),
      );
      await producer.close();
      const [zero, one] = [0, 1].map((partition) => ({ topic, partition })) as [
        { topic: string; partition: number },
        { topic: string; partition: number },
      ];
      const consumer = createConsumer({ ...options(), autoOffsetReset: 'earliest', maxPollRecords: 100 });
      consumer.assign([zero, one]);
      consumer.pause([zero]);
      consumer.seek(one, 7);
      expect((await pollUntil(consumer, ({ length }) => length >= 3)).map(({ offset }) => offset)).toEqual([
        7, 8, 9,
      ]);
      consumer.seek(one, 1_000);
      expect((await pollUntil(consumer, ({ length }) => length >= 10))[0]?.offset).toBe(0);
      consumer.resume([zero]);
      expect((await pollUntil(consumer, ({ length }) => length >= 10))[0]?.partition).toBe(0);
      expect(await consumer.beginningOffsets([zero, one])).toEqual([0, 0]);
      expect(await consumer.endOffsets([zero, one])).toEqual([10, 10]);
      await consumer.close();
    });
  });

  it('ends a poll at wakeup', async () => {
    await withTopic(1, async (topic) => {
      const consumer = createConsumer(options());
      consumer.assign([{ topic, partition: 0 }]);
      const poll = consumer.poll(DEADLINE_MS);
      setTimeout(() => consumer.wakeup(), 50);
      expect(await poll).toEqual([]);
      await consumer.close();
    });
  });

  it('describes and alters topics, configs and offsets', async () => {
    const admin = createAdmin(options());
    const topic = uniqueName('admin');
    await admin.createTopics([{ name: topic, partitions: 2, configs: { 'retention.ms': '60000' } }]);
    expect(await admin.ensureTopics([{ name: topic }])).toEqual([]);
    await expect(admin.createTopics([{ name: topic }])).rejects.toMatchObject({
      code: 'TOPIC_ALREADY_EXISTS',
      message: expect.stringContaining(topic),
    });
    await expect(
      admin.createTopics([{ name: uniqueName('bad'), configs: { 'no.such.config': '1' } }]),
    ).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    await expect(admin.describeTopics([uniqueName('none')])).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
    await admin.createPartitions(topic, 3);
    const [description] = await admin.describeTopics([topic]);
    expect(description?.partitions.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    expect(description?.topicId).toHaveLength(22);
    await admin.alterConfigs('topic', topic, { 'retention.ms': null, 'cleanup.policy': 'compact' });
    const configs = await admin.describeConfigs('topic', topic);
    expect(configs.get('cleanup.policy')).toMatchObject({ value: 'compact', source: 'DYNAMIC_TOPIC_CONFIG' });
    expect(configs.get('retention.ms')?.source).toBe('DEFAULT_CONFIG');
    const groupId = uniqueName('offsets');
    await admin.alterGroupOffsets(groupId, [{ topic, partition: 1, offset: 5, metadata: 'm' }]);
    expect(await admin.groupOffsets(groupId)).toEqual([{ topic, partition: 1, offset: 5, metadata: 'm' }]);
    expect((await admin.listGroups()).map((group) => group.groupId)).toContain(groupId);
    await admin.deleteGroups([groupId]);
    await expect(admin.describeGroups([groupId])).rejects.toMatchObject({ code: 'GROUP_ID_NOT_FOUND' });
    const cluster = await admin.describeCluster();
    expect(cluster.brokers).toHaveLength(1);
    await admin.deleteTopics([topic]);
    await expect(admin.deleteTopics([topic])).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    await admin.close();
  });

  it('does not wait for a topic of which a group is to have offsets, or to forget them', async () => {
    const admin = createAdmin({ ...options(), requestTimeoutMs: 3_600_000 });
    const groupId = uniqueName('offsets');
    const topic = uniqueName('none');
    const unknown = { code: 'UNKNOWN_TOPIC_OR_PARTITION', message: expect.stringContaining(topic) };
    const real = uniqueName('real');
    await admin.createTopics([{ name: real, partitions: 1 }]);
    await admin.alterGroupOffsets(groupId, [{ topic: real, partition: 0, offset: 1 }]);
    const offset = { topic, partition: 0, offset: 1 };
    await expect(admin.alterGroupOffsets(groupId, [offset])).rejects.toMatchObject(unknown);
    await expect(admin.deleteGroupOffsets(groupId, [offset])).rejects.toMatchObject(unknown);
    await admin.close();
  });

  it('keeps two members of any protocol type in one generation, and lets one go', async () => {
    const groupId = uniqueName('member');
    const joined: string[] = [];
    const member = (name: string) =>
      createGroupMember({
        ...options(),
        groupId,
        protocolType: 'connect',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        heartbeatIntervalMs: 100,
        callbacks: {
          protocols: () => [{ name: 'p', metadata: Buffer.from(name) }],
          assign: async ({ members }) =>
            new Map(
              members.map(({ memberId, metadata }) => [
                memberId,
                Buffer.from(`${metadata}/${members.length}`),
              ]),
            ),
          joined: async ({ assignment }) => {
            joined.push(assignment.toString());
          },
          rejoining: async () => {},
          lost: async (reason) => {
            joined.push(`lost: ${reason.message}`);
          },
        },
      });
    const until = async (what: string[]) => {
      await expect.poll(() => [...joined].sort(), { timeout: DEADLINE_MS, interval: 20 }).toEqual(what);
      joined.length = 0;
    };
    const [a, b] = [member('a'), member('b')];
    a.start();
    await until(['a/1']);
    b.start();
    await until(['a/2', 'b/2']);
    expect(b.generationId).toBe(a.generationId);
    await b.close();
    await until(['a/1']);
    await a.close();
  });
}
