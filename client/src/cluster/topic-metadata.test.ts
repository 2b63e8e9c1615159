import type { MetadataResponseTopic } from '@millrace/protocol/messages';
import { describe, expect, it } from 'vitest';
import { MetadataCache } from './metadata-cache.ts';
import { mergeTopic, type TopicMetadata } from './topic-metadata.ts';

const ID_A = 'AAAAAAAAAAAAAAAAAAAAAQ';
const ID_B = 'AAAAAAAAAAAAAAAAAAAAAg';

function topic(topicId: string, ...leaders: [leader: number, epoch: number][]): TopicMetadata {
  const partitions = leaders.map(([leader, leaderEpoch], partition) => ({
    partition,
    leader,
    leaderEpoch,
    replicas: [],
    isr: [],
  }));
  return { name: 't', topicId, internal: false, partitions };
}

describe('mergeTopic', () => {
  it('keeps a leader of a newer epoch than the answer has', () => {
    const merged = mergeTopic(topic(ID_A, [1, 5], [1, 2]), topic(ID_A, [2, 4], [2, 3], [2, 0]));
    expect(merged).toEqual(topic(ID_A, [1, 5], [2, 3], [2, 0]));
  });

  it('takes a topic of another id for another topic, whatever its epochs', () => {
    expect(mergeTopic(topic(ID_A, [1, 5]), topic(ID_B, [2, 0]))).toEqual(topic(ID_B, [2, 0]));
  });
});

describe('MetadataCache', () => {
  const answer = (name: string, topicId: string, errorCode = 0): MetadataResponseTopic => ({
    errorCode,
    name,
    topicId,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: 0,
  });
  const response = (...topics: MetadataResponseTopic[]) => ({
    throttleTimeMs: 0,
    brokers: [],
    clusterId: null,
    controllerId: 1,
    topics,
    clusterAuthorizedOperations: 0,
    errorCode: 0,
  });

  it('forgets a topic that is gone, and says why', () => {
    const cache = new MetadataCache();
    cache.update(response(answer('t', ID_A)), false);
    cache.update(response(answer('t', ID_A, 3)), false);
    expect(cache.topic('t')).toBeUndefined();
    expect(cache.nameOf(ID_A)).toBeUndefined();
    expect(cache.errorOf('t')).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('keeps a topic through a passing failure to describe it', () => {
    const cache = new MetadataCache();
    cache.update(response(answer('t', ID_A)), false);
    cache.update(response(answer('t', ID_A, 5)), false);
    expect(cache.topic('t')?.topicId).toBe(ID_A);
  });

  const led = (leaderId: number, leaderEpoch: number) => ({
    ...answer('t', ID_A),
    partitions: [
      {
        errorCode: 0,
        partitionIndex: 0,
        leaderId,
        leaderEpoch,
        replicaNodes: [],
        isrNodes: [],
        offlineReplicas: [],
      },
    ],
  });

  it('believes who says that another one leads, where that is news and the other one can be reached', () => {
    const partition = { topic: 't', partition: 0 };
    const node = { nodeId: 2, host: 'h', port: 9, rack: null };
    const cache = new MetadataCache();
    const leader = () => cache.topic('t')?.partitions[0]?.leader;
    cache.leaderTold(partition, { leaderId: 2, leaderEpoch: 7 }, [node]);
    expect(leader()).toBeUndefined();
    cache.update(response(led(1, 5)), false);
    cache.leaderTold(partition, { leaderId: 2, leaderEpoch: 5 }, [node]);
    cache.leaderTold(partition, { leaderId: -1, leaderEpoch: 6 }, [node]);
    cache.leaderTold({ ...partition, partition: 1 }, { leaderId: 2, leaderEpoch: 6 }, [node]);
    cache.leaderTold(partition, { leaderId: 2, leaderEpoch: 6 }, []);
    expect(leader()).toBe(1);
    cache.leaderTold(partition, { leaderId: 2, leaderEpoch: 6 }, [node]);
    expect(leader()).toBe(2);
    expect(cache.brokers.get(2)).toEqual({ id: 2, host: 'h', port: 9, rack: null });
    cache.update(response(led(1, 5)), false);
    expect(leader()).toBe(2);
  });

  it('holds on to the newer leader epoch from one answer to the next', () => {
    const cache = new MetadataCache();
    cache.update(response(led(1, 5)), false);
    cache.update(response(led(2, 4)), false);
    expect(cache.topic('t')?.partitions[0]?.leader).toBe(1);
  });

  it('forgets what a complete answer leaves out', () => {
    const cache = new MetadataCache();
    cache.update(response(answer('t', ID_A), answer('u', ID_B)), false);
    cache.update(response(answer('u', ID_B)), true);
    expect(cache.topicNames()).toEqual(['u']);
  });
});
