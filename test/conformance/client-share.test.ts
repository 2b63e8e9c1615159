import {
  type AcknowledgementOutcome,
  type Admin,
  createAdmin,
  createProducer,
  createShareConsumer,
  type ShareConsumer,
  type ShareConsumerOptions,
  type ShareRecord,
} from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { afterEachTest } from '../support/after-each-test.ts';
import { eventually } from '../support/index.ts';
import { kafkaPeerSkipReason, QUICK_RETURN, startKafkaPeer } from '../support/kafka-peer.ts';
import { type BrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';
import { uniqueName } from './client-scenarios.ts';
import { killedWhileHolding, pausedWhileHolding } from './doomed-process.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason !== null) console.warn(`skipped: share consumer on Apache Kafka: ${skipReason}`);

/** So that locks end within a test's time. */
const properties = { 'group.share.min.record.lock.duration.ms': '1000' };
const DEADLINE_MS = 30_000;

// Beside each other: most of their time is waited out, for locks to end and for brokers to come back.
describe('share consumer on our broker', { concurrent: true }, () => {
  describe('in turn', { concurrent: false }, () => scenarios(() => startMillraceBroker(properties)));
});

describe.skipIf(skipReason !== null)('share consumer on Apache Kafka', { concurrent: true }, () => {
  describe('in turn', { concurrent: false }, () => scenarios(startKafka));
});

function startKafka(): Promise<BrokerProcess> {
  return startKafkaPeer({ properties: { ...properties, ...QUICK_RETURN } });
}

function scenarios(start: () => Promise<BrokerProcess>): void {
  const onTestFinished = afterEachTest();
  let peer: BrokerProcess;
  let admin: Admin;
  beforeAll(async () => {
    peer = await start();
    admin = createAdmin(options());
  }, 120_000);
  afterAll(async () => {
    await admin?.close();
    await peer?.stop();
  });

  const options = () => ({ bootstrapServers: peer.bootstrapServers, requestTimeoutMs: 5_000 });

  /** A topic with records 0 to `count` - 1 in turn over its partitions, and a group that begins at the first. */
  async function setUp(count: number, partitions = 1, configs: Record<string, string> = {}) {
    const topic = uniqueName('share');
    const groupId = uniqueName('share');
    await admin.createTopics([{ name: topic, partitions }]);
    await admin.alterConfigs('group', groupId, { 'share.auto.offset.reset': 'earliest', ...configs });
    await produce(topic, count, partitions);
    return { topic, groupId };
  }

  async function produce(topic: string, count: number, partitions = 1): Promise<void> {
    const producer = createProducer({ ...options(), batchBytes: 500 });
    await producer.send(
      Array.from({ length: count }, (_, i) => ({
        topic,
        partition: i % partitions,
        key: null,
        value: Buffer.from(`${i}`),
      })),
    );
    await producer.close();
  }

  function member(topic: string, groupId: string, more: Partial<ShareConsumerOptions> = {}): ShareConsumer {
    const consumer = createShareConsumer({ ...options(), groupId, ...more });
    consumer.subscribe([topic]);
    onTestFinished(() => consumer.close());
    return consumer;
  }

  async function pollUntil(consumer: ShareConsumer, count: number): Promise<ShareRecord[]> {
    const records: ShareRecord[] = [];
    const deadlineMs = performance.now() + DEADLINE_MS;
    while (records.length < count) {
      if (performance.now() > deadlineMs) throw new Error(`only ${records.length} of ${count} records came`);
      records.push(...(await consumer.poll(300)));
    }
    return records;
  }

  const numbers = (records: readonly ShareRecord[]) => records.map(({ value }) => Number(value));
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
  const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);

  it('shares one partition between two members, each record with one of them', async () => {
    const { topic, groupId } = await setUp(2_000);
    const members = [member(topic, groupId), member(topic, groupId)];
    const seen: number[][] = [[], []];
    const deadlineMs = performance.now() + DEADLINE_MS;
    while (seen.flat().length < 2_000 && performance.now() < deadlineMs) {
      await Promise.all(
        members.map(async (consumer, i) => {
          const records = await consumer.poll(300);
          expect(records.every(({ deliveryCount }) => deliveryCount === 1)).toBe(true);
          seen[i]?.push(...numbers(records));
        }),
      );
    }
    expect(sorted(seen.flat())).toEqual(upTo(2_000));
    expect(seen.map(({ length }) => length > 0)).toEqual([true, true]);
  });

  it('accepts with the next poll what nothing was said of, and gives back at close what no poll followed', async () => {
    const { topic, groupId } = await setUp(10);
    const first = member(topic, groupId, { maxPollRecords: 5, acquireMode: 'record_limit' });
    expect(numbers(await pollUntil(first, 5))).toEqual([0, 1, 2, 3, 4]);
    expect(numbers(await pollUntil(first, 5))).toEqual([5, 6, 7, 8, 9]);
    expect(first.acquisitionLockTimeoutMs).toBe(30_000);
    await first.close();
    const again = await pollUntil(member(topic, groupId), 5);
    expect(again.map(({ value, deliveryCount }) => [Number(value), deliveryCount])).toEqual(
      [5, 6, 7, 8, 9].map((number) => [number, 2]),
    );
  });

  it('passes on what is said of each record, and says what became of it', async () => {
    const { topic, groupId } = await setUp(6);
    const consumer = member(topic, groupId, { acknowledgementMode: 'explicit' });
    const records = await pollUntil(consumer, 6);
    for (const record of records) {
      const type = Number(record.value) % 3;
      consumer.acknowledge(record, type === 0 ? 'accept' : type === 1 ? 'release' : 'reject');
    }
    expect(await consumer.commit()).toEqual([{ topic, partition: 0, offsets: upTo(6), error: null }]);
    const again = await pollUntil(consumer, 2);
    expect(again.map(({ value, deliveryCount }) => [Number(value), deliveryCount])).toEqual([
      [1, 2],
      [4, 2],
    ]);
    for (const record of again) consumer.acknowledge(record);
    expect(() => consumer.acknowledge({ topic, partition: 0, offset: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_RECORD_STATE' }),
    );
    await consumer.commit();
    expect(await consumer.poll(500)).toEqual([]);
  });

  it('keeps a renewed record, and loses one whose lock has ended', async () => {
    const { topic, groupId } = await setUp(2, 1, { 'share.record.lock.duration.ms': '3000' });
    const holder = member(topic, groupId, { acknowledgementMode: 'explicit' });
    const [kept, lost] = (await pollUntil(holder, 2)) as [ShareRecord, ShareRecord];
    const other = member(topic, groupId, { acknowledgementMode: 'explicit' });
    const taken: ShareRecord[] = [];
    const deadlineMs = performance.now() + 7_000;
    while (performance.now() < deadlineMs) {
      holder.acknowledge(kept, 'renew');
      expect(await holder.commit()).toMatchObject([{ error: null }]);
      for (const record of await other.poll(300)) {
        taken.push(record);
        other.acknowledge(record);
      }
      await other.commit();
    }
    expect(taken.map(({ offset, deliveryCount }) => [offset, deliveryCount])).toEqual([[lost.offset, 2]]);
    holder.acknowledge(lost);
    expect(await holder.commit()).toMatchObject([
      { topic, partition: 0, offsets: [lost.offset], error: { code: 'INVALID_RECORD_STATE' } },
    ]);
    holder.acknowledge(kept);
    expect(await holder.commit()).toMatchObject([{ offsets: [kept.offset], error: null }]);
  });

  it('gives what a killed member held to another one', async () => {
    const { topic, groupId } = await setUp(20);
    await killedWhileHolding('share', peer.bootstrapServers[0] ?? '', topic, groupId);
    const records = await pollUntil(member(topic, groupId), 20);
    expect(sorted(numbers(records))).toEqual(upTo(20));
    expect(records.every(({ deliveryCount }) => deliveryCount === 2)).toBe(true);
  });

  it('gives what a paused member holds too long to another one, and does not hear its late word', async () => {
    const { topic, groupId } = await setUp(20, 1, { 'share.record.lock.duration.ms': '1500' });
    await using paused = await pausedWhileHolding(peer.bootstrapServers[0] ?? '', topic, groupId);
    const other = member(topic, groupId, { acknowledgementMode: 'explicit' });
    const records = await pollUntil(other, 20);
    expect(sorted(numbers(records))).toEqual(upTo(20));
    expect(records.every(({ deliveryCount }) => deliveryCount === 2)).toBe(true);
    // The first one stays open: of what is below the start of the group Kafka says nothing any more.
    for (const record of records.slice(1)) other.acknowledge(record);
    expect(await other.commit()).toMatchObject([{ error: null }]);
    expect(await paused.acceptsLate()).toBe('INVALID_RECORD_STATE');
  });

  it('passes over markers and aborted records, and holds none of them', async () => {
    const { topic, groupId } = await setUp(0, 1, { 'share.isolation.level': 'read_committed' });
    const producer = createProducer({ ...options(), transactionalId: uniqueName('id') });
    onTestFinished(() => producer.close());
    await producer.initTransactions();
    for (const outcome of ['committed', 'aborted', 'committed'] as const) {
      producer.beginTransaction();
      await producer.send([{ topic, key: null, value: Buffer.from(outcome) }]);
      if (outcome === 'aborted') await producer.abortTransaction();
      else await producer.commitTransaction();
    }
    const consumer = member(topic, groupId, { acknowledgementMode: 'explicit' });
    const records = await pollUntil(consumer, 2);
    expect(records.map(({ value, offset }) => [String(value), offset])).toEqual([
      ['committed', 0],
      ['committed', 4],
    ]);
    for (const record of records) consumer.acknowledge(record);
    expect(await consumer.commit()).toMatchObject([{ offsets: [0, 4], error: null }]);
    await produce(topic, 1);
    expect((await pollUntil(consumer, 1)).map(({ deliveryCount }) => deliveryCount)).toEqual([1]);
  });

  it('holds no more records than it may', async () => {
    const { topic, groupId } = await setUp(50);
    const consumer = member(topic, groupId, {
      acknowledgementMode: 'explicit',
      acquireMode: 'record_limit',
      maxPollRecords: 8,
      maxHeldRecords: 10,
    });
    const held = await pollUntil(consumer, 10);
    expect(held).toHaveLength(10);
    expect(await consumer.poll(500)).toEqual([]);
    for (const record of held) consumer.acknowledge(record);
    expect(numbers(await pollUntil(consumer, 8))).toEqual(upTo(50).slice(10, 18));
  });

  it('iterates, and gives back what the loop did not reach', async () => {
    const { topic, groupId } = await setUp(10);
    const consumer = member(topic, groupId);
    const seen: number[] = [];
    for await (const record of consumer) {
      seen.push(Number(record.value));
      if (seen.length === 4) break;
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    await consumer.commit();
    const again = await pollUntil(member(topic, groupId), 7);
    expect(sorted(numbers(again))).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  it('accepts record by record while a loop goes on, and not the one whose body throws', async () => {
    const { topic, groupId } = await setUp(10);
    const told: AcknowledgementOutcome[] = [];
    const consumer = member(topic, groupId, { acknowledged: (outcomes) => told.push(...outcomes) });
    const accepted = () => told.flatMap(({ offsets, error }) => (error === null ? offsets : []));
    const loop = async () => {
      for await (const record of consumer) {
        // What was done before is accepted while this one is at work: no other one is asked for.
        await eventually(() => accepted().length === record.offset, {
          what: 'acceptance',
          timeoutMs: DEADLINE_MS,
        });
        if (record.offset === 5) throw new Error('out of paper');
      }
    };
    await expect(loop()).rejects.toThrow('out of paper');
    const again = await pollUntil(member(topic, groupId), 5);
    expect(again.map(({ offset }) => offset)).toEqual([5, 6, 7, 8, 9]);
  });

  it('accepts the record that a loop is working on when it is closed, and gives out no other one', async () => {
    const { topic, groupId } = await setUp(10);
    const consumer = member(topic, groupId);
    let closed: Promise<void> | null = null;
    const seen: number[] = [];
    for await (const { offset } of consumer) {
      if (offset === 2) closed = consumer.close(DEADLINE_MS);
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push(offset);
    }
    await closed;
    expect(seen).toEqual([0, 1, 2]);
    const again = await pollUntil(member(topic, groupId), 7);
    expect(again.map(({ offset }) => offset)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  it('closes though a loop hangs, and gives back what it has in hand', async () => {
    const { topic, groupId } = await setUp(2);
    const consumer = member(topic, groupId);
    const hanging = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const loop = (async () => {
      for await (const { offset } of consumer) {
        if (offset === 1) reached.resolve();
        if (offset === 1) await hanging.promise;
      }
    })();
    await reached.promise;
    await consumer.close(100);
    const again = await pollUntil(member(topic, groupId), 1);
    expect(again.map(({ offset }) => offset)).toEqual([1]);
    hanging.resolve();
    await loop;
  });

  it('works off jobs that are slow against their locks, each of them once, between two members', async () => {
    const { topic, groupId } = await setUp(30, 1, { 'share.record.lock.duration.ms': '1500' });
    const done: number[] = [];
    const refused: AcknowledgementOutcome[] = [];
    const acknowledged = (outcomes: readonly AcknowledgementOutcome[]) =>
      refused.push(...outcomes.filter(({ error }) => error !== null));
    const members = [0, 1].map(() => member(topic, groupId, { acknowledged }));
    const shares = members.map(async (consumer) => {
      let count = 0;
      for await (const { offset } of consumer) {
        // The first one takes longer than its lock holds.
        await new Promise((resolve) => setTimeout(resolve, offset === 0 ? 2_500 : 100));
        done.push(offset);
        count += 1;
        if (done.length === 30) for (const each of members) void each.close();
      }
      return count;
    });
    const counts = await Promise.all(shares);
    expect(sorted(done)).toEqual(upTo(30));
    expect(refused).toEqual([]);
    expect(counts.every((count) => count > 5)).toBe(true);
    await eventually(async () => (await admin.shareGroupOffsets(groupId))[0]?.lag === 0, {
      what: 'no job to be left',
      timeoutMs: DEADLINE_MS,
    });
  });

  it('does not hand out what it has held longer than its lock', async () => {
    const { topic, groupId } = await setUp(20, 1, {
      'share.record.lock.duration.ms': '1000',
      'share.renew.acknowledge.enable': 'false',
    });
    const refused: number[] = [];
    const acknowledged = (outcomes: readonly AcknowledgementOutcome[]) =>
      refused.push(...outcomes.flatMap(({ offsets, error }) => (error === null ? [] : offsets)));
    const consumer = member(topic, groupId, { maxPollRecords: 10, acknowledged });
    const first = await pollUntil(consumer, 10);
    expect(first.map(({ offset }) => offset)).toEqual(upTo(10));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    // Those that were given out are lost, and are accepted too late; those that waited here are lost, and not given out as if they were not.
    const again = await pollUntil(consumer, 20);
    expect(sorted(numbers(again))).toEqual(upTo(20));
    expect(await consumer.commit()).toMatchObject([{ error: null }]);
    expect(sorted(refused)).toEqual(upTo(10));
  });

  it('iterates with a word for each record, which goes along with what is fetched next', async () => {
    const { topic, groupId } = await setUp(30);
    const told: AcknowledgementOutcome[] = [];
    const consumer = member(topic, groupId, {
      acknowledgementMode: 'explicit',
      acquireMode: 'record_limit',
      maxPollRecords: 10,
      acknowledged: (outcomes) => told.push(...outcomes),
    });
    const seen: number[] = [];
    for await (const record of consumer) {
      seen.push(Number(record.value));
      const isSecond = record.deliveryCount > 1;
      consumer.acknowledge(record, record.offset === 5 && !isSecond ? 'release' : 'accept');
      if (seen.length === 31) break;
    }
    await consumer.commit();
    expect(sorted(seen)).toEqual(sorted([...upTo(30), 5]));
    expect(told.every(({ error }) => error === null)).toBe(true);
    expect((await admin.shareGroupOffsets(groupId)).map(({ lag }) => lag)).toEqual([0]);
  });

  it('goes on after the broker was killed, with every record delivered', async () => {
    const { topic, groupId } = await setUp(300);
    const told: AcknowledgementOutcome[] = [];
    const consumer = member(topic, groupId, {
      maxPollRecords: 20,
      acknowledgementMode: 'explicit',
      acknowledged: (outcomes) => told.push(...outcomes),
    });
    const held = await pollUntil(consumer, 20);
    await peer.kill();
    for (const record of held) consumer.acknowledge(record);
    expect(await consumer.commit()).toMatchObject([
      { offsets: upTo(held.length), error: { class: 'transient' } },
    ]);
    await peer.resume();
    // Offsets are the numbers here, in the one partition.
    const accepted = () => told.flatMap(({ offsets, error }) => (error === null ? offsets : []));
    const deadlineMs = performance.now() + DEADLINE_MS;
    while (accepted().length < 300 && performance.now() < deadlineMs) {
      for (const record of await consumer.poll(300)) consumer.acknowledge(record);
    }
    expect(sorted(accepted())).toEqual(upTo(300));
  });

  it('ends a poll at wakeup', async () => {
    const { topic, groupId } = await setUp(0);
    const consumer = member(topic, groupId);
    const poll = consumer.poll(DEADLINE_MS);
    setTimeout(() => consumer.wakeup(), 50);
    expect(await poll).toEqual([]);
  });
}
