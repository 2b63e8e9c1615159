import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlPlaneHarness } from '../testing/control-plane-harness.ts';
import { sampleBatch } from '../testing/sample-batches.ts';
import { fetch } from './01-fetch.ts';

/** Nobody waits for so long: an answer that comes has come at once. */
const FOR_EVER_MS = 600_000;

let broker: ControlPlaneHarness;

beforeEach(async () => {
  broker = await ControlPlaneHarness.start();
  await broker.makeTopic('orders', 2);
});

afterEach(() => broker.stop());

function append(partitionIndex: number): void {
  const partition = broker.services.partitions.leader('orders', partitionIndex);
  if (typeof partition === 'string') throw new Error(partition);
  partition.append(sampleBatch({ values: ['v'] }), { acks: 1, origin: 'client', produceVersion: 12 });
}

interface Ask {
  readonly topic?: string;
  readonly partitions?: readonly number[];
  readonly fetchOffset?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
}

const ask = ({ topic = 'orders', partitions = [], fetchOffset = 0, ...more }: Ask) =>
  broker.call(
    fetch,
    {
      ...{
        maxWaitMs: FOR_EVER_MS,
        minBytes: 1,
        maxBytes: 1_000_000,
        sessionId: 0,
        sessionEpoch: -1,
        ...more,
      },
      topics: [
        {
          topic,
          partitions: partitions.map((partition) => ({
            partition,
            fetchOffset,
            partitionMaxBytes: 1_000_000,
          })),
        },
      ],
    },
    12,
  );

describe('a fetch', () => {
  it('that waits hears of a record that was appended in its own turn of the loop', async () => {
    append(0);
    const { responses } = await ask({ partitions: [0] });
    expect(responses[0]?.partitions[0]?.highWatermark).toBe(1);
  });

  it('that waits hears of a record in any of its partitions', async () => {
    const waiting = ask({ partitions: [0, 1], minBytes: 100 });
    append(0);
    append(1);
    const { responses } = await waiting;
    expect(responses[0]?.partitions.map(({ records }) => (records?.length ?? 0) > 0)).toContain(true);
  });

  it('of no partitions is answered at once, whether it begins a session, ends one or has none', async () => {
    expect(await ask({ sessionEpoch: -1 })).toMatchObject({ errorCode: 0, sessionId: 0, responses: [] });
    const { sessionId } = await ask({ sessionEpoch: 0, partitions: [0], maxWaitMs: 0 });
    expect(sessionId).not.toBe(0);
    expect(await ask({ sessionId, sessionEpoch: -1 })).toMatchObject({ errorCode: 0, sessionId: 0 });
    expect(await ask({ sessionEpoch: 0 })).toMatchObject({ errorCode: 0, responses: [] });
  });

  it('of partitions that nobody knows is answered at once, and beside others it waits for those', async () => {
    const { responses } = await ask({ topic: 'nothing', partitions: [0] });
    expect(responses[0]?.partitions[0]?.errorCode).toBe(3);
    const waiting = ask({ partitions: [0, 7] });
    let hasCome = false;
    void waiting.then(() => {
      hasCome = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasCome).toBe(false);
    append(0);
    expect((await waiting).responses[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([0, 3]);
  });

  it('waits for no more than it may be given', async () => {
    append(0);
    const { responses } = await ask({ partitions: [0], minBytes: 1_000_000, maxBytes: 10 });
    expect(responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(10);
  });

  it('that names a partition twice is answered once', async () => {
    append(0);
    const { responses } = await ask({ partitions: [0, 0, 0] });
    expect(responses[0]?.partitions).toHaveLength(1);
  });
});

describe('a client over its quota', () => {
  it('is given no records and no session', async () => {
    append(0);
    broker.offerRecords = () => 100;
    const answer = await ask({ partitions: [0], sessionEpoch: 0 });
    expect(answer).toMatchObject({ errorCode: 0, sessionId: 0, responses: [] });
    expect(broker.services.fetchSessions.size).toBe(0);
    expect(broker.services.meter.fetchedBytes.size).toBe(0);
  });

  it('keeps the session that it has, and is told later what it was not told', async () => {
    const { sessionId } = await ask({ partitions: [0], sessionEpoch: 0, maxWaitMs: 0 });
    append(0);
    broker.offerRecords = () => 100;
    expect(await ask({ sessionId, sessionEpoch: 1 })).toMatchObject({ sessionId, responses: [] });
    broker.offerRecords = () => 0;
    const { responses } = await ask({ sessionId, sessionEpoch: 2 });
    expect(responses[0]?.partitions[0]).toMatchObject({ partitionIndex: 0, highWatermark: 1 });
  });
});

describe('a fetch of a follower', () => {
  const follow = (topics: readonly { topic: string; partitions: readonly number[] }[], maxWaitMs = 0) =>
    broker.call(
      fetch,
      {
        ...{ replicaId: 2, maxWaitMs, minBytes: 1, maxBytes: 1_000_000, sessionId: 0, sessionEpoch: -1 },
        topics: topics.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map((partition) => ({
            partition,
            fetchOffset: 0,
            partitionMaxBytes: 1_000_000,
          })),
        })),
      },
      12,
    );

  it('listens once to a partition that it names very often', async () => {
    const partition = broker.services.partitions.leader('orders', 0);
    if (typeof partition === 'string') throw new Error(partition);
    const { onGrowth } = partition;
    let listeners = 0;
    Object.assign(partition, {
      onGrowth(listener: () => void) {
        listeners += 1;
        return onGrowth.call(partition, listener);
      },
    });
    const waiting = follow([{ topic: 'orders', partitions: Array<number>(1000).fill(0) }], FOR_EVER_MS);
    append(0);
    const { responses } = await waiting;
    expect(listeners).toBe(1);
    expect(responses[0]?.partitions).toHaveLength(1);
  });

  it('that names topics is answered by their names', async () => {
    await broker.makeTopic('bills');
    append(0);
    const { responses } = await follow([
      { topic: 'orders', partitions: [0, 1] },
      { topic: 'bills', partitions: [0] },
    ]);
    expect(responses.map(({ topic, partitions }) => [topic, partitions.length])).toEqual([
      ['orders', 2],
      ['bills', 1],
    ]);
  });
});
