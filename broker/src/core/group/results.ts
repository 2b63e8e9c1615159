import type { ErrorName } from '@millrace/protocol';

/** Answers to members; `error` by Kafka's name, null where all is well. */
export interface JoinResult {
  readonly error: ErrorName | null;
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  /** The leader shall not assign: the assignment stands (static members, KIP-814). */
  readonly skipAssignment: boolean;
  /** For the leader: everybody with their metadata for the chosen protocol. */
  readonly members: readonly JoinedMember[];
}

export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

export interface SyncResult {
  readonly error: ErrorName | null;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

export interface HeartbeatResult {
  readonly error: ErrorName | null;
}

export interface LeaveResult {
  /** Of the whole request; each member has its own beside. */
  readonly error: ErrorName | null;
  readonly members: readonly LeftMember[];
}

export interface LeftMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly error: ErrorName | null;
}

const NO_GENERATION = -1;
export const EMPTY_BYTES: Buffer = Buffer.alloc(0);

export function joinFailed(error: ErrorName, memberId: string): JoinResult {
  return {
    error,
    memberId,
    generationId: NO_GENERATION,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    members: [],
  };
}

export function syncFailed(error: ErrorName): SyncResult {
  return { error, protocolType: null, protocolName: null, assignment: EMPTY_BYTES };
}
