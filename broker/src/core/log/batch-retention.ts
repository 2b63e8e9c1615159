/** What the log knows of a producer's newest batch. */
export interface LastOfProducer {
  readonly producerEpoch: number;
  /** Last offset of its newest batch with records; null where only a marker is known of it. */
  readonly lastDataOffset: number | null;
}

export interface RetentionQuestion {
  readonly batch: {
    readonly producerId: number;
    readonly producerEpoch: number;
    readonly lastOffset: number;
    readonly isControl: boolean;
    /** Milliseconds; null where it has none. */
    readonly deleteHorizonMs: number | null;
  };
  /** Whether it belongs to an aborted transaction, or is a marker whose transaction has nothing left. */
  readonly isSpent: boolean;
  readonly lastOfProducer: LastOfProducer | undefined;
  /** Where the round of compaction ends. */
  readonly endBefore: number;
  readonly nowMs: number;
}

/** What may go of a batch, and what stays when nothing of it does. */
export interface BatchRetention {
  readonly records: 'all-go' | 'by-key';
  /** `keep`: an empty batch stays in its place. */
  readonly whenEmpty: 'keep' | 'drop';
}

/**
 * What compaction does to a batch, as Kafka's does: aborted records go; a marker that nothing needs any more stays until
 * its delete horizon; a live producer's last batch stays for its sequence, and the last batch of the round for its
 * offset, both without their records where these go.
 */
export function retentionOf(question: RetentionQuestion): BatchRetention {
  const { batch, isSpent, lastOfProducer: last, endBefore, nowMs } = question;
  const isPastHorizon = batch.deleteHorizonMs !== null && batch.deleteHorizonMs <= nowMs;
  const allGo = batch.isControl ? isSpent && isPastHorizon : isSpent;
  const isLast =
    batch.producerId >= 0 &&
    last !== undefined &&
    (last.lastDataOffset === null
      ? batch.isControl && batch.producerEpoch === last.producerEpoch
      : batch.lastOffset === last.lastDataOffset);
  const keepsPlace = isLast || batch.lastOffset + 1 === endBefore;
  return { records: allGo ? 'all-go' : 'by-key', whenEmpty: keepsPlace ? 'keep' : 'drop' };
}

/** Whether a record outlives compaction: it is the newest of its key, and no tombstone whose time has come. */
export function isRecordKept(record: {
  readonly offset: number;
  readonly hasKey: boolean;
  readonly hasValue: boolean;
  /** The newest offset of the key in the stretch that was looked at; -1 where it is not there. */
  readonly newestOffset: number;
  /** How far that stretch reaches. */
  readonly latestOffset: number;
  readonly deleteHorizonMs: number | null;
  readonly nowMs: number;
}): boolean {
  if (record.offset > record.latestOffset) return true;
  if (!record.hasKey || record.offset < record.newestOffset) return false;
  return record.hasValue || record.deleteHorizonMs === null || record.nowMs < record.deleteHorizonMs;
}
