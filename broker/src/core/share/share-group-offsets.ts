import type { ErrorName } from '@millrace/protocol';
import { groupTombstones } from '../group/delete-group.ts';
import {
  appendErrorToMember,
  collect,
  type GroupEffect,
  type Outbox,
  type ReplyTo,
} from '../group/effects.ts';
import type { GroupShard } from '../group/group-shard.ts';
import type { ShareGroup, ShareGroupPartitions } from './share-group.ts';
import { epochRecord, partitionsRecord } from './share-group-heartbeat.ts';
import { type NamedTopicPartitions, withoutPartitions, withPartitions } from './topic-partitions.ts';

export interface ShareOffsetsResult {
  readonly error: ErrorName | null;
  /** The epoch with which the group's state begins anew. */
  readonly stateEpoch: number;
}

interface OfGroup {
  readonly reply: ReplyTo<ShareOffsetsResult>;
  readonly group: string;
}

export interface BegunCommand extends OfGroup {
  readonly topics: readonly NamedTopicPartitions[];
}

/** The share coordinator knows of the partitions: from now on they are assigned. */
export function shareGroupBegun(
  shard: GroupShard,
  { reply, group: id, topics }: BegunCommand,
): readonly GroupEffect[] {
  return collect((out) => {
    const group = shareGroupOf(shard, id);
    if (group === null) {
      out.reply(reply, failed('GROUP_ID_NOT_FOUND'));
      return;
    }
    const { initializing, initialized } = group.partitions;
    const partitions = {
      ...group.partitions,
      initializing: withoutPartitions(initializing, topics),
      initialized: withPartitions(initialized, topics),
    };
    append(group, partitions, reply, out);
  });
}

/** Whether offsets of the group may be changed: while nobody reads. */
export function shareOffsetsProblem(shard: GroupShard, id: string): ErrorName | null {
  const group = shareGroupOf(shard, id);
  if (group === null) return 'GROUP_ID_NOT_FOUND';
  return group.members.size > 0 ? 'NON_EMPTY_GROUP' : null;
}

export interface AlterShareOffsetsCommand extends OfGroup {
  readonly topics: readonly NamedTopicPartitions[];
}

/** The group is about to begin anew in partitions; `shareGroupBegun` follows once the share coordinator knows. */
export function alterShareOffsets(
  shard: GroupShard,
  { reply, group: id, topics }: AlterShareOffsetsCommand,
): readonly GroupEffect[] {
  return ofEmptyGroup(shard, id, reply, (group, out) => {
    const { initializing, initialized } = group.partitions;
    const partitions = {
      ...group.partitions,
      initializing: withPartitions(initializing, topics),
      initialized: withoutPartitions(initialized, topics),
    };
    append(group, partitions, reply, out);
  });
}

export interface DeleteShareOffsetsCommand extends OfGroup {
  readonly topics: readonly { readonly topicId: string; readonly topicName: string }[];
}

/** The group is about to forget topics; `shareOffsetsDeleted` follows once the share coordinator has. */
export function deleteShareOffsets(
  shard: GroupShard,
  { reply, group: id, topics }: DeleteShareOffsetsCommand,
): readonly GroupEffect[] {
  return ofEmptyGroup(shard, id, reply, (group, out) => {
    const gone = new Set(topics.map(({ topicId }) => topicId));
    const stays = ({ topicId }: { readonly topicId: string }) => !gone.has(topicId);
    const { initializing, initialized, deleting } = group.partitions;
    const partitions = {
      initializing: initializing.filter(stays),
      initialized: initialized.filter(stays),
      deleting: [...deleting.filter(stays), ...topics],
    };
    append(group, partitions, reply, out);
  });
}

/** The share coordinator has forgotten the topics. */
export function shareOffsetsDeleted(
  shard: GroupShard,
  { reply, group: id, topics }: DeleteShareOffsetsCommand,
): readonly GroupEffect[] {
  return collect((out) => {
    const group = shareGroupOf(shard, id);
    if (group === null) {
      out.reply(reply, failed('GROUP_ID_NOT_FOUND'));
      return;
    }
    const gone = new Set(topics.map(({ topicId }) => topicId));
    const deleting = group.partitions.deleting.filter(({ topicId }) => !gone.has(topicId));
    append(group, { ...group.partitions, deleting }, reply, out);
  });
}

/** DeleteGroups: the group goes, once the share coordinator has forgotten its partitions. */
export function deleteShareGroup(shard: GroupShard, { reply, group: id }: OfGroup): readonly GroupEffect[] {
  return ofEmptyGroup(shard, id, reply, (group, out) => {
    out.append(groupTombstones(group), (error, _now, later) =>
      later.reply(reply, failed(error === null ? null : appendErrorToMember(error))),
    );
  });
}

/** Topics that are gone are none of any group any more; the share coordinator finds out by itself. */
export function dropShareTopics(shard: GroupShard): readonly GroupEffect[] {
  return collect((out) => {
    const { topicsById } = shard.rules.metadata();
    const isThere = ({ topicId }: { readonly topicId: string }) => topicsById.has(topicId);
    for (const group of shard.groups.values()) {
      if (group.type !== 'share') continue;
      const { initializing, initialized, deleting } = group.partitions;
      if ([...initializing, ...initialized, ...deleting].every(isThere)) continue;
      const partitions = {
        initializing: initializing.filter(isThere),
        initialized: initialized.filter(isThere),
        deleting: deleting.filter(isThere),
      };
      out.append([partitionsRecord(group.id, partitions)], () => undefined);
    }
  });
}

export function shareGroupOf(shard: GroupShard, id: string): ShareGroup | null {
  const group = shard.groups.get(id);
  return group?.type === 'share' ? group : null;
}

function ofEmptyGroup(
  shard: GroupShard,
  id: string,
  reply: ReplyTo<ShareOffsetsResult>,
  run: (group: ShareGroup, out: Outbox) => void,
): readonly GroupEffect[] {
  return collect((out) => {
    const group = shareGroupOf(shard, id);
    const problem = shareOffsetsProblem(shard, id);
    if (group === null || problem !== null) out.reply(reply, failed(problem ?? 'GROUP_ID_NOT_FOUND'));
    else run(group, out);
  });
}

/** Notes the partitions with another epoch: who reads is assigned anew, and who writes for an older one is refused. */
function append(
  group: ShareGroup,
  partitions: ShareGroupPartitions,
  reply: ReplyTo<ShareOffsetsResult>,
  out: Outbox,
): void {
  const stateEpoch = group.epoch + 1;
  const records = [
    partitionsRecord(group.id, partitions),
    epochRecord(group.id, stateEpoch, group.metadataHash),
  ];
  out.append(records, (error, _now, later) =>
    later.reply(reply, error === null ? { error: null, stateEpoch } : failed(appendErrorToMember(error))),
  );
}

function failed(error: ErrorName | null): ShareOffsetsResult {
  return { error, stateEpoch: 0 };
}
