import type { JsonObject, Logger } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import { loseEntries } from './client/lost-entries.ts';
import { BLOCK_MS } from './client/position-reader.ts';
import { entriesOf, entryList, type StreamEntry } from './client/stream-entry.ts';
import { BEGINNING, missedEntries, pairs, parseStreamInfo } from './client/stream-info.ts';
import type { SourceConfig } from './config.ts';
import { groupStart } from './offsets.ts';
import type { StreamReader } from './stream-reader.ts';

const ACK_CHUNK = 1_000;

interface GroupStream {
  readonly stream: string;
  /** Delivered to this task and not acknowledged, in the order of delivery. */
  readonly pending: Set<string>;
  /** What this consumer's name had pending when the task started has been read up to here; null: all of it. */
  ownAfter: string | null;
  /** Where the next look for what dead consumers left behind begins. */
  claimCursor: string;
}

export interface GroupMember {
  readonly group: string;
  readonly consumer: string;
}

/**
 * Reads streams as one consumer of a group: first what its name has pending, then what is new, now and then what other consumers
 * left behind. Entries stay pending at the server until their records are durable.
 */
export class GroupReader implements StreamReader {
  readonly #reading: Redis;
  readonly #acknowledging: Redis;
  readonly #member: GroupMember;
  readonly #config: SourceConfig;
  readonly #logger: Logger;
  readonly #streams: readonly GroupStream[];
  #nextClaimMs = 0;

  /** @param clients two, since a read that waits holds up everything behind it */
  constructor(
    clients: { readonly reading: Redis; readonly acknowledging: Redis },
    member: GroupMember,
    config: SourceConfig,
    logger: Logger,
  ) {
    this.#reading = clients.reading;
    this.#acknowledging = clients.acknowledging;
    this.#member = member;
    this.#config = config;
    this.#logger = logger;
    this.#streams = config.streams.map((stream) => ({
      stream,
      pending: new Set(),
      ownAfter: BEGINNING,
      claimCursor: BEGINNING,
    }));
  }

  get pending(): number {
    return this.#streams.reduce((sum, { pending }) => sum + pending.size, 0);
  }

  async start(): Promise<void> {
    const id = groupStart(this.#config);
    for (const { stream } of this.#streams) {
      try {
        await this.#reading.xgroup('CREATE', stream, this.#member.group, id, 'MKSTREAM');
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error;
      }
    }
  }

  async read(count: number): Promise<readonly StreamEntry[]> {
    for (const stream of this.#streams) {
      if (stream.ownAfter === null) continue;
      const entries = await this.#readOwn(stream, count);
      if (entries.length > 0) return entries;
    }
    const claimed = await this.#claimWhereDue(count);
    if (claimed.length > 0) return claimed;
    const entries = await this.#readNow(count);
    return entries.length > 0 ? entries : await this.#wait(count);
  }

  async #readOwn(of: GroupStream, count: number): Promise<readonly StreamEntry[]> {
    const { group, consumer } = this.#member;
    for (;;) {
      const answer = await this.#reading.xreadgroupBuffer(
        ...([
          'GROUP',
          group,
          consumer,
          'COUNT',
          count,
          'STREAMS',
          of.stream,
          of.ownAfter ?? BEGINNING,
        ] as const),
      );
      const entries = entriesOf(answer);
      of.ownAfter = entries.at(-1)?.id ?? null;
      const there = await this.#delivered(of, entries);
      if (there.length > 0 || of.ownAfter === null) return there;
    }
  }

  async #claimWhereDue(count: number): Promise<readonly StreamEntry[]> {
    const idleMs = this.#config['claim.idle.ms'];
    const nowMs = performance.now();
    if (idleMs === 0 || nowMs < this.#nextClaimMs) return [];
    const { group, consumer } = this.#member;
    const claimed: StreamEntry[] = [];
    let isDone = true;
    for (const of of this.#streams) {
      const [cursor, entries, removed] = (await this.#reading.callBuffer(
        ...(['XAUTOCLAIM', of.stream, group, consumer, idleMs, of.claimCursor, 'COUNT', count] as const),
      )) as [Buffer, unknown, readonly Buffer[] | undefined];
      of.claimCursor = cursor.toString();
      if (of.claimCursor !== BEGINNING) isDone = false;
      this.#lose(of.stream, removed?.length ?? 0, 'those that were pending');
      // What this task has itself, and waits for the broker to take, is claimed along.
      const others = entryList(of.stream, entries).filter(({ id }) => !of.pending.has(id));
      claimed.push(...(await this.#delivered(of, others)));
    }
    if (isDone) this.#nextClaimMs = nowMs + Math.max(1_000, idleMs / 4);
    if (claimed.length > 0)
      this.#logger.info({ entries: claimed.length }, 'took over what other consumers left behind');
    return claimed;
  }

  /** State and entries of all streams as of one moment, so that nothing can be trimmed between the two. */
  async #readNow(count: number): Promise<readonly StreamEntry[]> {
    const { group, consumer } = this.#member;
    const share = Math.max(1, Math.floor(count / this.#streams.length));
    const multi = this.#reading.multi();
    for (const { stream } of this.#streams)
      multi
        .xinfo('STREAM', stream)
        .xinfo('GROUPS', stream)
        .xreadgroupBuffer('GROUP', group, consumer, 'COUNT', share, 'STREAMS', stream, '>');
    const answers = (await multi.exec()) ?? [];
    const read: StreamEntry[] = [];
    for (const [index, of] of this.#streams.entries()) {
      const [[, info] = [], [, groups] = [], [error, entries] = []] = answers.slice(index * 3, index * 3 + 3);
      if (error) throw error;
      this.#checkLoss(of.stream, info, groups);
      read.push(...(await this.#delivered(of, entriesOf(entries))));
    }
    return read;
  }

  #checkLoss(stream: string, info: unknown, groups: unknown): void {
    const own = (Array.isArray(groups) ? groups : [])
      .map(pairs)
      .find((facts) => facts.get('name') === this.#member.group);
    const read = own?.get('entries-read');
    const behind = String(own?.get('last-delivered-id') ?? BEGINNING);
    const position = { id: behind, read: typeof read === 'number' ? read : null };
    this.#lose(stream, missedEntries(parseStreamInfo(info), position), behind);
  }

  async #wait(count: number): Promise<readonly StreamEntry[]> {
    const { group, consumer } = this.#member;
    const streams = this.#streams.map(({ stream }) => stream);
    const answer = await this.#reading.xreadgroupBuffer(
      ...(['GROUP', group, consumer, 'COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS'] as const),
      ...streams,
      ...streams.map(() => '>'),
    );
    const read: StreamEntry[] = [];
    const entries = entriesOf(answer);
    for (const of of this.#streams)
      read.push(
        ...(await this.#delivered(
          of,
          entries.filter(({ stream }) => stream === of.stream),
        )),
      );
    return read;
  }

  /** Those that are still there; what was removed while it was pending is let go. */
  async #delivered(of: GroupStream, entries: readonly StreamEntry[]): Promise<readonly StreamEntry[]> {
    const gone = entries.filter(({ fields }) => fields === null).map(({ id }) => id);
    if (gone.length > 0) {
      this.#lose(of.stream, gone.length, 'those that were pending');
      await this.#acknowledging.xack(of.stream, this.#member.group, ...gone);
    }
    const there = entries.filter(({ fields }) => fields !== null);
    for (const { id } of there) of.pending.add(id);
    return there;
  }

  #lose(stream: string, count: number, behind: string): void {
    if (count > 0) loseEntries(this.#config['on.lost.entries'], this.#logger, { stream, count, behind });
  }

  offsetOf({ id }: StreamEntry): JsonObject {
    return { id };
  }

  async acknowledge(stream: string, id: string): Promise<void> {
    const of = this.#streams.find((one) => one.stream === stream);
    if (!of?.pending.has(id)) return;
    const ids: string[] = [];
    for (const one of of.pending) {
      ids.push(one);
      if (one === id) break;
    }
    const deletes = this.#config['acknowledged.entries'] === 'delete';
    for (let at = 0; at < ids.length; at += ACK_CHUNK) {
      const chunk = ids.slice(at, at + ACK_CHUNK);
      await this.#acknowledging.xack(stream, this.#member.group, ...chunk);
      if (deletes) await this.#acknowledging.xdel(stream, ...chunk);
      for (const one of chunk) of.pending.delete(one);
    }
  }
}
