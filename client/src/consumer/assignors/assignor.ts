import type { TopicPartition } from '../../types.ts';

/** What a member of the group wants, as the leader sees it. */
export interface MemberSubscription {
  readonly memberId: string;
  /** A static member's stable name, by which it is ordered so that it keeps its share under a new member id. */
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
  /** What it has, where it says so, and of which generation that is. */
  readonly owned?: readonly TopicPartition[];
  readonly generationId?: number;
}

export type Assignment = ReadonlyMap<string, readonly TopicPartition[]>;

/** Divides partitions among members. Deterministic: the same input gives the same answer whoever leads. */
export interface Assignor {
  /** As it stands in JoinGroup; members of one group must share one. */
  readonly name: string;
  /** `partitions`: counts by topic; topics that do not exist are missing. */
  assign(members: readonly MemberSubscription[], partitions: ReadonlyMap<string, number>): Assignment;
}

/** Static members first, by instance id, then the others by member id: the order of Kafka's own assignors. */
export function compareMembers(a: MemberSubscription, b: MemberSubscription): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null)
    return compare(a.groupInstanceId, b.groupInstanceId);
  if (a.groupInstanceId !== null) return -1;
  if (b.groupInstanceId !== null) return 1;
  return compare(a.memberId, b.memberId);
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
