import type { Admin } from '@millrace/client';
import { isMillraceError } from '@millrace/foundation';

/** Where a group goes on reading a partition. */
export interface GroupPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The positions of the group that the tasks of a sink read in. It may have no members when it is changed. */
export interface GroupPositions {
  /** Empty where nobody knows the group. @throws {MillraceError} SHARE_GROUPS_UNSUPPORTED, what the brokers answer */
  all(): Promise<readonly GroupPosition[]>;
  set(positions: readonly GroupPosition[]): Promise<void>;
  /** Takes away the group's positions in these topics, of all their partitions. */
  forget(topics: readonly string[]): Promise<void>;
  /** Takes the group away, with all its positions; a group that nobody knows is away. */
  remove(): Promise<void>;
}

/** Of a consumer group: what its members committed. */
export function consumerGroupPositions(admin: Admin, groupId: string): GroupPositions {
  const all = async () => (await admin.groupOffsets(groupId)).filter(({ offset }) => offset >= 0);
  const remove = () => ifKnown(admin.deleteGroups([groupId]), undefined);
  const set = (positions: readonly GroupPosition[]) => admin.alterGroupOffsets(groupId, positions);
  return {
    all,
    set,
    remove,
    // By taking the group away and putting the others back, which every broker can.
    async forget(topics) {
      const kept = (await all()).filter(({ topic }) => !topics.includes(topic));
      await remove();
      if (kept.length > 0) await set(kept);
    },
  };
}

/** Of a share group (KIP-932): where each partition begins for it, below which every record is done with. */
export function shareGroupPositions(admin: Admin, groupId: string): GroupPositions {
  return {
    async all() {
      const known = await ifKnown(admin.shareGroupOffsets(groupId), []);
      return known.map(({ topic, partition, startOffset: offset }) => ({ topic, partition, offset }));
    },
    set: (positions) =>
      admin.alterShareGroupOffsets(
        groupId,
        positions.map(({ topic, partition, offset: startOffset }) => ({ topic, partition, startOffset })),
      ),
    forget: (topics) => admin.deleteShareGroupOffsets(groupId, topics),
    remove: () => ifKnown(admin.deleteGroups([groupId]), undefined),
  };
}

async function ifKnown<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isMillraceError(error) && error.code === 'GROUP_ID_NOT_FOUND') return otherwise;
    throw error;
  }
}
