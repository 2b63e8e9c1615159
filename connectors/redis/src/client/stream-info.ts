import type { JsonObject } from '@millrace/sdk';
import type { Redis } from 'ioredis';

/** Where a reader of a stream is: behind `id`, which was the `read`-th entry ever added; null where that is not known. */
export interface StreamPosition {
  readonly id: string;
  readonly read: number | null;
}

/** What `XINFO STREAM` tells. Of a stream that is not there everything is zero. */
export interface StreamInfo {
  readonly length: number;
  readonly lastId: string;
  /** Null: the stream is empty. */
  readonly firstId: string | null;
  /** Entries ever added; null before Redis 7. */
  readonly added: number | null;
}

export const BEGINNING = '0-0';

/** @throws the server's answer where the key is not a stream */
export async function streamInfo(client: Redis, key: string): Promise<StreamInfo> {
  try {
    return parseStreamInfo(await client.xinfo('STREAM', key));
  } catch (error) {
    if (isNoSuchKey(error)) return parseStreamInfo([]);
    throw error;
  }
}

export const isNoSuchKey = (error: unknown): boolean =>
  error instanceof Error && /no such key/.test(error.message);

/** The answer of `XINFO STREAM`: names and values in turn. */
export function parseStreamInfo(answer: unknown): StreamInfo {
  const facts = pairs(answer);
  const first = facts.get('first-entry');
  const added = facts.get('entries-added');
  return {
    length: Number(facts.get('length') ?? 0),
    lastId: String(facts.get('last-generated-id') ?? BEGINNING),
    firstId: Array.isArray(first) ? String(first[0]) : null,
    added: facts.size === 0 ? 0 : added === undefined ? null : Number(added),
  };
}

export function pairs(answer: unknown): ReadonlyMap<string, unknown> {
  const list = Array.isArray(answer) ? answer : [];
  const facts = new Map<string, unknown>();
  for (let at = 0; at + 1 < list.length; at += 2) facts.set(String(list[at]), list[at + 1]);
  return facts;
}

/**
 * How many entries behind a position were removed before anybody could read them from there: trimmed, or deleted. 0 where there
 * were none, or where nobody can know: Redis counts entries since version 7.
 */
export function missedEntries({ length, firstId, added }: StreamInfo, { id, read }: StreamPosition): number {
  if (added === null || read === null) return 0;
  // Streams are trimmed at their beginning: what stands there tells that nothing behind it was.
  if (firstId !== null && compareIds(firstId, id) <= 0) return 0;
  return Math.max(0, added - read - length);
}

/** Entries that were added up to the end of a stream, or up to the place before its first entry. */
export function positionAt(info: StreamInfo, place: 'earliest' | 'latest'): StreamPosition {
  if (place === 'latest') return { id: info.lastId, read: info.added };
  return { id: BEGINNING, read: info.added === null ? null : info.added - info.length };
}

/** Ids are `milliseconds-sequence`, both of 64 bits. */
export function compareIds(left: string, right: string): number {
  const [leftMs = 0n, leftSequence = 0n] = partsOf(left);
  const [rightMs = 0n, rightSequence = 0n] = partsOf(right);
  if (leftMs !== rightMs) return leftMs < rightMs ? -1 : 1;
  return leftSequence < rightSequence ? -1 : leftSequence > rightSequence ? 1 : 0;
}

const partsOf = (id: string): readonly bigint[] => id.split('-').map(BigInt);

export const isStreamId = (text: unknown): text is string =>
  typeof text === 'string' && /^\d{1,20}(?:-\d{1,20})?$/.test(text);

/** When the server made an entry, ms since the epoch; null for ids that somebody made up. */
export function idTimeMs(id: string): number | null {
  const ms = Number(id.split('-')[0]);
  return ms > 1_000_000_000_000 && ms < 10_000_000_000_000 ? ms : null;
}

/** A position as the offset topic holds it; null for what is none. */
export function fromOffset(offset: JsonObject): StreamPosition | null {
  const { id, read = null, ...rest } = offset;
  if (Object.keys(rest).length > 0 || !isStreamId(id)) return null;
  if (read !== null && !(Number.isSafeInteger(read) && Number(read) >= 0)) return null;
  return { id, read: read === null ? null : Number(read) };
}
