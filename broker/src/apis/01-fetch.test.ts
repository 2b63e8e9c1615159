import { expect, it } from 'vitest';
import { ControlPlaneHarness } from '../testing/control-plane-harness.ts';
import { sampleBatch } from '../testing/sample-batches.ts';
import { fetch } from './01-fetch.ts';
import { createTopics } from './19-create-topics.ts';

it('a fetch that waits hears of a record that was appended in its own turn of the loop', async () => {
  const broker = await ControlPlaneHarness.start();
  const topic = { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await broker.call(createTopics, { topics: [topic], timeoutMs: 1000 });
  const partition = broker.services.partitions.leader('orders', 0);
  if (typeof partition === 'string') throw new Error(partition);
  partition.append(sampleBatch({ values: ['v'] }), { acks: 1, origin: 'client', produceVersion: 12 });
  const maxWaitMs = 3000;
  const startedMs = performance.now();
  const wanted = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 };
  const request = {
    maxWaitMs,
    minBytes: 1,
    maxBytes: 1_000_000,
    topics: [{ topic: 'orders', partitions: [wanted] }],
  };
  const { responses } = await broker.call(fetch, request, 12);
  expect(responses[0]?.partitions[0]?.highWatermark).toBe(1);
  expect(performance.now() - startedMs).toBeLessThan(maxWaitMs / 2);
  await broker.stop();
});
