import { type Consumer, type ConsumerRecord, createConsumer } from '@millrace/client';
import type { Logger } from '@millrace/foundation';

/** How long one poll waits, ms. */
const POLL_MS = 200;

export interface NewestRecordsRequest<Kept extends Placed> {
  readonly bootstrapServers: readonly string[];
  readonly clientId: string;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
  /** The most offsets of each partition that are looked at, from its end. */
  readonly perPartition: number;
  /** Look only below these offsets, by `topic-partition`: where an earlier look began. */
  readonly before?: ReadonlyMap<string, number>;
  /** So many records are kept: those beyond it are dropped as they come, the oldest first. */
  readonly keep: number;
  /** What is kept of a record. Its bytes are views of whole responses, which one small record would hold in memory: copy what stays. */
  readonly take: (record: ConsumerRecord) => Kept;
  /** When to be content with what there is. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  readonly logger: Logger;
}

/** Where a record stands among others. */
export type Placed = Pick<ConsumerRecord, 'partition' | 'offset' | 'timestamp'>;

export interface NewestRecords<Kept> {
  /** Newest first, by timestamp and then by place. */
  readonly records: readonly Kept[];
  /** By `topic-partition`, the offset at which this look began: older records lie before it. */
  readonly from: ReadonlyMap<string, number>;
  /** Whether the start of every partition was reached, so that there is nothing older. */
  readonly complete: boolean;
}

/** Reads the ends of partitions as a member of no group: nothing is committed anywhere, nobody's offsets move. */
export async function newestRecords<Kept extends Placed>(
  request: NewestRecordsRequest<Kept>,
): Promise<NewestRecords<Kept>> {
  const { bootstrapServers, clientId, partitions, logger } = request;
  if (partitions.length === 0) return { records: [], from: new Map(), complete: true };
  const consumer = createConsumer({ bootstrapServers, clientId, logger, fetchMaxWaitMs: POLL_MS });
  try {
    const [starts, ends] = await Promise.all([
      consumer.beginningOffsets(partitions),
      consumer.endOffsets(partitions),
    ]);
    const ranges = partitions.map(({ topic, partition }, index) => {
      const id = `${topic}-${partition}`;
      const start = starts[index] ?? 0;
      const end = Math.max(
        start,
        Math.min(ends[index] ?? 0, request.before?.get(id) ?? Number.MAX_SAFE_INTEGER),
      );
      return { id, topic, partition, start, end, from: Math.max(start, end - request.perPartition) };
    });
    const records = await readRanges(consumer, ranges, request);
    return {
      records: records.sort(newestFirst).slice(0, request.keep),
      from: new Map(ranges.map(({ id, from }) => [id, from])),
      complete: ranges.every(({ from, start }) => from === start),
    };
  } finally {
    await consumer.close();
  }
}

interface Range {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly end: number;
}

async function readRanges<Kept extends Placed>(
  consumer: Consumer,
  ranges: readonly Range[],
  { keep, take, deadlineMs, signal }: NewestRecordsRequest<Kept>,
): Promise<Kept[]> {
  const left = new Map(ranges.filter(({ from, end }) => end > from).map((range) => [range.id, range]));
  if (left.size === 0) return [];
  consumer.assign([...left.values()].map(({ topic, partition }) => ({ topic, partition })));
  for (const { topic, partition, from } of left.values()) consumer.seek({ topic, partition }, from);
  let records: Kept[] = [];
  while (left.size > 0 && performance.now() < deadlineMs && !signal?.aborted) {
    for (const record of await consumer.poll(POLL_MS)) {
      const range = left.get(`${record.topic}-${record.partition}`);
      if (range && record.offset < range.end) records.push(take(record));
    }
    if (records.length > 2 * keep) records = records.sort(newestFirst).slice(0, keep);
    for (const { id, topic, partition, end } of [...left.values()])
      if ((consumer.position({ topic, partition }) ?? 0) >= end) left.delete(id);
  }
  return records;
}

/** A record as a whole, on its own. */
export function copied(record: ConsumerRecord): ConsumerRecord {
  const copy = (bytes: Buffer | null) => (bytes === null ? null : Buffer.from(bytes));
  return {
    ...record,
    key: copy(record.key),
    value: copy(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: copy(value) })),
  };
}

function newestFirst(a: Placed, b: Placed): number {
  return b.timestamp - a.timestamp || b.offset - a.offset || a.partition - b.partition;
}
