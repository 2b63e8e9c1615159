import type { Now, Uuid } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { ProducerIdentity } from '../coordinator/effects.ts';
import type { ClassicGroup } from './classic-group.ts';
import { consumerCommitProblem } from './consumer/consumer-offsets.ts';
import { appendErrorToMember, collect, type GroupEffect, type Outbox, type ReplyTo } from './effects.ts';
import type { Group } from './group.ts';
import type { GroupShard } from './group-shard.ts';
import { touchSession } from './rebalance.ts';
import type { GroupRecord } from './records.ts';

export interface CommitCommand {
  readonly reply: ReplyTo<CommitResult>;
  readonly group: string;
  /** Negative: from outside the group's protocol. */
  readonly generation: number;
  readonly memberId: string;
  readonly instanceId: string | null;
  /** How long to keep the offsets, ms (v2-4); negative: as the broker says. */
  readonly retentionMs: number;
  /** Since v9 a group that is not there has an error of its own, and members of the consumer protocol may commit. */
  readonly knowsGroupIdNotFound: boolean;
  readonly offsets: readonly OffsetToCommit[];
}

export interface OffsetToCommit {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

/** TxnOffsetCommit: the offsets count once the transaction is committed. */
export interface TransactionCommitCommand
  extends Pick<CommitCommand, 'reply' | 'group' | 'generation' | 'memberId' | 'instanceId' | 'offsets'> {
  readonly producer: ProducerIdentity;
}

/** One error for all, or one per offset in the order of the command. */
export type CommitResult =
  | { readonly error: ErrorName }
  | { readonly error: null; readonly offsets: readonly (ErrorName | null)[] };

/** OffsetCommit: answered when the offsets are committed to the log. */
export function commitOffsets(shard: GroupShard, command: CommitCommand, now: Now): readonly GroupEffect[] {
  return collect((out) => {
    const known = shard.groups.get(command.group);
    const problem = known ? commitProblem(shard, known, command) : missingGroup(command);
    if (problem !== null) {
      out.reply(command.reply, { error: problem });
      return;
    }
    const group = known ?? shard.createClassic(command.group, now);
    if (group.type === 'classic') keepSession(shard, group, command.memberId, now, out);
    append(shard, command, null, now, out);
  });
}

/** TxnOffsetCommit: as `commitOffsets`, but it keeps no session, and does not wait for a rebalance (KIP-447). */
export function commitTransactionOffsets(
  shard: GroupShard,
  command: TransactionCommitCommand,
  now: Now,
): readonly GroupEffect[] {
  return collect((out) => {
    const known = shard.groups.get(command.group);
    const problem = known
      ? transactionCommitProblem(shard, known, command)
      : missingGroup({ ...command, knowsGroupIdNotFound: false });
    if (problem !== null) {
      out.reply(command.reply, { error: problem });
      return;
    }
    if (!known) shard.createClassic(command.group, now);
    append(shard, { ...command, retentionMs: -1 }, command.producer, now, out);
  });
}

function append(
  shard: GroupShard,
  command: Pick<CommitCommand, 'reply' | 'group' | 'retentionMs' | 'offsets'>,
  producer: ProducerIdentity | null,
  now: Now,
  out: Outbox,
): void {
  const errors = command.offsets.map(({ metadata }) => metadataProblem(shard, metadata));
  const records = command.offsets
    .filter((_, index) => errors[index] === null)
    .map((offset) => offsetRecord(command, offset, now));
  const answer: CommitResult = { error: null, offsets: errors };
  if (records.length === 0) {
    out.reply(command.reply, answer);
    return;
  }
  const done = (error: ErrorName | null, _at: Now, later: Outbox) => {
    if (error === null) later.reply(command.reply, answer);
    else later.reply(command.reply, { error: appendErrorToMember(error) });
  };
  out.append(records, done, producer);
}

function missingGroup(command: Pick<CommitCommand, 'generation' | 'knowsGroupIdNotFound'>): ErrorName | null {
  if (command.generation < 0) return null;
  return command.knowsGroupIdNotFound ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
}

/** A commit of a member is as good as a heartbeat. */
function keepSession(shard: GroupShard, group: ClassicGroup, memberId: string, now: Now, out: Outbox): void {
  const member = group.members.get(memberId);
  if (member && (group.state === 'Stable' || group.state === 'PreparingRebalance'))
    touchSession(shard, group, member, now, out);
}

function commitProblem(shard: GroupShard, group: Group, command: CommitCommand): ErrorName | null {
  const { generation, memberId, instanceId } = command;
  if (group.type === 'share') return 'GROUP_ID_NOT_FOUND';
  if (group.type === 'consumer') {
    const problem = consumerCommitProblem(group, shard.rules.metadata(), {
      ...command,
      epoch: generation,
      isTransactional: false,
      partitions: command.offsets,
    });
    return problem === 'STALE_MEMBER_EPOCH' && !command.knowsGroupIdNotFound
      ? 'UNSUPPORTED_VERSION'
      : problem;
  }
  // Consumers that take no part in the group, and tools, may commit while nobody is in it.
  if (generation < 0 && group.state === 'Empty') return null;
  if (generation < 0 && memberId === '' && instanceId === null) return 'UNKNOWN_MEMBER_ID';
  const problem = group.memberProblem(memberId, instanceId);
  if (problem !== null) return problem;
  if (generation !== group.generation) return 'ILLEGAL_GENERATION';
  // The member is valid, so it has joined this generation; it has to sync before it commits.
  return group.state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : null;
}

/** Who does not say that it is a member is taken at its word. */
function transactionCommitProblem(
  shard: GroupShard,
  group: Group,
  command: TransactionCommitCommand,
): ErrorName | null {
  const { generation, memberId, instanceId } = command;
  if (group.type === 'share') return 'GROUP_ID_NOT_FOUND';
  if (group.type === 'consumer') {
    const problem = consumerCommitProblem(group, shard.rules.metadata(), {
      ...command,
      epoch: generation,
      isTransactional: true,
      partitions: command.offsets,
    });
    // Producers know no epochs of members (KIP-848).
    return problem === 'STALE_MEMBER_EPOCH' ? 'ILLEGAL_GENERATION' : problem;
  }
  if (generation < 0 && (group.state === 'Empty' || (memberId === '' && instanceId === null))) return null;
  const problem = group.memberProblem(memberId, instanceId);
  if (problem !== null) return problem;
  return generation === group.generation ? null : 'ILLEGAL_GENERATION';
}

/** By characters, as Kafka counts. */
function metadataProblem(shard: GroupShard, metadata: string | null): ErrorName | null {
  const length = metadata?.length ?? 0;
  return length > shard.rules.offsetMetadataMaxBytes ? 'OFFSET_METADATA_TOO_LARGE' : null;
}

/** For ever is as good as the last moment that a number holds exactly. */
const expiryOf = (retentionMs: number, now: Now): number =>
  retentionMs < 0 ? -1 : Math.min(now.wallMs + retentionMs, Number.MAX_SAFE_INTEGER);

function offsetRecord(
  command: Pick<CommitCommand, 'group' | 'retentionMs'>,
  offset: OffsetToCommit,
  now: Now,
): GroupRecord {
  return {
    kind: 'offset',
    group: command.group,
    topic: offset.topic,
    partition: offset.partition,
    value: {
      offset: offset.offset,
      leaderEpoch: offset.leaderEpoch,
      metadata: offset.metadata ?? '',
      commitTimestamp: now.wallMs,
      expireTimestamp: expiryOf(command.retentionMs, now),
      topicId: offset.topicId,
    },
  };
}
