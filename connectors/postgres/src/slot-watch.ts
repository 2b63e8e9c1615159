import type { Logger } from '@millrace/sdk';
import type { Session } from './connection.ts';
import { type Lsn, parseLsn } from './lsn.ts';

export interface SlotWatchOptions {
  readonly session: Session;
  readonly slot: string;
  readonly logger: Logger;
  /** From here on the status says what a slot holds back that nothing bounds; 0: never. */
  readonly retainedWarningBytes: number;
  readonly figure: (name: string, value: number | null) => void;
  readonly notice: (name: string, text: string | null) => void;
}

/** How often the server is asked, ms. */
const LOOK_MS = 10_000;
/** The rate at which the server writes is that of the looks so far back, ms: what was before says nothing of what comes. */
const RATE_MS = 300_000;
/** A slot that will lose its log so soon is warned of, s, and how often at most, ms. */
const RUNWAY_WARNING_SECONDS = 3_600;
const WARN_AGAIN_MS = 600_000;
const SECOND_MS = 1_000;
const MINUTE_SECONDS = 60;

const MEBIBYTE = 1_048_576;

const WHAT_TO_DO = 'raise max_slot_wal_keep_size, or see what holds the connector up';

/** What is known of the server's log at one time. */
interface Look {
  readonly atMs: number;
  readonly end: Lsn;
}

/**
 * Says how much log the slot holds back, how far it is behind, and, where the server bounds what slots may hold
 * (`max_slot_wal_keep_size`), how long that lasts at the rate of the last minutes.
 */
export class SlotWatch {
  readonly #options: SlotWatchOptions;
  #timer: NodeJS.Timeout | null = null;
  /** Oldest first. */
  #looks: readonly Look[] = [];
  #warnedAtMs = Number.NEGATIVE_INFINITY;
  #looking = false;

  constructor(options: SlotWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
    void this.look();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Asks once; a server that does not answer is somebody else's to tell of. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#look();
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'the replication slot could not be looked at');
    } finally {
      this.#looking = false;
    }
  }

  async #look(): Promise<void> {
    const { session, slot, figure, notice, logger } = this.#options;
    const [row] = await session.query(
      `SELECT pg_current_wal_lsn() AS lsn, wal_status, safe_wal_size AS safe,
              pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS behind,
              pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS held
         FROM pg_replication_slots WHERE slot_name = $1`,
      [slot],
      'Looking at the replication slot',
    );
    const end = parseLsn(row?.lsn);
    if (!row || end === null) return;
    figure('slot_lag_bytes', Number(row.behind));
    figure('slot_retained_bytes', Number(row.held));
    const safe = row.safe === null || row.safe === undefined ? null : Number(row.safe);
    figure('slot_safe_bytes', safe);
    const now = { atMs: performance.now(), end };
    this.#looks = [...this.#looks.filter(({ atMs }) => now.atMs - atMs <= RATE_MS), now];
    const [first = now] = this.#looks;
    const runway = safe === null ? null : runwaySeconds(safe, first, now);
    figure('slot_runway_seconds', runway);
    const losing = inWords(slot, row.wal_status ?? null, runway);
    // The server tells no more of a slot that is lost than of one that it does not bound.
    const words = losing ?? (safe === null ? this.#unboundedInWords(Number(row.held)) : null);
    notice('slot', words);
    if (words === null || now.atMs - this.#warnedAtMs < WARN_AGAIN_MS) return;
    this.#warnedAtMs = now.atMs;
    logger.warn(
      {
        slot,
        status: row.wal_status,
        retainedBytes: Number(row.held),
        safeBytes: safe,
        runwaySeconds: runway,
      },
      losing === null
        ? 'the replication slot holds back much of the server’s log, which nothing bounds'
        : `the server will remove log that the replication slot still needs; ${WHAT_TO_DO}`,
    );
  }

  #unboundedInWords(heldBytes: number): string | null {
    const { slot, retainedWarningBytes: fromBytes } = this.#options;
    if (fromBytes === 0 || heldBytes < fromBytes) return null;
    return `Replication slot ${slot} holds back ${Math.round(heldBytes / MEBIBYTE)} MiB of the server’s log, which nothing bounds, until its disk is full: see what holds the connector up, or set max_slot_wal_keep_size.`;
  }
}

/** What threatens the slot; null: nothing. */
function inWords(slot: string, status: string | null, runway: number | null): string | null {
  if (status === 'lost')
    return `The server has removed log that replication slot ${slot} still needed: drop the slot, delete the connector’s offsets and let it take a new snapshot.`;
  if (status === 'unreserved')
    return `The server is about to remove log that replication slot ${slot} still needs: ${WHAT_TO_DO}.`;
  if (runway === null || runway >= RUNWAY_WARNING_SECONDS) return null;
  const minutes = Math.round(runway / MINUTE_SECONDS);
  return `The server will remove log that replication slot ${slot} still needs in about ${minutes} min at the present rate: ${WHAT_TO_DO}.`;
}

/** Null as long as the rate is not known, or nothing is written. */
function runwaySeconds(safeBytes: number, first: Look, now: Look): number | null {
  const seconds = (now.atMs - first.atMs) / SECOND_MS;
  const written = Number(now.end - first.end);
  return seconds > 0 && written > 0 ? Math.max(0, Math.round((safeBytes * seconds) / written)) : null;
}
