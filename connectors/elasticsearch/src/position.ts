import type { SourceOffset, SourcePartition, StoredOffset } from '@millrace/sdk';

/** How far a shard is read. */
export interface Position {
  /** Of the index that it was read of; null where nobody said. */
  readonly uuid: string | null;
  /** Of the last operation that was read; -1: none. */
  readonly seqNo: number;
}

/** Names a shard in the offset topic. */
export const partitionOf = (index: string, shard: number): SourcePartition => ({ index, shard });

/** As the offset topic holds it. */
export const toOffset = ({ uuid, seqNo }: Position): SourceOffset => ({ ...(uuid && { uuid }), seqNo });

/** Null for what is no position of ours. */
export function fromOffset(offset: SourceOffset): Position | null {
  const { uuid = null, seqNo, ...rest } = offset;
  const isOurs =
    Object.keys(rest).length === 0 &&
    (uuid === null || typeof uuid === 'string') &&
    typeof seqNo === 'number' &&
    Number.isSafeInteger(seqNo) &&
    seqNo >= -1;
  return isOurs ? { uuid: uuid as string | null, seqNo: seqNo as number } : null;
}

/** The index and shard of a partition; null for what is no partition of ours. */
export function fromPartition(
  partition: SourcePartition,
): { readonly index: string; readonly shard: number } | null {
  const { index, shard, ...rest } = partition;
  const isOurs = Object.keys(rest).length === 0 && typeof index === 'string' && typeof shard === 'number';
  return isOurs ? { index, shard } : null;
}

/** In a person's words. */
export function inWords({ partition, offset }: StoredOffset): string {
  const [place, position] = [fromPartition(partition), fromOffset(offset)];
  if (!place || !position) return 'no position of ElasticsearchSource';
  return `index ${place.index}, shard ${place.shard}: changes up to sequence number ${position.seqNo}`;
}
