import type { ErrorName } from '@millrace/protocol';
import type { MarkersOutcome, PartitionsByTopic, TransactionEnd } from '../core/coordinator/effects.ts';
import type { PartitionsQuery } from '../core/transaction/add-partitions.ts';
import type { NodeEndpoint } from './node-endpoint.ts';

/** A follower's fetch from one leader. */
export interface ReplicaFetch {
  readonly replicaId: number;
  readonly brokerEpoch: number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly partitions: readonly ReplicaFetchPartition[];
}

export interface ReplicaFetchPartition {
  readonly topicId: string;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly fetchOffset: number;
  /** Of the last record before `fetchOffset`, -1 where there is none: so the leader sees whether both logs are one. */
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
  readonly highWatermark: number;
  readonly maxBytes: number;
}

export interface ReplicaFetchedPartition {
  readonly topicId: string;
  readonly partition: number;
  readonly error: ErrorName | null;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  /** Where the leader's log has ended the reader's epoch, if the reader has gone on where the leader has not. */
  readonly diverging: { readonly epoch: number; readonly endOffset: number } | null;
  readonly records: Buffer;
}

/** What brokers ask each other for. A call rejects where there is no answer. */
export interface ReplicaPeers {
  fetch(to: NodeEndpoint, request: ReplicaFetch): Promise<readonly ReplicaFetchedPartition[]>;
  /** Writes the end of a transaction to partitions that the other broker leads. */
  writeMarkers(to: NodeEndpoint, end: TransactionEnd, partitions: PartitionsByTopic): Promise<MarkersOutcome>;
  /**
   * Asks the coordinator of a transaction whether partitions are in it, or adds them (AddPartitionsToTxn by a broker, KIP-890).
   * @returns null where they are in it now
   */
  addPartitions(
    to: NodeEndpoint,
    query: PartitionsQuery,
    how: { readonly isCheckOnly: boolean },
  ): Promise<ErrorName | null>;
}
