import { type Assign, type AssignedMember, AssignmentDraft, readersByTopic } from './assignor.ts';

/**
 * Kafka's `range`: each topic is divided by itself among its readers, so that topics with as many partitions go the same
 * way; members keep what they had as far as that is even.
 */
export const assignByRange: Assign = (members, partitionCounts) => {
  const draft = new AssignmentDraft(members);
  for (const [topicId, readers] of readersByTopic(members)) {
    const count = partitionCounts.get(topicId) ?? 0;
    for (const [member, partitions] of divide(readers, topicId, count))
      for (const partition of partitions) draft.give(member, topicId, partition);
  }
  return draft.result;
};

function divide(
  readers: readonly AssignedMember[],
  topicId: string,
  count: number,
): ReadonlyMap<string, readonly number[]> {
  const least = Math.floor(count / readers.length);
  let extras = count % readers.length;
  const divided = new Map<string, number[]>();
  const kept = new Set<number>();
  const open: AssignedMember[] = [];
  for (const reader of readers) {
    const had = [...(reader.target.get(topicId) ?? [])].filter((one) => one < count).sort((a, b) => a - b);
    const keepsExtra = had.length > least && extras > 0;
    if (keepsExtra) extras -= 1;
    else open.push(reader);
    const keeps = had.slice(0, keepsExtra ? least + 1 : least);
    for (const partition of keeps) kept.add(partition);
    divided.set(reader.id, keeps);
  }
  const free = Array.from({ length: count }, (_, partition) => partition).filter((one) => !kept.has(one));
  let next = 0;
  for (const { id } of open) {
    const has = divided.get(id) ?? [];
    const quota = extras > 0 ? least + 1 : least;
    if (extras > 0) extras -= 1;
    const missing = quota - has.length;
    divided.set(id, [...has, ...free.slice(next, next + missing)]);
    next += missing;
  }
  return divided;
}
