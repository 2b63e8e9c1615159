import type { Now } from '@millrace/foundation/types';
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
import type { GroupRecord } from '../group/records.ts';
import type { ShareGroup, ShareGroupPartitions } from './share-group.ts';
import { epochRecord, newShareGroup, partitionsRecord } from './share-group-heartbeat.ts';
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

/** The share coordinator knows of the partitions: those that were still to begin are assigned from now on. */
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
    const left = withoutPartitions(initializing, topics);
    const begun = withoutPartitions(initializing, left);
    const partitions = { initializing: left, initialized: withPartitions(initialized, begun) };
    if (begun.length > 0) append(group, { ...group.partitions, ...partitions }, reply, out);
    else settle(group.stateEpoch, [], reply, out);
  });
}

export interface AlterShareOffsetsCommand extends OfGroup {
  readonly topics: readonly NamedTopicPartitions[];
}

/**
 * The group may begin anew in partitions, in an epoch of its own. Where it has begun, the share coordinator forgets where it stood and learns
 * where it stands in one step, and until then it stands where it did; `shareGroupBegun` follows for the others. A group that is not there is
 * made, as in Kafka: it is told where to begin before anybody reads.
 */
export function alterShareOffsets(
  shard: GroupShard,
  { reply, group: id, topics }: AlterShareOffsetsCommand,
  now: Now,
): readonly GroupEffect[] {
  const alter = (group: ShareGroup, out: Outbox): void => {
    const { initializing, initialized } = group.partitions;
    const isNew = withoutPartitions(topics, initialized);
    append(group, { ...group.partitions, initializing: withPartitions(initializing, isNew) }, reply, out);
  };
  if (!shard.groups.has(id)) return collect((out) => alter(newShareGroup(shard, id, now), out));
  return ofEmptyGroup(shard, id, reply, alter);
}

export interface DeleteShareOffsetsCommand extends OfGroup {
  readonly topics: ShareGroupPartitions['deleting'];
}

/** The group is about to forget topics; `shareOffsetsDeleted` follows once the share coordinator has. */
export function deleteShareOffsets(
  shard: GroupShard,
  { reply, group: id, topics }: DeleteShareOffsetsCommand,
): readonly GroupEffect[] {
  return ofEmptyGroup(shard, id, reply, (group, out) =>
    append(group, forgetting(group.partitions, topics), reply, out),
  );
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

export interface DeleteShareGroupResult {
  readonly error: ErrorName | null;
  /** False where the share coordinator has to forget something first; then it is asked for again. */
  readonly isGone: boolean;
}

/**
 * DeleteGroups: decided once nobody is in the group. All that it has begun is to be forgotten from then on, whoever joins meanwhile and
 * whatever crashes; the group goes when nothing is left of that.
 */
export function deleteShareGroup(
  shard: GroupShard,
  { reply, group: id }: { readonly reply: ReplyTo<DeleteShareGroupResult>; readonly group: string },
): readonly GroupEffect[] {
  return collect((out) => {
    const group = shareGroupOf(shard, id);
    const problem = shareOffsetsProblem(shard, id);
    if (group === null || problem !== null) {
      out.reply(reply, { error: problem ?? 'GROUP_ID_NOT_FOUND', isGone: false });
      return;
    }
    const { initializing, initialized, deleting } = group.partitions;
    const begun = [...initializing, ...initialized];
    const isGone = begun.length === 0 && deleting.length === 0;
    const records = isGone
      ? groupTombstones(group)
      : begun.length > 0
        ? partitionRecords(group, forgetting(group.partitions, begun))
        : [];
    out.appendOrSettle(records, (error, _now, later) =>
      later.reply(
        reply,
        error === null ? { error, isGone } : { error: appendErrorToMember(error), isGone: false },
      ),
    );
  });
}

/** Topics that are gone are none of any group any more; the share coordinator finds out by itself. */
export function dropShareTopics(shard: GroupShard): readonly GroupEffect[] {
  return collect((out) => dropGoneShareTopics(shard, out));
}

/** The same; where it fails, the next deletion of a topic, the next loading or the next look for offsets tries again. */
export function dropGoneShareTopics(shard: GroupShard, out: Outbox): void {
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
}

/** The partitions, once topics are to be forgotten. */
function forgetting(
  { initializing, initialized, deleting }: ShareGroupPartitions,
  topics: ShareGroupPartitions['deleting'],
): ShareGroupPartitions {
  const gone = new Map(topics.map(({ topicId, topicName }) => [topicId, { topicId, topicName }]));
  const stays = ({ topicId }: { readonly topicId: string }) => !gone.has(topicId);
  return {
    initializing: initializing.filter(stays),
    initialized: initialized.filter(stays),
    deleting: [...deleting.filter(stays), ...gone.values()],
  };
}

export function shareGroupOf(shard: GroupShard, id: string): ShareGroup | null {
  const group = shard.groups.get(id);
  return group?.type === 'share' ? group : null;
}

/** Offsets of a group change, and it goes, only while nobody reads. */
function shareOffsetsProblem(shard: GroupShard, id: string): ErrorName | null {
  const group = shareGroupOf(shard, id);
  if (group === null) return 'GROUP_ID_NOT_FOUND';
  return group.members.size > 0 ? 'NON_EMPTY_GROUP' : null;
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
  settle(group.stateEpoch + 1, partitionRecords(group, partitions), reply, out);
}

/** The epoch is told as soon as all that it rests on is committed. */
function settle(
  stateEpoch: number,
  records: readonly GroupRecord[],
  reply: ReplyTo<ShareOffsetsResult>,
  out: Outbox,
): void {
  out.appendOrSettle(records, (error, _now, later) =>
    later.reply(reply, error === null ? { error: null, stateEpoch } : failed(appendErrorToMember(error))),
  );
}

function partitionRecords(group: ShareGroup, partitions: ShareGroupPartitions): readonly GroupRecord[] {
  return [partitionsRecord(group.id, partitions), epochRecord(group, group.epoch + 1, group.metadataHash)];
}

function failed(error: ErrorName | null): ShareOffsetsResult {
  return { error, stateEpoch: 0 };
}
