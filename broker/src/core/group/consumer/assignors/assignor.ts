import type { Uuid } from '@millrace/foundation/types';
import type { TopicPartitions } from '../partitions.ts';

/** A member as an assignor sees it. */
export interface AssignedMember {
  readonly id: string;
  /** Of topics that exist. */
  readonly topicIds: ReadonlySet<Uuid>;
  /** What it shall have up to now. */
  readonly target: TopicPartitions;
}

/** Which partitions each member shall have: every partition of a topic that somebody reads, once. */
export type Assign = (
  members: readonly AssignedMember[],
  partitionCounts: ReadonlyMap<Uuid, number>,
) => ReadonlyMap<string, TopicPartitions>;

/** A target assignment that is being made. */
export class AssignmentDraft {
  readonly #members = new Map<string, Map<Uuid, Set<number>>>();
  readonly #counts = new Map<string, number>();

  constructor(members: readonly AssignedMember[]) {
    for (const { id } of members) {
      this.#members.set(id, new Map());
      this.#counts.set(id, 0);
    }
  }

  give(member: string, topicId: Uuid, partition: number): void {
    const topics = this.#members.get(member);
    const partitions = topics?.get(topicId);
    if (partitions === undefined) topics?.set(topicId, new Set([partition]));
    else partitions.add(partition);
    this.#counts.set(member, this.count(member) + 1);
  }

  take(member: string, topicId: Uuid, partition: number): void {
    const topics = this.#members.get(member);
    const partitions = topics?.get(topicId);
    if (partitions?.delete(partition) !== true) return;
    if (partitions.size === 0) topics?.delete(topicId);
    this.#counts.set(member, this.count(member) - 1);
  }

  /** How many partitions a member has, of all topics. */
  count(member: string): number {
    return this.#counts.get(member) ?? 0;
  }

  partitions(member: string): TopicPartitions {
    return this.#members.get(member) ?? new Map();
  }

  get result(): ReadonlyMap<string, TopicPartitions> {
    return this.#members;
  }
}

/** The members that read each topic. */
export function readersByTopic(
  members: readonly AssignedMember[],
): ReadonlyMap<Uuid, readonly AssignedMember[]> {
  const readers = new Map<Uuid, AssignedMember[]>();
  for (const member of members) {
    for (const topicId of member.topicIds) {
      const ofTopic = readers.get(topicId);
      if (ofTopic === undefined) readers.set(topicId, [member]);
      else ofTopic.push(member);
    }
  }
  return readers;
}
