import type { Now } from '@millrace/foundation/types';
import type { OffsetCommitValue } from '@millrace/protocol/internal';
import { groupTombstones, offsetTombstones } from './delete-group.ts';
import { collect, type GroupEffect } from './effects.ts';
import type { OffsetGroup } from './group.ts';
import type { GroupShard } from './group-shard.ts';
import type { GroupRecord } from './records.ts';

/** Records of one batch, so that looking through a large shard makes no batch that the log refuses. */
const BATCH_RECORDS_MAX = 1_000;

/**
 * Offsets whose retention is over go, and with the last one the group where nobody is in it. While a group has
 * members its offsets stay, but for topics that a consumer group has stopped reading.
 */
export function expireOffsets(shard: GroupShard, now: Now): readonly GroupEffect[] {
  return appended(
    [...shard.groups.values()].flatMap((group) => {
      if (group.type === 'share') return [];
      const read = readTopics(group);
      const expired = offsetTombstones(shard, group.id, (topic, partition) => {
        const value = shard.offsets.get(group.id, topic, partition);
        const isPending = shard.pendingOffsets.has(group.id, topic, partition);
        return (
          value !== undefined && !isPending && isExpired(shard, group, read?.has(topic) ?? true, value, now)
        );
      });
      const left = [...shard.offsets.of(group.id).values()].reduce((sum, { size }) => sum + size, 0);
      const unused =
        group.state === 'Empty' &&
        left === expired.length &&
        (group.type !== 'classic' || group.pendingJoin.size === 0) &&
        !shard.pendingOffsets.hasGroup(group.id);
      return unused ? [...expired, ...groupTombstones(group)] : expired;
    }),
  );
}

/** The offsets of topics that are gone go with them. */
export function dropTopics(shard: GroupShard, topics: ReadonlySet<string>): readonly GroupEffect[] {
  return appended(
    [...shard.offsets.groups()].flatMap((group) =>
      offsetTombstones(shard, group, (topic) => topics.has(topic)),
    ),
  );
}

function appended(records: readonly GroupRecord[]): readonly GroupEffect[] {
  return collect((out) => {
    // What cannot be appended now expires again the next time.
    for (let at = 0; at < records.length; at += BATCH_RECORDS_MAX)
      out.appendApart(records.slice(at, at + BATCH_RECORDS_MAX), () => {});
  });
}

function isExpired(
  shard: GroupShard,
  group: OffsetGroup,
  isRead: boolean,
  value: OffsetCommitValue,
  now: Now,
): boolean {
  const sinceMs = retentionStart(group, isRead, value);
  if (sinceMs === null) return false;
  if (value.expireTimestamp !== -1) return now.wallMs >= value.expireTimestamp;
  return now.wallMs - sinceMs >= shard.rules.offsetsRetentionMs;
}

/** What members read, once for all offsets of the group; null where nobody knows. */
function readTopics(group: OffsetGroup): ReadonlySet<string> | null {
  return group.type === 'consumer' ? group.subscribedTopics() : group.subscribedTopics;
}

/** From when on the retention counts, wall time in ms; null: not at all. */
function retentionStart(group: OffsetGroup, isRead: boolean, value: OffsetCommitValue): number | null {
  if (group.type === 'consumer') return isRead ? null : value.commitTimestamp;
  if (group.protocolType === null) return value.commitTimestamp;
  if (group.state === 'Empty') return group.stateTimestampMs ?? value.commitTimestamp;
  return group.state === 'Stable' && !isRead ? value.commitTimestamp : null;
}
