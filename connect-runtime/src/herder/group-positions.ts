import type { Admin } from '@millrace/client';
import { isMillraceError } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import { sharesRecords } from '../core/delivery/guarantees.ts';
import { sinkGroupId } from '../core/offsets/sink-offset.ts';

interface Partition {
  readonly topic: string;
  readonly partition: number;
}

/** Where a group goes on reading a partition. */
export interface GroupPosition extends Partition {
  readonly offset: number;
}

/** The positions of the group that the tasks of a sink read in. It may have no members when it is changed. */
export interface GroupPositions {
  /** Empty where nobody knows the group. @throws {MillraceError} SHARE_GROUPS_UNSUPPORTED, what the brokers answer */
  all(): Promise<readonly GroupPosition[]>;
  set(positions: readonly GroupPosition[]): Promise<void>;
  /** Takes away the group's positions in these partitions; what it has in others stays. */
  forget(gone: readonly Partition[]): Promise<void>;
  /** Takes the group away, with all its positions; a group that nobody knows is away. */
  remove(): Promise<void>;
}

/** Of the group that a sink's tasks read in: its consumer group, or its share group (`consumer.protocol=share`). */
export function sinkPositions(admin: Admin, connector: string, config: ConnectorConfig): GroupPositions {
  const groupId = sinkGroupId(connector, config);
  return sharesRecords(config) ? shareGroupPositions(admin, groupId) : consumerGroupPositions(admin, groupId);
}

const NOT_THERE = ['GROUP_ID_NOT_FOUND', 'UNKNOWN_TOPIC_OR_PARTITION'];

/** Of a consumer group: what its members committed. */
function consumerGroupPositions(admin: Admin, groupId: string): GroupPositions {
  return {
    all: async () => (await admin.groupOffsets(groupId)).filter(({ offset }) => offset >= 0),
    set: (positions) => admin.alterGroupOffsets(groupId, positions),
    // Of a topic that is not there, nothing is either.
    forget: (gone) => ifKnown(admin.deleteGroupOffsets(groupId, gone), undefined, NOT_THERE),
    remove: () => ifKnown(admin.deleteGroups([groupId]), undefined),
  };
}

/** Of a share group (KIP-932): where each partition begins for it, below which every record is done with. */
function shareGroupPositions(admin: Admin, groupId: string): GroupPositions {
  const all = async () => {
    const known = await ifKnown(admin.shareGroupOffsets(groupId), []);
    return known.map(({ topic, partition, startOffset: offset }) => ({ topic, partition, offset }));
  };
  const set = (positions: readonly GroupPosition[]) =>
    admin.alterShareGroupOffsets(
      groupId,
      positions.map(({ topic, partition, offset: startOffset }) => ({ topic, partition, startOffset })),
    );
  return {
    all,
    set,
    // The request names whole topics: what stays of them is put back.
    async forget(gone) {
      const isGone = (each: Partition) =>
        gone.some(({ topic, partition }) => each.topic === topic && each.partition === partition);
      const before = await all();
      const topics = [...new Set(before.filter(isGone).map(({ topic }) => topic))];
      if (topics.length === 0) return;
      const kept = before.filter((each) => topics.includes(each.topic) && !isGone(each));
      await admin.deleteShareGroupOffsets(groupId, topics);
      if (kept.length > 0) await set(kept);
    },
    remove: () => ifKnown(admin.deleteGroups([groupId]), undefined),
  };
}

async function ifKnown<T>(
  answer: Promise<T>,
  otherwise: T,
  codes: readonly string[] = ['GROUP_ID_NOT_FOUND'],
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isMillraceError(error) && codes.includes(error.code)) return otherwise;
    throw error;
  }
}
