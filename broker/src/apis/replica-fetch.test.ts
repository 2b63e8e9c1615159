import { errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Partition } from '../runtime/partition.ts';
import { ControlPlaneHarness } from '../testing/control-plane-harness.ts';
import { sampleBatch } from '../testing/sample-batches.ts';
import { fetch } from './01-fetch.ts';

let broker: ControlPlaneHarness;
let topicId: string;
let led: Partition;

beforeEach(async () => {
  broker = await ControlPlaneHarness.start();
  topicId = await broker.makeTopic('orders');
  const found = broker.services.partitions.leader('orders', 0);
  if (typeof found === 'string') throw new Error(found);
  led = found;
  for (let count = 0; count < 3; count += 1)
    led.append(sampleBatch({ values: ['v'] }), { acks: 1, origin: 'client', produceVersion: 12 });
});

afterEach(() => broker.stop());

async function followerAsks(fetchOffset: number, lastFetchedEpoch: number) {
  const partition = { partition: 0, fetchOffset, lastFetchedEpoch, currentLeaderEpoch: 0 };
  const { responses } = await broker.call(fetch, {
    ...{ maxWaitMs: 0, minBytes: 1, maxBytes: 1_000_000, sessionId: 0, sessionEpoch: -1 },
    replicaState: { replicaId: 2, replicaEpoch: 5 },
    topics: [{ topicId, partitions: [{ ...partition, partitionMaxBytes: 1_000_000 }] }],
  });
  return responses[0]?.partitions[0];
}

describe('a fetch of a follower', () => {
  it('from behind the end of the log is told where that is, and counts for nothing', async () => {
    const counted = vi.spyOn(led, 'followerFetched');
    for (const lastFetchedEpoch of [-1, 0]) {
      const told = await followerAsks(10, lastFetchedEpoch);
      expect(told).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 3 } });
      expect(told?.records?.length).toBe(0);
    }
    expect(counted).not.toHaveBeenCalled();
  });

  it('in a version that can not tell where logs part is out of range there, and counts for nothing', async () => {
    const counted = vi.spyOn(led, 'followerFetched');
    const partition = { partition: 0, fetchOffset: 10, currentLeaderEpoch: 0, partitionMaxBytes: 1_000_000 };
    const request = {
      ...{ replicaId: 2, maxWaitMs: 0, minBytes: 1, maxBytes: 1_000_000, sessionId: 0, sessionEpoch: -1 },
      topics: [{ topic: 'orders', partitions: [partition] }],
    };
    const { responses } = await broker.call(fetch, request, 11);
    expect(responses[0]?.partitions[0]).toMatchObject({
      errorCode: errorCode('OFFSET_OUT_OF_RANGE'),
      divergingEpoch: { epoch: -1, endOffset: -1 },
    });
    expect(counted).not.toHaveBeenCalled();
  });

  it('of an empty log is given what is there', async () => {
    const counted = vi.spyOn(led, 'followerFetched');
    const told = await followerAsks(0, -1);
    expect(told).toMatchObject({ errorCode: 0, divergingEpoch: { endOffset: -1 } });
    expect(told?.records?.length).toBeGreaterThan(0);
    expect(counted).toHaveBeenCalledWith({ id: 2, brokerEpoch: 5, endOffset: 0 });
  });

  it('gets nothing of a topic that had the name before', async () => {
    const old = new Proxy(led, {
      get: (target, key) => (key === 'topicId' ? 'BBBBBBBBBBBBBBBBBBBBBQ' : Reflect.get(target, key)),
    });
    vi.spyOn(broker.services.partitions, 'leader').mockReturnValue(old);
    const told = await followerAsks(0, -1);
    expect(told).toMatchObject({ errorCode: errorCode('INCONSISTENT_TOPIC_ID') });
    expect(told?.records?.length).toBe(0);
  });
});
