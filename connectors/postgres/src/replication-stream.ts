import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { disconnect, quoteIdent, quoteLiteral } from './connection.ts';
import { type ConnectionKeys, toPostgresError } from './errors.ts';
import { formatLsn, type Lsn } from './lsn.ts';

/** What the server sends: a message of the output plugin, or word that it has sent everything before `walEnd`. */
export type StreamItem =
  | { readonly kind: 'data'; readonly lsn: Lsn; readonly body: Buffer }
  | { readonly kind: 'keepalive'; readonly walEnd: Lsn };

export interface StreamOptions {
  readonly slot: string;
  readonly publication: string;
  readonly start: Lsn;
  /** Whether messages of `pg_logical_emit_message` are sent too; PostgreSQL 14 and later. */
  readonly messages: boolean;
  readonly statusIntervalMs: number;
  /** Reading from the server pauses above either of these. */
  readonly queueItemsMax: number;
  readonly queueBytesMax: number;
  /** Asked each time the server is told what is flushed. */
  readonly confirmed: () => Lsn;
  readonly keys: ConnectionKeys;
}

/** How long the server may take to let go of the slot when the stream is closed. */
const CLOSE_WAIT_MS = 2000;

/**
 * The copy-both exchange of START_REPLICATION over a connection of the driver (PostgreSQL documentation, "Streaming
 * Replication Protocol"): queues what arrives, pauses the socket when the queue is full, and reports the confirmed
 * position by a timer of its own, so that the server's wal_sender_timeout never strikes a slow pipeline.
 */
export class ReplicationStream {
  readonly #client: pg.Client;
  readonly #options: StreamOptions;
  #queue: StreamItem[] = [];
  #queuedBytes = 0;
  #paused = false;
  #failure: unknown = null;
  #wake: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(client: pg.Client, options: StreamOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Bytes that wait to be taken. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Resolves when the server streams. @throws {MillraceError} such as class transient where the slot is in use */
  async open(): Promise<void> {
    const { slot, start, publication, messages, statusIntervalMs, keys } = this.#options;
    const { connection } = this.#client;
    connection.on('copyData', (message: { chunk: Buffer }) => this.#receive(message.chunk));
    const started = new Promise<void>((resolve) => connection.once('replicationStart', () => resolve()));
    const plugin = `proto_version '1', publication_names ${quoteLiteral(quoteIdent(publication))}${messages ? ", messages 'true'" : ''}`;
    const ended = this.#client
      .query(`START_REPLICATION SLOT ${quoteIdent(slot)} LOGICAL ${formatLsn(start)} (${plugin})`)
      .then(() => {
        throw new Error('the server ended the stream');
      });
    ended.catch((error: unknown) => this.#fail(error));
    try {
      await Promise.race([started, ended]);
    } catch (error) {
      throw toPostgresError(error, `Reading from replication slot ${slot}`, keys);
    }
    this.#timer = setInterval(() => this.report(), statusIntervalMs);
    this.#timer.unref();
  }

  /**
   * The next items in order, at most `max`; waits for the first one and resolves empty when the signal is aborted.
   *
   * @throws {MillraceError} when the stream broke, after everything that had arrived was taken
   */
  async take(max: number, signal: AbortSignal): Promise<readonly StreamItem[]> {
    while (this.#queue.length === 0 && !signal.aborted) {
      if (this.#failure !== null) throw toPostgresError(this.#failure, 'Reading changes', this.#options.keys);
      await this.#arrival(signal);
    }
    const taken = this.#queue.slice(0, max);
    this.#queue = this.#queue.slice(max);
    for (const item of taken) this.#queuedBytes -= sizeOf(item);
    if (this.#paused && !this.#full(2)) {
      this.#paused = false;
      this.#client.connection.stream.resume();
    }
    return taken;
  }

  /** Has the server say how far it has sent: a keepalive comes. */
  ask(): void {
    this.report(1);
  }

  /** Tells the server now what is confirmed; a Standby status update. With `reply` 1 it answers at once. */
  report(reply: 0 | 1 = 0): void {
    if (this.#failure !== null) return;
    const confirmed = this.#options.confirmed();
    const message = Buffer.alloc(34);
    message.write('r', 0, 'latin1');
    message.writeBigUInt64BE(confirmed, 1);
    message.writeBigUInt64BE(confirmed, 9);
    message.writeBigUInt64BE(confirmed, 17);
    message.writeBigInt64BE(BigInt(Date.now() - 946_684_800_000) * 1000n, 25);
    message[33] = reply;
    sender(this.#client).sendCopyFromChunk(message);
  }

  /** Reports a last time, and waits until the server has let go of the slot, at most two seconds. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    const { stream } = this.#client.connection;
    if (this.#failure === null && !stream.destroyed) {
      this.report();
      this.#client.connection.removeAllListeners('copyData');
      const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
      stream.resume();
      this.#client.end().catch(() => {});
      await Promise.race([closed, delay(CLOSE_WAIT_MS, undefined, { ref: false })]);
    }
    disconnect(this.#client);
  }

  #receive(chunk: Buffer): void {
    const tag = chunk[0];
    if (tag === 0x77) {
      // The driver reuses the memory behind the chunk, so what stays must be copied.
      this.#push({ kind: 'data', lsn: chunk.readBigUInt64BE(1), body: Buffer.from(chunk.subarray(25)) });
    } else if (tag === 0x6b) {
      this.#push({ kind: 'keepalive', walEnd: chunk.readBigUInt64BE(1) });
      if (chunk[17] === 1) this.report();
    }
  }

  #push(item: StreamItem): void {
    if (item.kind === 'keepalive' && this.#queue.at(-1)?.kind === 'keepalive') this.#queue.pop();
    else this.#queuedBytes += sizeOf(item);
    this.#queue.push(item);
    if (!this.#paused && this.#full(1)) {
      this.#paused = true;
      this.#client.connection.stream.pause();
    }
    this.#wake?.();
  }

  /** Above the bounds divided by `part`. */
  #full(part: number): boolean {
    const { queueItemsMax, queueBytesMax } = this.#options;
    return this.#queue.length * part > queueItemsMax || this.#queuedBytes * part > queueBytesMax;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  #arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** What an item weighs in the queue, its object included. */
const sizeOf = (item: StreamItem): number => 64 + (item.kind === 'data' ? item.body.length : 0);

/** The driver's own method for sending copy data, which its types leave out. */
const sender = (client: pg.Client) =>
  client.connection as unknown as { sendCopyFromChunk(chunk: Buffer): void };
