import { createAdmin, createShareConsumer } from '@millrace/client';
import { useOfTrees } from '../../measure/process-tree.ts';
import { producerPerf, sharePerf } from '../broker/java-tools.ts';
import type { RunningBroker } from '../broker/side.ts';

const TOPIC = 'share-bench';
const RECORD_BYTES = 100;
const POLL_MS = 1_000;
/** Left over, so that the last poll does not wait for records that are not there. */
const REST = 1_000;

export interface Steady {
  readonly recordsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
}

/** Writes what all groups read: one partition, 100 B, the producer's default batches. */
export async function written(bootstrap: string, records: number): Promise<void> {
  const admin = createAdmin({ bootstrapServers: [bootstrap] });
  await admin.createTopics([{ name: TOPIC, partitions: 1 }]);
  await admin.close();
  await producerPerf(bootstrap, {
    topic: TOPIC,
    records,
    recordBytes: RECORD_BYTES,
    settings: { acks: 'all' },
  });
}

/** From a consumer's first heartbeat in a group that nobody has been in to its first record. */
export async function firstRecordMs(bootstrap: string): Promise<number> {
  const groupId = await newGroup(bootstrap);
  const consumer = createShareConsumer({ bootstrapServers: [bootstrap], groupId });
  const beganMs = performance.now();
  consumer.subscribe([TOPIC]);
  while ((await consumer.poll(POLL_MS)).length === 0);
  const tookMs = performance.now() - beganMs;
  await consumer.close();
  return tookMs;
}

/**
 * ShareConsumerPerformance counts the joining in, so two new groups are read: one of `records`, one of twice as many. What the second took
 * longer, and cost the broker more, is the steady state.
 */
export async function javaSteady(broker: RunningBroker, records: number): Promise<Steady> {
  const once = await measured(broker, async () =>
    sharePerf(broker.bootstrap, { topic: TOPIC, group: await newGroup(broker.bootstrap), records }),
  );
  const twice = await measured(broker, async () =>
    sharePerf(broker.bootstrap, {
      topic: TOPIC,
      group: await newGroup(broker.bootstrap),
      records: 2 * records,
    }),
  );
  return steady(records, twice.seconds - once.seconds, twice.cpuSeconds - once.cpuSeconds);
}

/** Our consumer with implicit acknowledgement: the second half of twice as many records. */
export async function ourSteady(broker: RunningBroker, records: number): Promise<Steady> {
  const groupId = await newGroup(broker.bootstrap);
  const consumer = createShareConsumer({ bootstrapServers: [broker.bootstrap], groupId });
  consumer.subscribe([TOPIC]);
  const read = async (count: number) => {
    for (let seen = 0; seen < count; ) seen += (await consumer.poll(POLL_MS)).length;
  };
  await read(records);
  const { seconds, cpuSeconds } = await measured(broker, async () => {
    const beganMs = performance.now();
    await read(records - REST);
    return (performance.now() - beganMs) / 1000;
  });
  await consumer.close();
  return steady(records - REST, seconds, cpuSeconds);
}

/** @param work gives the seconds that count */
async function measured(broker: RunningBroker, work: () => Promise<number>) {
  const before = useOfTrees([broker.pid]).cpuSeconds;
  const seconds = await work();
  return { seconds, cpuSeconds: useOfTrees([broker.pid]).cpuSeconds - before };
}

function steady(records: number, seconds: number, cpuSeconds: number): Steady {
  return { recordsPerSecond: records / seconds, cpuSecondsPerMillion: (cpuSeconds / records) * 1e6 };
}

async function newGroup(bootstrap: string): Promise<string> {
  const group = `share-bench-${performance.now()}`;
  const admin = createAdmin({ bootstrapServers: [bootstrap] });
  await admin.alterConfigs('group', group, { 'share.auto.offset.reset': 'earliest' });
  await admin.close();
  return group;
}
