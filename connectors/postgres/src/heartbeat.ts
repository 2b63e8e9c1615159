import type { Logger } from '@millrace/sdk';
import type { Session } from './connection.ts';
import type { LogicalMessage } from './pgoutput.ts';

export interface HeartbeatOptions {
  readonly session: Session;
  readonly slot: string;
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly figure: (name: string, value: number | null) => void;
}

const PREFIX = 'millrace.heartbeat';
/** The first version whose pgoutput sends messages. */
const MESSAGES_SINCE = 140_000;
const SECOND_MS = 1_000;
/** As a transaction, since nothing else makes the server send its log at once; without waiting for standbys. */
const BEAT = "SELECT set_config('synchronous_commit', 'local', true), pg_logical_emit_message(true, $1, $2)";

/**
 * Writes a message into the server's log now and then, which comes back through the slot. On a database where nothing that is captured
 * changes the slot moves on with it, and the time it took is how far behind the source is, by one clock.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: NodeJS.Timeout | null = null;
  #sending = false;
  #warned = false;
  /** When the oldest one was sent that has not come back, by `Date.now()`. */
  #outMs: number | null = null;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Whether the server's output plugin sends messages. @throws {MillraceError} where it can't be asked */
  async isPossible(): Promise<boolean> {
    const [row] = await this.#options.session.query(
      "SELECT current_setting('server_version_num')::int AS version",
      [],
      'Reading the server’s version',
    );
    return Number(row?.version) >= MESSAGES_SINCE;
  }

  start(): void {
    this.#timer = setInterval(() => void this.beat(), this.#options.intervalMs);
    this.#timer.unref();
    void this.beat();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Sends one. Where the server refuses it, the slot moves by the server's own keepalives, as it does without heartbeats. */
  async beat(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    const { session, slot, logger, figure } = this.#options;
    const nowMs = Date.now();
    // As long as none comes back, the wait for the oldest is what is known.
    if (this.#outMs !== null) figure('lag_seconds', (nowMs - this.#outMs) / SECOND_MS);
    try {
      const content = JSON.stringify({ slot, sentMs: nowMs });
      await session.query(BEAT, [PREFIX, content], 'Sending a heartbeat');
      this.#outMs ??= nowMs;
    } catch (error) {
      if (!this.#warned && this.#timer !== null)
        logger.warn({ err: error }, 'no heartbeat could be sent; the slot moves on without');
      this.#warned = true;
    } finally {
      this.#sending = false;
    }
  }

  /** A message came through the slot, from whomever. */
  received({ prefix, content }: Extract<LogicalMessage, { kind: 'message' }>): void {
    if (prefix !== PREFIX) return;
    const { slot, sentMs } = contentOf(content);
    // Other sources of this database send theirs.
    if (slot !== this.#options.slot || typeof sentMs !== 'number') return;
    this.#outMs = null;
    this.#options.figure('lag_seconds', Math.max(0, Date.now() - sentMs) / SECOND_MS);
  }
}

function contentOf(text: string): { readonly slot?: unknown; readonly sentMs?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
