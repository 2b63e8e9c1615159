import type { JsonObject, Logger } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import { loseEntries } from './lost-entries.ts';
import { entriesOf, type StreamEntry } from './stream-entry.ts';
import {
  missedEntries,
  parseStreamInfo,
  positionAt,
  type StreamPosition,
  streamInfo,
} from './stream-info.ts';

/** How long the server may keep a read waiting, ms. */
export const BLOCK_MS = 2_000;

/** What to read, and how. */
export interface PositionSettings {
  readonly streams: readonly string[];
  /** `earliest`, `latest`, or the id to begin behind. */
  readonly 'start.from': string;
  /** `fail` or `continue`. */
  readonly 'on.lost.entries': string;
}

/** Reads streams from positions that the offset topic keeps; leaves no trace at the server. */
export class PositionReader {
  /** Nothing waits at the server. */
  readonly pending = 0;
  readonly #client: Redis;
  readonly #config: PositionSettings;
  readonly #logger: Logger;
  readonly #stored: (stream: string) => Promise<StreamPosition | null>;
  readonly #positions = new Map<string, StreamPosition>();
  /** Of the entries of the last read. */
  #offsets = new WeakMap<StreamEntry, JsonObject>();

  constructor(
    client: Redis,
    config: PositionSettings,
    logger: Logger,
    stored: (stream: string) => Promise<StreamPosition | null>,
  ) {
    this.#client = client;
    this.#config = config;
    this.#logger = logger;
    this.#stored = stored;
  }

  /** @throws the server's answer */
  async start(): Promise<void> {
    for (const stream of this.#config.streams)
      this.#positions.set(stream, (await this.#stored(stream)) ?? (await this.#first(stream)));
  }

  async #first(stream: string): Promise<StreamPosition> {
    const from = this.#config['start.from'];
    const info = await streamInfo(this.#client, stream);
    if (from === 'earliest' || from === 'latest') return positionAt(info, from);
    return { id: from, read: null };
  }

  /** The next entries, in order; waits for some for a while, and may give none. */
  async read(count: number): Promise<readonly StreamEntry[]> {
    const entries = await this.#readNow(count);
    return entries.length > 0 ? entries : await this.#wait(count);
  }

  /** State and entries of all streams as of one moment, so that nothing can be trimmed between the two. */
  async #readNow(count: number): Promise<readonly StreamEntry[]> {
    const streams = [...this.#positions];
    const share = Math.max(1, Math.floor(count / streams.length));
    const multi = this.#client.multi();
    for (const [stream, { id }] of streams)
      multi.xinfo('STREAM', stream).xreadBuffer('COUNT', share, 'STREAMS', stream, id);
    const answers = (await multi.exec()) ?? [];
    const read: StreamEntry[] = [];
    for (const [index, [stream, position]] of streams.entries()) {
      const [infoError, info] = answers[index * 2] ?? [null, null];
      const [readError, entries] = answers[index * 2 + 1] ?? [null, null];
      if (readError) throw readError;
      const now = infoError ? parseStreamInfo([]) : parseStreamInfo(info);
      const missed = missedEntries(now, position);
      if (missed > 0)
        loseEntries(this.#config['on.lost.entries'], this.#logger, {
          stream,
          count: missed,
          behind: position.id,
        });
      // Entries deleted in the middle were counted too; at the end, and behind a loss, the server's count is the truth.
      const isAtEnd = now.lastId === position.id;
      const counted = isAtEnd
        ? now.added
        : missed > 0 && now.added !== null
          ? now.added - now.length
          : position.read;
      this.#positions.set(stream, { id: position.id, read: counted });
      read.push(...this.#passed(entriesOf(entries)));
    }
    return read;
  }

  async #wait(count: number): Promise<readonly StreamEntry[]> {
    const positions = [...this.#positions];
    return this.#passed(
      entriesOf(
        await this.#client.xreadBuffer(
          'COUNT',
          count,
          'BLOCK',
          BLOCK_MS,
          'STREAMS',
          ...positions.map(([stream]) => stream),
          ...positions.map(([, { id }]) => id),
        ),
      ),
    );
  }

  #passed(entries: readonly StreamEntry[]): readonly StreamEntry[] {
    for (const entry of entries) {
      const before = this.#positions.get(entry.stream)?.read ?? null;
      const position = { id: entry.id, read: before === null ? null : before + 1 };
      this.#positions.set(entry.stream, position);
      this.#offsets.set(entry, toOffset(position));
    }
    return entries;
  }

  /** The offset behind an entry of the last read. */
  offsetOf(entry: StreamEntry): JsonObject {
    return this.#offsets.get(entry) ?? toOffset({ id: entry.id, read: null });
  }

  /** Nobody has to know. */
  acknowledge(): Promise<void> {
    return Promise.resolve();
  }
}

function toOffset({ id, read }: StreamPosition): JsonObject {
  return { id, ...(read !== null && { read }) };
}
