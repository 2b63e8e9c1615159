import type {
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataValue,
} from '@millrace/protocol/internal';
import type { MemberProtocol } from '../member.ts';
import {
  type HeldPartitions,
  heldPartitionLists,
  heldPartitionsOf,
  NOTHING_HELD,
  samePartitions,
} from './partitions.ts';
import type { ConsumerGroupRecord } from './records.ts';

/**
 * `unrevoked`: it has been told to give partitions up, and has not said that it did. `unreleased`: partitions that it
 * shall get belong to somebody else still. `unknown`: written by a newer broker.
 */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased' | 'unknown';

/** What a member that speaks the classic protocol says besides. */
export interface ClassicMembership {
  readonly sessionTimeoutMs: number;
  readonly protocols: readonly MemberProtocol[];
}

/** What a member says of itself. */
export interface MemberMetadata {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Sorted, each once. */
  readonly subscribedTopics: readonly string[];
  readonly subscribedRegex: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
  /** Null: it speaks the consumer protocol. */
  readonly classic: ClassicMembership | null;
}

/** Where a member is on its way to its target assignment. */
export interface MemberProgress {
  readonly epoch: number;
  /** Taken as well, since the answer with a new epoch may be lost. */
  readonly previousEpoch: number;
  readonly state: MemberState;
  readonly assigned: HeldPartitions;
  readonly revoking: HeldPartitions;
}

/** A member of a consumer group. Never changed, only replaced. */
export interface ConsumerMember extends MemberMetadata, MemberProgress {
  readonly id: string;
}

/** Epochs that a member sends in place of its own. */
export const JOIN_EPOCH = 0;
export const LEAVE_EPOCH = -1;
export const LEAVE_STATIC_EPOCH = -2;

const NEVER = -1;
const STATE_NUMBERS = { stable: 0, unrevoked: 1, unreleased: 2, unknown: 127 } as const;

/** Who has said nothing yet. */
export function newMember(id: string): ConsumerMember {
  return {
    id,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopics: [],
    subscribedRegex: null,
    rebalanceTimeoutMs: NEVER,
    serverAssignor: null,
    classic: null,
    epoch: JOIN_EPOCH,
    previousEpoch: NEVER,
    state: 'stable',
    assigned: NOTHING_HELD,
    revoking: NOTHING_HELD,
  };
}

/** Topic names as a member keeps them. */
export function topicNames(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].sort();
}

export function isReconciledTo(member: ConsumerMember, epoch: number): boolean {
  return member.state === 'stable' && member.epoch === epoch;
}

export function sameMetadata(one: MemberMetadata, other: MemberMetadata): boolean {
  return (
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.subscribedRegex === other.subscribedRegex &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.serverAssignor === other.serverAssignor &&
    sameNames(one.subscribedTopics, other.subscribedTopics) &&
    sameClassic(one.classic, other.classic)
  );
}

export function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

export function sameProgress(one: MemberProgress, other: MemberProgress): boolean {
  return (
    one.epoch === other.epoch &&
    one.previousEpoch === other.previousEpoch &&
    one.state === other.state &&
    samePartitions(one.assigned, other.assigned) &&
    samePartitions(one.revoking, other.revoking)
  );
}

export function memberRecord(group: string, member: ConsumerMember): ConsumerGroupRecord {
  const { classic } = member;
  return {
    kind: 'consumer-member',
    group,
    member: member.id,
    value: {
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: member.subscribedTopics,
      subscribedTopicRegex: member.subscribedRegex ?? '',
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: member.serverAssignor,
      classicMemberMetadata: classic && {
        sessionTimeoutMs: classic.sessionTimeoutMs,
        supportedProtocols: classic.protocols,
      },
    },
  };
}

export function withMetadata(
  member: ConsumerMember,
  value: ConsumerGroupMemberMetadataValue,
): ConsumerMember {
  const classic = value.classicMemberMetadata;
  return {
    ...member,
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    subscribedTopics: topicNames(value.subscribedTopicNames),
    subscribedRegex: value.subscribedTopicRegex || null,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    serverAssignor: value.serverAssignor,
    classic: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      protocols: classic.supportedProtocols,
    },
  };
}

export function progressRecord(group: string, member: ConsumerMember): ConsumerGroupRecord {
  return {
    kind: 'consumer-current',
    group,
    member: member.id,
    value: {
      memberEpoch: member.epoch,
      previousMemberEpoch: member.previousEpoch,
      state: STATE_NUMBERS[member.state],
      assignedPartitions: heldPartitionLists(member.assigned),
      partitionsPendingRevocation: heldPartitionLists(member.revoking),
    },
  };
}

export function withProgress(
  member: ConsumerMember,
  value: ConsumerGroupCurrentMemberAssignmentValue,
): ConsumerMember {
  return {
    ...member,
    epoch: value.memberEpoch,
    previousEpoch: value.previousMemberEpoch,
    state: stateOf(value.state),
    assigned: heldPartitionsOf(value.assignedPartitions, value.memberEpoch),
    revoking: heldPartitionsOf(value.partitionsPendingRevocation, value.memberEpoch),
  };
}

/** The member has gone: what it says, what it shall have, what it has. In this order it never has what nobody assigned. */
export function memberTombstones(group: string, member: string): readonly ConsumerGroupRecord[] {
  return [
    { kind: 'consumer-current', group, member, value: null },
    { kind: 'consumer-target-member', group, member, value: null },
    { kind: 'consumer-member', group, member, value: null },
  ];
}

function stateOf(number: number): MemberState {
  for (const state of ['stable', 'unrevoked', 'unreleased'] as const)
    if (STATE_NUMBERS[state] === number) return state;
  return 'unknown';
}

function sameClassic(one: ClassicMembership | null, other: ClassicMembership | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.sessionTimeoutMs === other.sessionTimeoutMs &&
    one.protocols.length === other.protocols.length &&
    one.protocols.every(({ name, metadata }, index) => {
      const offered = other.protocols[index];
      return offered !== undefined && offered.name === name && offered.metadata.equals(metadata);
    })
  );
}
