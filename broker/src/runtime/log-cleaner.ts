import { type Clock, isMillraceError, type Logger, type Timer, type Timers } from '@millrace/foundation';
import { assert } from '@millrace/foundation/assert';
import { type CleaningPlan, planCleaning } from '../core/log/cleaner-plan.ts';
import { OFFSET_MAP_SLOT_BYTES } from '../core/log/offset-map.ts';
import type { Log } from '../storage/log.ts';
import type { BrokerConfig } from './broker-config.ts';
import { CleanerPace } from './cleaner-pace.ts';

/** A partition as the cleaner sees it. */
export interface CleanedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly log: Log;
  readonly lastStableOffset: number;
}

export interface LogCleanerOptions {
  readonly partitions: { all(): Iterable<CleanedPartition> };
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** How the cleaner is doing, by the names of Kafka's metrics. */
export interface CleanerFigures {
  /** Of the log that needs it most, in percent, when it was last looked. */
  readonly maxDirtyPercent: number;
  readonly uncleanablePartitionsCount: number;
  readonly uncleanableBytes: number;
  /** Since it was last looked for a log to compact; null before the first time. */
  readonly timeSinceLastRunMs: number | null;
  /** How much longer than it may a record had waited when it was last looked. */
  readonly maxCompactionDelaySecs: number;
  /** Of the last compaction: how long it took, how full its map of keys was, which share of the bytes read was written again. */
  readonly maxCleanTimeSecs: number;
  readonly maxBufferUtilizationPercent: number;
  readonly cleanerRecopyPercent: number;
}

/** The last compaction that came to its end. */
interface LastRound {
  readonly tookMs: number;
  readonly mapUtilization: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** Compacts logs, one after the other, the dirtiest first; when none needs it, it looks again after `log.cleaner.backoff.ms`. */
export class LogCleaner {
  readonly #options: LogCleanerOptions;
  /** Logs that cannot be compacted before somebody has looked after them, and why. */
  readonly #uncleanable = new Map<Log, string>();
  readonly #closing = new AbortController();
  #timer: Timer | null = null;
  #running: Promise<unknown> = Promise.resolve();
  #maxDirtyRatio = 0;
  #maxOverdueMs = 0;
  #lookedMs: number | null = null;
  #last: LastRound = { tookMs: 0, mapUtilization: 0, bytesBefore: 0, bytesAfter: 0 };

  constructor(options: LogCleanerOptions) {
    this.#options = options;
  }

  /** Why logs cannot be compacted, by their names. */
  get uncleanable(): ReadonlyMap<string, string> {
    const reasons = new Map<string, string>();
    if (this.#uncleanable.size === 0) return reasons;
    for (const { topic, partition, log } of this.#options.partitions.all()) {
      const reason = this.#uncleanable.get(log);
      if (reason !== undefined) reasons.set(`${topic}-${partition}`, reason);
    }
    return reasons;
  }

  get figures(): CleanerFigures {
    const { clock } = this.#options;
    const last = this.#last;
    const logs = [...this.#options.partitions.all()].map(({ log }) => log);
    const uncleanable = logs.filter((log) => this.#uncleanable.has(log));
    return {
      maxDirtyPercent: Math.floor(this.#maxDirtyRatio * 100),
      uncleanablePartitionsCount: uncleanable.length,
      uncleanableBytes: uncleanable.reduce((sum, log) => sum + uncleanableBytesOf(log), 0),
      timeSinceLastRunMs: this.#lookedMs === null ? null : clock.now().monoMs - this.#lookedMs,
      maxCompactionDelaySecs: Math.floor(this.#maxOverdueMs / 1000),
      maxCleanTimeSecs: Math.floor(last.tookMs / 1000),
      maxBufferUtilizationPercent: Math.floor(last.mapUtilization * 100),
      cleanerRecopyPercent: Math.floor((last.bytesAfter / Math.max(last.bytesBefore, 1)) * 100),
    };
  }

  start(): void {
    const { values } = this.#options.config;
    if (!values['log.cleaner.enable']) return;
    this.#timer = this.#options.timers.after(values['log.cleaner.backoff.ms'], () => {
      this.#running = this.clean().finally(() => {
        if (!this.#closing.signal.aborted) this.start();
      });
    });
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#closing.abort();
    await this.#running;
  }

  /** Compacts every log that is due; resolves when none is left. */
  async clean(): Promise<void> {
    const failed = new Set<Log>();
    for (;;) {
      const next = this.#dirtiest(failed);
      if (next === null || this.#closing.signal.aborted) return;
      if (!(await this.#compact(next.partition, next.plan))) failed.add(next.partition.log);
    }
  }

  #dirtiest(except: ReadonlySet<Log>): { partition: CleanedPartition; plan: CleaningPlan } | null {
    const { wallMs, monoMs } = this.#options.clock.now();
    let dirtiest: { partition: CleanedPartition; plan: CleaningPlan } | null = null;
    this.#lookedMs = monoMs;
    this.#maxDirtyRatio = 0;
    this.#maxOverdueMs = 0;
    for (const partition of this.#options.partitions.all()) {
      const { log, lastStableOffset } = partition;
      if (!log.config.cleanupPolicy.includes('compact')) continue;
      if (log.failure !== null || except.has(log) || this.#uncleanable.has(log)) continue;
      const { segments, startOffset, endOffset, cleanedOffset, config } = log;
      const plan = planCleaning({
        ...{ segments, startOffset, endOffset, cleanedOffset, lastStableOffset },
        limits: config,
        nowMs: wallMs,
      });
      if (plan === null) continue;
      this.#maxDirtyRatio = Math.max(this.#maxDirtyRatio, plan.dirtyRatio);
      this.#maxOverdueMs = Math.max(this.#maxOverdueMs, plan.overdueMs);
      if (plan.isDue && plan.dirtyRatio > (dirtiest?.plan.dirtyRatio ?? -1)) dirtiest = { partition, plan };
    }
    return dirtiest;
  }

  /** @returns whether the log may be looked at again at once */
  async #compact({ topic, partition, log }: CleanedPartition, plan: CleaningPlan): Promise<boolean> {
    const { config, clock, timers, logger } = this.#options;
    const { values } = config;
    const { firstDirtyOffset, endBefore } = plan;
    const begunMs = clock.now().monoMs;
    try {
      const outcome = await log.compact({
        ...{ firstDirtyOffset, endBefore, nowMs: clock.now().wallMs },
        mapSlots: Math.floor(values['log.cleaner.dedupe.buffer.size'] / OFFSET_MAP_SLOT_BYTES),
        mapLoadFactor: values['log.cleaner.io.buffer.load.factor'],
        ioBufferBytes: values['log.cleaner.io.buffer.size'],
        pace: new CleanerPace({
          ...{ clock, timers },
          sliceMaxMs: values['log.cleaner.slice.max.ms'],
          bytesPerSecond: values['log.cleaner.io.max.bytes.per.second'],
        }),
        signal: this.#closing.signal,
      });
      this.#last = { ...outcome, tookMs: clock.now().monoMs - begunMs };
      logger.debug({ topic, partition, ...outcome }, 'a log is compacted');
      assert(outcome.cleanedOffset > firstDirtyOffset, 'a round of compaction comes forward');
      return true;
    } catch (error) {
      this.#report({ topic, partition, log }, error);
      return false;
    }
  }

  #report(
    { topic, partition, log }: Pick<CleanedPartition, 'topic' | 'partition' | 'log'>,
    error: unknown,
  ): void {
    const { logger } = this.#options;
    // The log was closed, deleted or cut under it.
    if (error instanceof Error && error.name === 'AbortError') return;
    const facts = isMillraceError(error) ? error.report() : { err: error };
    if (isMillraceError(error) && error.code === 'LOG_STORAGE_FAILED') {
      logger.warn({ topic, partition, ...facts }, 'a log could not be compacted; it is tried again');
      return;
    }
    this.#uncleanable.set(log, error instanceof Error ? error.message : String(error));
    logger.error({ topic, partition, ...facts }, 'a log cannot be compacted until the broker starts again');
  }
}

/** What compaction has not come to, but for the active segment. */
function uncleanableBytesOf({ segments, cleanedOffset, startOffset }: Log): number {
  const from = cleanedOffset ?? startOffset;
  return segments
    .slice(0, -1)
    .filter(({ nextOffset }) => nextOffset > from)
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
