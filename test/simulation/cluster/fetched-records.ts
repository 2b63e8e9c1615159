import { fetch } from '@millrace/protocol/messages';
import { decodeBatch, decodeTransactionMarker, iterateBatches } from '@millrace/protocol/records';
import { errorOf, type SimulatedClient } from './simulated-client.ts';

export interface FetchedRecord {
  readonly offset: number;
  readonly value: string;
}

export interface FetchedRecords {
  readonly records: readonly FetchedRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
}

const MAX_BYTES = 20_000;
const DECOMPRESSED_MAX_BYTES = 1024 * 1024;
const NO_SESSION = { sessionId: 0, sessionEpoch: -1, forgottenTopicsData: [] };

/** Reads on in a partition as consumers do, of committed transactions alone where asked. @returns null where it has to be tried again */
export async function fetchRecords(
  client: SimulatedClient,
  place: { readonly topic: string; readonly partition: number; readonly offset: number },
  { isCommittedOnly }: { readonly isCommittedOnly: boolean },
): Promise<FetchedRecords | null> {
  const { topic, partition, offset } = place;
  const leader = client.leaderOf(topic, partition);
  if (leader === null) return null;
  const asked = { partition, fetchOffset: offset, partitionMaxBytes: MAX_BYTES };
  const answer = await client.ask(leader.node, fetch, {
    ...NO_SESSION,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: MAX_BYTES,
    isolationLevel: isCommittedOnly ? 1 : 0,
    topics: [{ topicId: leader.topicId, partitions: [asked] }],
  });
  const told = answer.responses[0]?.partitions[0];
  if (told === undefined || errorOf(told.errorCode) !== 'NONE') return null;
  const read = readBatches(told.records ?? Buffer.alloc(0), offset, told.abortedTransactions ?? []);
  return { ...read, highWatermark: told.highWatermark };
}

function readBatches(
  buffer: Buffer,
  from: number,
  abortedTransactions: readonly { readonly producerId: number; readonly firstOffset: number }[],
): Omit<FetchedRecords, 'highWatermark'> {
  const toBegin = [...abortedTransactions].sort((left, right) => left.firstOffset - right.firstOffset);
  const aborted = new Set<number>();
  const found: FetchedRecord[] = [];
  let nextOffset = from;
  for (const header of iterateBatches(buffer)) {
    const { producerId, lastOffset, isControl, isTransactional, position } = header;
    nextOffset = Math.max(nextOffset, lastOffset + 1);
    while (toBegin[0] !== undefined && toBegin[0].firstOffset <= lastOffset)
      aborted.add(toBegin.shift()?.producerId ?? -1);
    const { records } = decodeBatch(buffer, position, { maxDecompressedBytes: DECOMPRESSED_MAX_BYTES });
    if (isControl) {
      const [marker] = records;
      if (marker && decodeTransactionMarker(marker.key, marker.value)?.type === 'ABORT')
        aborted.delete(producerId);
      continue;
    }
    if (isTransactional && aborted.has(producerId)) continue;
    for (const { offset, value } of records) if (offset >= from) found.push({ offset, value: String(value) });
  }
  return { records: found, nextOffset };
}
