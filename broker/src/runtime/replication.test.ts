import { MillraceError, silentLogger, systemClock, systemTimers } from '@millrace/foundation';
import { expect, it, vi } from 'vitest';
import type { PartitionToAlter } from '../core/controller/alter-partition.ts';
import { emptyImage } from '../core/metadata/replay.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { NO_PEERS } from '../testing/no-peers.ts';
import { SAMPLE_LOG_CONFIG } from '../testing/sample-batches.ts';
import { parseBrokerConfig } from './broker-config.ts';
import { LocalPartition } from './local-partition.ts';
import type { LocalPartitions } from './local-partitions.ts';
import { Replication } from './replication.ts';
import type { ClusterAccess } from './services.ts';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const ORDERS = { topic: 'orders', partition: 0 };
const gone = () => new MillraceError('No controller.', { code: 'NOT_CONTROLLER', class: 'transient' });

it('asks again soon where nobody knows what became of a wish for another in-sync set', async () => {
  const log = await createMemoryEngine().open({ ...ORDERS, topicId: TOPIC_ID }, SAMPLE_LOG_CONFIG);
  const partition = new LocalPartition(
    log,
    { clock: systemClock, nodeId: 1 },
    {
      ...{ leaderEpoch: 0, isLeader: true, leader: 1, replicas: [1, 2], isr: [1], partitionEpoch: 0 },
      minInSyncReplicas: 2,
    },
  );
  const follower = {
    ...{ id: 2, epoch: 7, incarnationId: TOPIC_ID, endpoints: [], rack: null, logDirs: [] },
    ...{ fenced: false, inControlledShutdown: false },
  };
  const asked: (readonly PartitionToAlter[])[] = [];
  const cluster = {
    alterPartitions: (partitions: readonly PartitionToAlter[]) => {
      asked.push(partitions);
      if (asked.length < 3) return Promise.reject(gone());
      const altered = { topicId: TOPIC_ID, partition: 0, leader: 1, leaderEpoch: 0, partitionEpoch: 1 };
      return Promise.resolve({ error: null, partitions: [{ ...altered, error: null, isr: [1, 2] }] });
    },
  } as unknown as ClusterAccess;
  const replication = new Replication({
    ...{ cluster, clock: systemClock, timers: systemTimers, logger: silentLogger, peers: NO_PEERS.peers },
    config: parseBrokerConfig({ 'log.dirs': '/nowhere' }),
    metadata: { image: () => ({ ...emptyImage, brokers: new Map([[2, follower]]) }) },
    partitions: { get: () => partition, all: () => [partition] } as unknown as LocalPartitions,
  });
  partition.followerFetched({ id: 2, brokerEpoch: 7, endOffset: 0 });
  replication.followerFetched(ORDERS);
  // Nothing comes from outside any more: no fetch, no image.
  await vi.waitFor(() => expect(partition.inSyncReplicas).toEqual([1, 2]));
  expect(asked).toHaveLength(3);
  replication.close();
});
