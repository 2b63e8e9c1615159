import { randomUUID } from 'node:crypto';
import { type Consumer, createAdmin, createConsumer } from '@millrace/client';
import type { Figures } from '../../measure/figures.ts';
import { useOfTrees } from '../../measure/process-tree.ts';
import type { RunningBroker } from '../broker/side.ts';

const PARTITIONS_EACH = 2;
const POLL_MS = 500;
const LOOK_EVERY_MS = 5;
const SETTLED_WITHIN_MS = 120_000;
const COMMITS_AT_ONCE = 100;

interface Measured {
  readonly side: string;
  readonly broker: RunningBroker;
}

/** So many members come at once; then one of them leaves: seconds until each partition has its one owner, and all have as many. */
export async function rebalances(
  {
    side,
    broker,
    members,
    protocol,
  }: Measured & { readonly members: number; readonly protocol: 'classic' | 'consumer' },
  into: Figures,
): Promise<void> {
  const [topic, groupId] = [`t-${randomUUID()}`, `g-${randomUUID()}`];
  const bootstrapServers = [broker.bootstrap];
  const admin = createAdmin({ bootstrapServers });
  const partitions = members * PARTITIONS_EACH;
  await admin.createTopics([{ name: topic, partitions }]);
  const consumers = Array.from({ length: members }, () =>
    createConsumer({
      ...{ bootstrapServers, groupId, groupProtocol: protocol },
      ...{ heartbeatIntervalMs: 3_000, enableAutoCommit: false },
    }),
  );
  const cpuBefore = useOfTrees([broker.pid]).cpuSeconds;
  const beganMs = performance.now();
  const loops = consumers.map((consumer) => {
    consumer.subscribe([topic]);
    return polling(consumer);
  });
  await settled(consumers, partitions);
  into.note(`${members} members come, ${protocol}: s`, side, (performance.now() - beganMs) / 1000);
  const [gone, ...rest] = consumers;
  const leftMs = performance.now();
  await loops[0]?.stop();
  await gone?.close();
  await settled(rest, partitions);
  into.note(`one of them leaves, ${protocol}: s`, side, (performance.now() - leftMs) / 1000);
  const cpuSeconds = useOfTrees([broker.pid]).cpuSeconds - cpuBefore;
  into.note(`both, ${protocol}: CPU-s of the broker`, side, cpuSeconds);
  await Promise.all(loops.map((loop) => loop.stop()));
  await Promise.all(rest.map((consumer) => consumer.close()));
  await admin.deleteTopics([topic]);
  await admin.close();
}

/** Commits of one partition each, some of them under way at once. */
export async function commits(
  { side, broker, count }: Measured & { readonly count: number },
  into: Figures,
): Promise<void> {
  const [topic, groupId] = [`t-${randomUUID()}`, `g-${randomUUID()}`];
  const bootstrapServers = [broker.bootstrap];
  const admin = createAdmin({ bootstrapServers });
  await admin.createTopics([{ name: topic, partitions: 1 }]);
  const consumer = createConsumer({ bootstrapServers, groupId, enableAutoCommit: false });
  await consumer.commit([{ topic, partition: 0, offset: 0 }]);
  const cpuBefore = useOfTrees([broker.pid]).cpuSeconds;
  const beganMs = performance.now();
  let next = 1;
  const lane = async () => {
    while (next <= count) await consumer.commit([{ topic, partition: 0, offset: next++ }]);
  };
  await Promise.all(Array.from({ length: COMMITS_AT_ONCE }, lane));
  into.note('commits per second', side, count / ((performance.now() - beganMs) / 1000));
  const cpuSeconds = useOfTrees([broker.pid]).cpuSeconds - cpuBefore;
  into.note('CPU-s of the broker per 10,000 commits', side, (cpuSeconds / count) * 10_000);
  await consumer.close();
  await admin.deleteTopics([topic]);
  await admin.close();
}

function polling(consumer: Consumer): { stop(): Promise<void> } {
  let isStopped = false;
  const run = async () => {
    while (!isStopped) await consumer.poll(POLL_MS);
  };
  const done = run();
  return {
    stop: () => {
      isStopped = true;
      consumer.wakeup();
      return done;
    },
  };
}

/** @throws {Error} where partitions are without an owner, with two, or unevenly spread, for two minutes */
async function settled(consumers: readonly Consumer[], partitions: number): Promise<void> {
  const untilMs = performance.now() + SETTLED_WITHIN_MS;
  while (performance.now() < untilMs) {
    const owned = consumers.map((consumer) => consumer.assignment().map(({ partition }) => partition));
    const counts = owned.map(({ length }) => length);
    const isEven = Math.max(...counts) - Math.min(...counts) <= 1;
    const all = owned.flat();
    if (isEven && all.length === partitions && new Set(all).size === partitions) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`the members do not share ${partitions} partitions`);
}
