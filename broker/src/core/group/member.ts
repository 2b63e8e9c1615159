import type { ReplyTo } from './effects.ts';
import { EMPTY_BYTES, type JoinResult, type SyncResult } from './results.ts';

/** A protocol that a member offers, in its order of preference, with what it tells the leader. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** A member of a classic group. Changed only by the group's own code. */
export interface Member {
  readonly id: string;
  /** Static membership (KIP-345). */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  protocols: readonly MemberProtocol[];
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  assignment: Buffer;
  /** A parked JoinGroup: the member has joined and waits for the others. */
  joining: ReplyTo<JoinResult> | null;
  /** A parked SyncGroup: the member waits for the leader's assignment. */
  syncing: ReplyTo<SyncResult> | null;
  /** In its first join: it sends no heartbeats yet. */
  isNew: boolean;
}

/** The metadata that goes with a protocol; empty where the member does not offer it. */
export function metadataOf(member: Member, protocol: string | null): Buffer {
  return member.protocols.find((offered) => offered.name === protocol)?.metadata ?? EMPTY_BYTES;
}

/** Whether the member offers exactly these protocols, in this order, with the same metadata. */
export function offersSame(member: Member, protocols: readonly MemberProtocol[]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every((offered, index) => {
      const other = protocols[index];
      return other !== undefined && offered.name === other.name && offered.metadata.equals(other.metadata);
    })
  );
}
