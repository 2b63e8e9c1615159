import {
  type Consumer,
  type ConsumerOptions,
  createAdmin,
  createConsumer,
  createProducer,
  createShareConsumer,
  type RebalanceListener,
  type SubscriptionPattern,
  type TopicPartition,
} from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, skipping } from '../support/index.ts';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { uniqueName } from './client-scenarios.ts';
import { type Peer, startApacheKafka, startOurs } from './peer.ts';

const PARTITIONS = 6;
const DEADLINE_MS = 60_000;
/** So that steps follow soon, and members that are gone are missed soon. */
const CONFIG = {
  'group.consumer.min.heartbeat.interval.ms': '100',
  'group.consumer.heartbeat.interval.ms': '200',
  'group.consumer.min.session.timeout.ms': '3000',
  'group.consumer.session.timeout.ms': '3000',
};

const reason = kafkaPeerSkipReason();
if (reason !== null) skipping(`our consumer in groups on Apache Kafka: ${reason}`);

const peers = [
  ['Millrace', () => startOurs(CONFIG)],
  ...(reason === null ? [['Apache Kafka', () => startApacheKafka(CONFIG)] as const] : []),
] as const;

/** A consumer that polls until it is told to stop. */
class Reader {
  readonly consumer: Consumer;
  readonly values: string[] = [];
  readonly told: string[] = [];
  isHeld = false;
  #isStopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(options: ConsumerOptions) {
    this.consumer = createConsumer({ autoOffsetReset: 'earliest', ...options });
  }

  start(topics: readonly string[] | RegExp | SubscriptionPattern, more: RebalanceListener = {}): this {
    const tell = (word: string) => async (partitions: readonly TopicPartition[]) => {
      if (partitions.length === 0) return;
      this.told.push(`${word} ${partitions.map(({ partition }) => partition).sort((a, b) => a - b)}`);
    };
    this.consumer.subscribe(topics, {
      assigned: tell('assigned'),
      revoked: async (partitions) => {
        // Who was put out of the group meanwhile has nothing to commit: others read it again.
        await this.consumer.commit().catch((error) => expect(PUT_OUT).toContain(error.code));
        await tell('revoked')(partitions);
      },
      lost: tell('lost'),
      ...more,
    });
    this.#done = this.#run();
    return this;
  }

  get owned(): readonly number[] {
    return this.consumer
      .assignment()
      .map(({ partition }) => partition)
      .sort((a, b) => a - b);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.consumer.wakeup();
    await this.#done;
    await this.consumer.close();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      if (this.isHeld) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      for (const { value } of await this.consumer.poll(100)) this.values.push(String(value));
    }
  }
}

const PUT_OUT = ['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH', 'STALE_MEMBER_EPOCH', 'ILLEGAL_GENERATION'];

/** On Apache Kafka the shortest way through, or all of it (`GROUPS_FULL=1`): its steps take long. */
const isFull = process.env.GROUPS_FULL === '1';

describe.each(peers)('our consumer in groups on %s', { concurrent: true }, (name, start) => {
  describe('in turn', { concurrent: false }, () => scenarios(name, start));
});

function scenarios(name: string, start: () => Promise<Peer>): void {
  let peer: Peer;
  beforeAll(async () => {
    peer = await start();
  }, 300_000);
  afterAll(() => peer?.close());

  const options = () => ({ bootstrapServers: [peer.address] });

  async function newTopic(partitions = PARTITIONS, name = uniqueName('grouped')): Promise<string> {
    const admin = createAdmin(options());
    await admin.createTopics([{ name, partitions }]);
    await admin.close();
    return name;
  }

  async function send(topic: string, word: string, count = 60): Promise<readonly string[]> {
    const values = Array.from({ length: count }, (_, index) => `${word} ${index}`);
    const producer = createProducer(options());
    await producer.send(
      values.map((value, index) => ({
        topic,
        partition: index % PARTITIONS,
        key: null,
        value: Buffer.from(value),
      })),
    );
    await producer.close();
    return values;
  }

  async function shared(readers: readonly Reader[]): Promise<void> {
    const each = PARTITIONS / readers.length;
    const isShared = () =>
      readers.every(({ owned }) => owned.length === each) &&
      new Set(readers.flatMap(({ owned }) => owned)).size === PARTITIONS;
    await eventually(isShared, { what: `${readers.length} share the partitions`, timeoutMs: DEADLINE_MS });
  }

  async function seen(readers: readonly Reader[], values: readonly string[]): Promise<void> {
    const isSeen = () => {
      const all = new Set(readers.flatMap((reader) => reader.values));
      return values.every((value) => all.has(value));
    };
    await eventually(isSeen, { what: 'all records are seen', timeoutMs: DEADLINE_MS });
  }

  const kinds = [
    ['classic', {}],
    ['classic, cooperative', { partitionAssignmentStrategy: ['cooperative-sticky'] }],
    ['consumer', { groupProtocol: 'consumer' }],
  ] as const;

  const isWhole = isFull || name === 'Millrace';
  it.each(isWhole ? kinds : kinds.slice(-1))(
    'members of the %s protocol come, go and lose nothing',
    async (_kind, more: Partial<ConsumerOptions>) => {
      const topic = await newTopic();
      const group = { ...options(), groupId: uniqueName('g'), heartbeatIntervalMs: 200, ...more };
      const reader = () => new Reader(group).start([topic]);
      const [a, b] = [reader(), reader()];
      await shared([a, b]);
      await seen([a, b], await send(topic, 'first'));
      const c = reader();
      await shared([a, b, c]);
      await seen([a, b, c], await send(topic, 'second'));
      await b.stop();
      await shared([a, c]);
      await seen([a, c], await send(topic, 'third'));
      await a.stop();
      await c.stop();
      const all = [a, b, c].flatMap(({ values }) => values);
      // Every rebalance commits what was read: nothing comes twice.
      expect(all.length).toBe(new Set(all).size);
      const late = reader();
      const fourth = await send(topic, 'fourth');
      await seen([late], fourth);
      expect(late.values.toSorted()).toEqual(fourth.toSorted());
      await late.stop();
    },
  );

  it.each(isWhole ? ['classic', 'consumer'] : ['consumer'])(
    'commits by itself in the %s protocol what later polls have passed, and at the end all of it',
    async (protocol) => {
      const topic = await newTopic();
      const groupId = uniqueName('g');
      const group = { ...options(), groupId, groupProtocol: protocol as 'classic' | 'consumer' };
      await send(topic, 'auto');
      const more = { maxPollRecords: 7, autoCommitIntervalMs: 50, heartbeatIntervalMs: 200 };
      const consumer = createConsumer({ ...group, ...more, autoOffsetReset: 'earliest' });
      consumer.subscribe([topic]);
      const admin = createAdmin(options());
      const first = await pollSome(consumer);
      const second = await pollSome(consumer);
      const committed = async () => {
        const offsets = await admin.groupOffsets(groupId);
        return offsets.reduce((sum, { offset }) => sum + offset, 0);
      };
      await eventually(async () => (await committed()) === first, {
        what: 'what was passed to be committed, and what is in hand not',
        timeoutMs: DEADLINE_MS,
      });
      await consumer.close();
      expect(await committed()).toBe(first + second);
      await admin.close();
    },
  );

  it.each(isWhole ? ['classic', 'consumer'] : ['consumer'])(
    'leaves a group of the %s protocol where nobody polls, says so, and comes back',
    async (protocol) => {
      const topic = await newTopic();
      const group = {
        ...{ ...options(), groupId: uniqueName('g'), groupProtocol: protocol as 'classic' | 'consumer' },
        ...{ heartbeatIntervalMs: 200, maxPollIntervalMs: 1_500, enableAutoCommit: false },
      };
      const a = new Reader(group).start([topic]);
      await shared([a]);
      a.isHeld = true;
      const admin = createAdmin(options());
      const members = async () => (await admin.describeGroups([group.groupId]))[0]?.members.length;
      await eventually(async () => (await members()) === 0, {
        what: 'it to leave, though its heartbeats go on',
        timeoutMs: DEADLINE_MS,
      });
      await expect(a.consumer.commit()).rejects.toMatchObject({ code: 'MAX_POLL_INTERVAL_EXCEEDED' });
      a.isHeld = false;
      await eventually(() => a.told.includes('lost 0,1,2,3,4,5') && a.told.length === 3, {
        what: 'it to come back',
        timeoutMs: DEADLINE_MS,
      });
      await shared([a]);
      await seen([a], await send(topic, 'back'));
      await a.stop();
      await admin.close();
    },
  );

  it.each(isWhole ? ['classic', 'consumer'] : ['classic'])(
    'begins anew, in the %s protocol, with a topic that was made anew',
    async (protocol) => {
      const topic = await newTopic();
      const ids = new Set<string | null>();
      const group = { ...options(), groupId: uniqueName('g'), heartbeatIntervalMs: 200 };
      const a = new Reader({ ...group, groupProtocol: protocol as 'classic' | 'consumer' }).start([topic], {
        assigned: async (partitions) => {
          for (const { topicId } of partitions) ids.add(topicId);
        },
      });
      await seen([a], await send(topic, 'before', 60));
      const admin = createAdmin(options());
      await admin.deleteTopics([topic]);
      // More of them than were read before, so that the old position is one of the new topic too.
      const isMade = () =>
        newTopic(PARTITIONS, topic).then(
          () => true,
          () => false,
        );
      await eventually(isMade, { what: 'the topic to be made anew', timeoutMs: DEADLINE_MS });
      await seen([a], await send(topic, 'after', 120));
      expect(ids.size).toBe(2);
      expect(a.values).toHaveLength(180);
      await a.stop();
      await admin.close();
    },
  );

  if (!isWhole) return;

  it.each(kinds.slice(1))(
    'keeps, in the %s protocol, what a rebalance does not move',
    async (_kind, more) => {
      const topic = await newTopic();
      const group = { ...options(), groupId: uniqueName('g'), heartbeatIntervalMs: 200, ...more };
      const a = new Reader(group).start([topic]);
      await shared([a]);
      const b = new Reader(group).start([topic]);
      await shared([a, b]);
      expect(a.told[0]).toBe('assigned 0,1,2,3,4,5');
      const moved = a.told[1]?.replace('revoked ', '').split(',').map(Number) ?? [];
      expect(a.told).toHaveLength(2);
      expect([...moved, ...a.owned].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      expect(b.told).toEqual([`assigned ${moved}`]);
      await a.stop();
      await b.stop();
    },
  );

  it('loses what it does not give up in time, and comes back', async () => {
    const topic = await newTopic();
    const group = { ...options(), groupId: uniqueName('g'), groupProtocol: 'consumer' } as const;
    const a = new Reader({ ...group, rebalanceTimeoutMs: 1_000 }).start([topic]);
    await shared([a]);
    a.isHeld = true;
    const b = new Reader(group).start([topic]);
    await shared([b]);
    a.isHeld = false;
    await shared([a, b]);
    expect(a.told.some((word) => word.startsWith('lost'))).toBe(true);
    await a.stop();
    await b.stop();
  });

  it('finds its place again as a static member', async () => {
    const topic = await newTopic();
    const group = { ...options(), groupId: uniqueName('g'), groupProtocol: 'consumer' } as const;
    const one = () => new Reader({ ...group, groupInstanceId: 'one' }).start([topic]);
    const [a, b] = [one(), new Reader({ ...group, groupInstanceId: 'two' }).start([topic])];
    await shared([a, b]);
    const before = a.owned;
    await a.stop();
    const again = one();
    await shared([again, b]);
    expect(again.owned).toEqual(before);
    expect(b.told.length).toBeLessThanOrEqual(2);
    await again.stop();
    await b.stop();
  });

  it('reads by patterns, its own and the coordinator’s', async () => {
    const prefix = uniqueName('matched');
    const topic = await newTopic(PARTITIONS, `${prefix}-1`);
    const group = () => ({ ...options(), groupId: uniqueName('g'), groupProtocol: 'consumer' }) as const;
    const byClient = new Reader(group()).start(new RegExp(`^${prefix}-\\d$`));
    const byBroker = new Reader(group()).start({ pattern: `${prefix}-\\d` });
    const values = await send(topic, 'matched');
    await seen([byClient], values);
    await seen([byBroker], values);
    await byClient.stop();
    await byBroker.stop();
  });

  it('says which topic patterns are none, and which protocol it needs', async () => {
    const group = { ...options(), groupId: uniqueName('g') };
    const bad = createConsumer({ ...group, groupProtocol: 'consumer' });
    bad.subscribe({ pattern: '(' });
    await expect(pollUntilError(bad)).rejects.toMatchObject({ code: 'INVALID_REGULAR_EXPRESSION' });
    await bad.close();
    const classic = createConsumer(group);
    expect(() => classic.subscribe({ pattern: 'a' })).toThrow(/consumer protocol/);
    await classic.close();
  });

  it.each(['classic', 'consumer'] as const)(
    'says to a member of the %s protocol that a name is none, and that a group is of another kind',
    async (groupProtocol) => {
      const topic = await newTopic();
      const groupId = uniqueName('g');
      const sharing = createShareConsumer({ ...options(), groupId });
      sharing.subscribe([topic]);
      await eventually(async () => (await sharing.poll(100)) && sharing.assignment().length > 0, {
        what: 'a share group',
        timeoutMs: DEADLINE_MS,
      });
      const stranger = createConsumer({ ...options(), groupId, groupProtocol });
      stranger.subscribe([topic]);
      await expect(pollUntilError(stranger)).rejects.toMatchObject({
        code: expect.stringMatching(/^(GROUP_ID_NOT_FOUND|INCONSISTENT_GROUP_PROTOCOL)$/),
        details: { hint: expect.stringContaining('another groupId'), path: 'groupId' },
      });
      await stranger.close();
      await sharing.close();
      const misspelt = createConsumer({ ...options(), groupId: uniqueName('g'), groupProtocol });
      misspelt.subscribe([topic, 'no name']);
      await expect(pollUntilError(misspelt)).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' });
      await misspelt.close();
    },
  );
}

/** How many records came with the first poll that brought any. */
async function pollSome(consumer: Consumer): Promise<number> {
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (performance.now() < deadlineMs) {
    const { length } = await consumer.poll(200);
    if (length > 0) return length;
  }
  throw new Error('no record came');
}

async function pollUntilError(consumer: Consumer): Promise<void> {
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (performance.now() < deadlineMs) await consumer.poll(200);
}
