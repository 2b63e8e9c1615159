import { silentLogger, systemClock, systemTimers } from '@millrace/foundation';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { NO_PEERS } from '../testing/no-peers.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import { imageWithTopics } from '../testing/sample-topics.ts';
import { parseBrokerConfig } from './broker-config.ts';
import { LocalPartition } from './local-partition.ts';
import { ReplicaFetcher } from './replica-fetcher.ts';
import type { ReplicaFetch, ReplicaFetchedPartition } from './replica-peers.ts';
import { ReplicationQuota } from './replication-quota.ts';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const FOLLOWS = {
  leaderEpoch: 3,
  isLeader: false,
  leader: 2,
  replicas: [1, 2],
  isr: [2],
  partitionEpoch: 0,
  minInSyncReplicas: 1,
};

async function follower(engine: StorageEngine, partition = 0): Promise<LocalPartition> {
  const log = await engine.open({ topic: 'orders', topicId: TOPIC_ID, partition }, SAMPLE_LOG_CONFIG);
  return new LocalPartition(log, { clock: systemClock, nodeId: 1 }, FOLLOWS);
}

/** A leader whose answers the test gives; what it is asked for is in `asked`. Without an answer of the test's it waits. */
class Leader {
  readonly asked: ReplicaFetch[] = [];
  readonly #answers: (readonly ReplicaFetchedPartition[])[];
  readonly fetcher: ReplicaFetcher;

  constructor(...answers: (readonly ReplicaFetchedPartition[])[]) {
    this.#answers = answers;
    const config = parseBrokerConfig({ 'log.dirs': '/nowhere' });
    const metadata = { image: () => imageWithTopics({}) };
    this.fetcher = new ReplicaFetcher({
      ...{ leaderId: 2, nodeId: 1, config, timers: systemTimers, logger: silentLogger },
      endpoint: () => ({ host: 'leader', port: 1 }),
      brokerEpoch: () => 7,
      quota: new ReplicationQuota({ of: 'follower', metadata, config, clock: systemClock }),
      peers: {
        ...NO_PEERS.peers,
        fetch: (_to, request) => {
          this.asked.push(request);
          const answer = this.#answers.shift();
          return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer);
        },
      },
    });
  }

  async whenAsked(times: number): Promise<ReplicaFetch> {
    await vi.waitFor(() => expect(this.asked).toHaveLength(times));
    return this.asked.at(-1)!;
  }
}

const tells = (more: Partial<ReplicaFetchedPartition> = {}): ReplicaFetchedPartition => ({
  ...{ topicId: TOPIC_ID, partition: 0, error: null, highWatermark: 0, logStartOffset: 0 },
  ...{ diverging: null, records: Buffer.alloc(0) },
  ...more,
});

let leader: Leader | undefined;
afterEach(() => leader?.fetcher.close());

describe('a follower', () => {
  it('begins anew where its leader begins, if both logs part before its own begins', async () => {
    const partition = await follower(createMemoryEngine());
    await partition.resetTo(1_000, 3);
    expect(partition.highWatermark).toBe(1_000);
    leader = new Leader([tells({ diverging: { epoch: 3, endOffset: 900 }, logStartOffset: 50 })]);
    leader.fetcher.follow(partition);
    const [again] = (await leader.whenAsked(2)).partitions;
    expect(leader.asked[0]?.partitions[0]).toMatchObject({ fetchOffset: 1_000, lastFetchedEpoch: -1 });
    expect(again).toMatchObject({ fetchOffset: 50, logStartOffset: 50, highWatermark: 50 });
  });

  it('cuts its log back where both logs part behind its start', async () => {
    const partition = await follower(createMemoryEngine());
    for (let count = 0; count < 3; count += 1) partition.log.append(sampleBatch({ values: ['v'] }), 1);
    leader = new Leader([tells({ diverging: { epoch: 1, endOffset: 2 } })]);
    leader.fetcher.follow(partition);
    const [again] = (await leader.whenAsked(2)).partitions;
    expect(leader.asked[0]?.partitions[0]).toMatchObject({ fetchOffset: 3, lastFetchedEpoch: 1 });
    expect(again).toMatchObject({ fetchOffset: 2, lastFetchedEpoch: 1 });
  });

  it('asks last for what it was given records of, so that an answer has room for all in turn', async () => {
    const engine = createMemoryEngine();
    const source = await createMemoryEngine().open(
      { topic: 'orders', topicId: TOPIC_ID, partition: 0 },
      SAMPLE_LOG_CONFIG,
    );
    source.append(sampleBatch({ values: ['v'] }), 3);
    const limits = { maxBytes: 1_000_000, atLeastOne: true, endBefore: 1 };
    const records = Buffer.concat(await source.read(0, limits));
    leader = new Leader([tells({ records })]);
    const partitions = await Promise.all([0, 1, 2].map((index) => follower(engine, index)));
    for (const partition of partitions) leader.fetcher.follow(partition);
    const request = await leader.whenAsked(2);
    expect(request.partitions.map(({ partition }) => partition)).toEqual([1, 2, 0]);
    expect(request.partitions.at(-1)).toMatchObject({ fetchOffset: 1 });
  });
});
