import { unreachable } from '@millrace/foundation/assert';
import type { ErrorName } from '@millrace/protocol';
import { appendErrorToMember, collect, type GroupEffect, type ReplyTo } from './effects.ts';
import type { Group } from './group.ts';
import type { GroupShard } from './group-shard.ts';
import type { GroupRecord } from './records.ts';

export interface DeleteGroupCommand {
  readonly reply: ReplyTo<{ readonly error: ErrorName | null }>;
  readonly group: string;
}

/** DeleteGroups: the group and all its offsets, by tombstones; only while nobody is in it. */
export function deleteGroup(shard: GroupShard, command: DeleteGroupCommand): readonly GroupEffect[] {
  return collect((out) => {
    const group = shard.groups.get(command.group);
    if (!group) {
      out.reply(command.reply, { error: 'GROUP_ID_NOT_FOUND' });
      return;
    }
    if (group.state !== 'Empty') {
      out.reply(command.reply, { error: 'NON_EMPTY_GROUP' });
      return;
    }
    const records = [...offsetTombstones(shard, group.id, () => true), ...groupTombstones(group)];
    out.appendApart(records, (error, _at, later) => {
      later.reply(command.reply, { error: error === null ? null : appendErrorToMember(error) });
    });
  });
}

/** Tombstones of the offsets of a group that are meant, those of undecided transactions among them. */
export function offsetTombstones(
  shard: GroupShard,
  group: string,
  meant: (topic: string, partition: number) => boolean,
): readonly GroupRecord[] {
  const records: GroupRecord[] = [];
  for (const [topic, partitions] of shard.offsets.of(group)) {
    for (const partition of partitions.keys())
      if (meant(topic, partition)) records.push({ kind: 'offset', group, topic, partition, value: null });
  }
  if (!shard.pendingOffsets.hasGroup(group)) return records;
  for (const { topic, partition } of shard.pendingOffsets.of(group)) {
    const isCommitted = shard.offsets.get(group, topic, partition) !== undefined;
    if (!isCommitted && meant(topic, partition))
      records.push({ kind: 'offset', group, topic, partition, value: null });
  }
  return records;
}

/** What ends a group in which nobody is. */
export function groupTombstones({ type, id: group }: Group): readonly GroupRecord[] {
  switch (type) {
    case 'classic':
      return [{ kind: 'group', group, value: null }];
    case 'share':
      return [
        { kind: 'share-target-epoch', group, value: null },
        { kind: 'share-partitions', group, value: null },
        { kind: 'share-group', group, value: null },
      ];
    case 'consumer':
      return [
        { kind: 'consumer-target', group, value: null },
        { kind: 'consumer-group', group, value: null },
      ];
    default:
      return unreachable(type);
  }
}
