import { type MillraceError, toMillraceError } from '@millrace/foundation';
import { FetchedRecords } from '../consumer/fetched-records.ts';
import type { ConsumerRecord, ShareRecord, TopicPartition } from '../types.ts';

export interface AcquiredRange {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryCount: number;
}

/** What a broker's answer for a partition comes to. */
export interface Acquired {
  readonly records: readonly ShareRecord[];
  /** Acquired offsets without a record: markers of transactions, records that were compacted away. */
  readonly gaps: readonly number[];
  /** Acquired offsets whose batch can't be read, and why. */
  readonly unreadable: readonly number[];
  readonly error: MillraceError | null;
}

/** Reads the batches of an answer, which hold more than was acquired: others may have had what is around it. */
export function acquiredRecords(
  { topic, partition }: TopicPartition,
  records: Buffer | null,
  ranges: readonly AcquiredRange[],
): Acquired {
  const sorted = [...ranges].sort((a, b) => a.firstOffset - b.firstOffset);
  const first = sorted[0]?.firstOffset;
  if (first === undefined) return { records: [], gaps: [], unreadable: [], error: null };
  const decoded: ConsumerRecord[] = [];
  const fetched = new FetchedRecords({
    topic,
    partition,
    records: records ?? Buffer.alloc(0),
    fetchOffset: first,
    aborted: null,
  });
  let error: MillraceError | null = null;
  try {
    while (fetched.take(Number.POSITIVE_INFINITY, decoded));
  } catch (thrown) {
    error = toMillraceError(thrown, { code: 'CORRUPT_MESSAGE', class: 'poison' });
  }
  const byOffset = new Map(decoded.map((record) => [record.offset, record]));
  const found: ShareRecord[] = [];
  const gaps: number[] = [];
  const unreadable: number[] = [];
  for (const { firstOffset, lastOffset, deliveryCount } of sorted) {
    for (let offset = firstOffset; offset <= lastOffset; offset++) {
      const record = byOffset.get(offset);
      if (record !== undefined) found.push({ ...record, deliveryCount });
      else if (error !== null && offset >= fetched.position) unreadable.push(offset);
      else gaps.push(offset);
    }
  }
  return { records: found, gaps, unreadable, error };
}
