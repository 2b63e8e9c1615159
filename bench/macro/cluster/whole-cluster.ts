import { setTimeout as passed } from 'node:timers/promises';
import { createAdmin } from '@millrace/client';
import { CLUSTER_SIZE, type RunningCluster } from './cluster-side.ts';

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 180_000;

/** Resolves when all brokers serve, and every replica is in sync. @throws {Error} where they do not within three minutes */
export async function untilWhole({ bootstrap }: Pick<RunningCluster, 'bootstrap'>): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    if (await isWhole(bootstrap)) return;
    await passed(LOOK_EVERY_MS);
  }
  throw new Error(`the cluster at ${bootstrap} did not become whole`);
}

/** By a new client: one that has tried in vain would wait before it tries again. */
async function isWhole(bootstrap: string): Promise<boolean> {
  const admin = createAdmin({ bootstrapServers: bootstrap.split(','), requestTimeoutMs: 2_000 });
  try {
    const { brokers } = await admin.describeCluster();
    if (brokers.length < CLUSTER_SIZE) return false;
    const partitions = (await admin.listTopics()).flatMap((topic) => topic.partitions);
    return partitions.every(({ isr, replicas, leader }) => leader >= 0 && isr.length === replicas.length);
  } catch {
    return false;
  } finally {
    await admin.close();
  }
}

/** A topic with a replica on every broker. */
export async function makeTopic(bootstrap: string, name: string, partitions: number): Promise<void> {
  const admin = createAdmin({ bootstrapServers: bootstrap.split(',') });
  await admin.createTopics([{ name, partitions, replicationFactor: CLUSTER_SIZE }]);
  await admin.close();
}

export async function removeTopic(bootstrap: string, name: string): Promise<void> {
  const admin = createAdmin({ bootstrapServers: bootstrap.split(',') });
  await admin.deleteTopics([name]);
  await admin.close();
}
