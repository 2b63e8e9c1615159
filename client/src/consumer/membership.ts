import type { MillraceError } from '@millrace/foundation';
import type { OffsetAndMetadata, TopicPartition } from '../types.ts';

/** A consumer's place in a group, whichever protocol it speaks. */
export interface Membership {
  start(): void;
  /** @throws {MillraceError} ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, ... where it is no member any more */
  commit(offsets: readonly OffsetAndMetadata[]): Promise<void>;
  /** Of the classic protocol; a member's epoch in the other one. */
  readonly generationId: number;
  readonly memberId: string;
  /** Leaves the group where it is to be left. */
  close(): Promise<void>;
}

/** What a membership tells its consumer; one after the other, each only when the one before is done. */
export interface MembershipEvents {
  /** The member holds these now, and nothing else. */
  assigned(partitions: readonly TopicPartition[]): Promise<void>;
  /** These go, null: all; or are lost already, where there is a reason by the time that it is told. */
  revoked(partitions: readonly TopicPartition[] | null, lostFor: () => Error | null): Promise<void>;
  /** The membership is over for good. */
  failed(error: MillraceError): void;
}
