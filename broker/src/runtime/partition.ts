import type { ErrorName } from '@millrace/protocol';
import type { TransactionEnd } from '../core/coordinator/effects.ts';
import type { ReadableFollower } from '../core/replication/nearest-replica.ts';
import type { Log, ReadLimits } from '../storage/log.ts';

export type { ReadLimits };

/** A partition that this broker leads (or follows): its log, its epoch, and how far it is committed. */
export interface Partition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly isLeader: boolean;
  readonly log: Log;
  /** Everything below is on every member of the in-sync set, and may be consumed. */
  readonly highWatermark: number;
  /** Everything below is committed and in no open transaction. Never above the high watermark. */
  readonly lastStableOffset: number;
  /** Bytes that came below the high watermark since the log was opened. Never goes back. */
  readonly committedBytes: number;

  /**
   * Appends records of a client or of a coordinator as the leader: checked at the door (CRC, sequence, lengths), offsets
   * assigned, high watermark moved. Answers by value: never throws for what a client can cause.
   */
  append(records: Buffer, options: AppendOptions): AppendOutcome;

  /** Calls back, once, when the high watermark is at or past `offset`; or with an error when leadership was lost. */
  whenCommitted(offset: number, callback: (error: ErrorName | null) => void): void;

  /** It leads, but what was there when it began to is not all known to be committed: its end is not to be told yet. */
  readonly isCatchingUp: boolean;

  /** Who is in sync, as far as is known here. */
  readonly inSyncReplicas: readonly number[];

  /** Followers of this leader from which a consumer can read at that offset (KIP-392); none where it is led elsewhere. */
  readableFollowers(offset: number): readonly ReadableFollower[];

  /** Notes how far a follower is. @returns false where it is no follower of this leader */
  followerFetched(fetch: {
    readonly id: number;
    readonly brokerEpoch: number;
    readonly endOffset: number;
  }): boolean;

  /** Calls back whenever more is written, until cancelled: what followers wait on. */
  onGrowth(listener: () => void): () => void;

  /** Calls back on each move of the high watermark until cancelled; what long polls wait on. */
  onHighWatermark(listener: (highWatermark: number) => void): () => void;
}

export interface AppendOptions {
  /** 0, 1 or -1 (all). */
  readonly acks: number;
  /** `client`: everything is checked; `coordinator`: our own records, internal topics allowed. */
  readonly origin: 'client' | 'coordinator';
  /** Fails with NOT_LEADER_OR_FOLLOWER when the leadership is not the one that the caller saw. */
  readonly expectedLeaderEpoch?: number;
  /** Version of the Produce request that brought a client's records. */
  readonly produceVersion?: number;
  /**
   * Of a client's transactional batch that is the first of its transaction here: that the coordinator has the partition
   * in it, since before (`verified`) or because of this batch (`added`, KIP-890). Without it the batch is refused.
   */
  readonly transaction?: 'verified' | 'added';
  /** What a coordinator's records are, where they are the end of a transaction. */
  readonly marker?: TransactionEnd;
}

export type AppendOutcome =
  | {
      readonly error: null;
      readonly firstOffset: number;
      readonly lastOffset: number;
      /** LogAppendTime given to the records, ms; -1 under CreateTime. Of a duplicate the newest time of its records, under both. */
      readonly appendTimeMs: number;
      readonly logStartOffset: number;
      /** Resolves when the bytes are written locally; rejects when the disk refused. */
      readonly written: Promise<void>;
      /** True where the batch was a duplicate, already in the log at these offsets. */
      readonly duplicate: boolean;
    }
  | {
      readonly error: ErrorName;
      readonly message: string;
      readonly logStartOffset: number;
      readonly recordErrors?: readonly { readonly index: number; readonly message: string }[];
    };
