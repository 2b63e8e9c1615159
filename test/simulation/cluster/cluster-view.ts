import type { SimulatedNode } from '@millrace/broker/testing/simulation';

export type Core = NonNullable<SimulatedNode['core']>;
export type Image = ReturnType<Core['plane']['metadata']['image']>;

/** What the node has replayed and shows; null before it has begun. */
export function imageOf(core: Core): Image | null {
  try {
    return core.plane.metadata.image();
  } catch {
    return null;
  }
}

/** Null before it has begun. */
export function quorumOf(core: Core) {
  try {
    return core.plane.quorum.state();
  } catch {
    return null;
  }
}

/** The newest image that any node of now shows; null where none does. */
export function newestImage(nodes: readonly SimulatedNode[]): Image | null {
  let newest: Image | null = null;
  for (const { core } of nodes) {
    const image = core === null ? null : imageOf(core);
    if (image !== null && image.offset > (newest?.offset ?? -1)) newest = image;
  }
  return newest;
}

/** Whether every broker serves, and knows it. */
export function isReady(nodes: readonly SimulatedNode[]): boolean {
  return nodes.every(({ core, nodeId, isBroker }) => {
    if (core === null) return false;
    return isBroker
      ? imageOf(core)?.brokers.get(nodeId)?.fenced === false
      : (quorumOf(core)?.leaderId ?? -1) >= 0;
  });
}

/** Why the cluster is not whole: every partition led, its replicas in sync and alike to the end, no transaction open; null where it is. */
export function unrest(nodes: readonly SimulatedNode[]): string | null {
  if (!isReady(nodes)) return 'not every node serves';
  const image = newestImage(nodes);
  for (const topic of image?.topicsById.values() ?? []) {
    for (const { partition, leader, isr, replicas } of topic.partitions) {
      const name = `${topic.name}-${partition}`;
      if (leader < 0) return `${name} has no leader`;
      if (isr.length < replicas.length) return `${name} has ${isr} of ${replicas} in sync`;
      const problem = unlike(nodes, topic.name, partition, replicas);
      if (problem !== null) return `${name}: ${problem}`;
    }
  }
  return null;
}

function unlike(
  nodes: readonly SimulatedNode[],
  topic: string,
  partition: number,
  replicas: readonly number[],
): string | null {
  let end: number | null = null;
  for (const id of replicas) {
    const local = nodes.find(({ nodeId }) => nodeId === id)?.core?.partitions.get(topic, partition);
    if (local === undefined) return `${id} does not have it`;
    const { highWatermark, lastStableOffset, log } = local;
    end ??= log.endOffset;
    if (log.endOffset !== end) return `${id} ends at ${log.endOffset}, another at ${end}`;
    if (highWatermark < end) return `on ${id} ${highWatermark} of ${end} is committed`;
    if (lastStableOffset < end) return `a transaction is open at ${lastStableOffset} of ${end}`;
  }
  return null;
}
