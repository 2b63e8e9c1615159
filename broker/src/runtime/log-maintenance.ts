import { type Clock, isMillraceError, type Logger, type Timer, type Timers } from '@millrace/foundation';
import { retainedFrom } from '../core/log/retention.ts';
import type { StorageEngine } from '../storage/log.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { LocalPartition } from './local-partition.ts';

export interface LogMaintenanceOptions {
  readonly partitions: {
    all(): Iterable<LocalPartition>;
    reopen(): Promise<void>;
    noteHighWatermarks(): Promise<void>;
  };
  readonly storage: StorageEngine;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What is done to logs now and then: retention, forgetting of old producers, checkpoints, another try where the disk refused. */
export class LogMaintenance {
  readonly #options: LogMaintenanceOptions;
  readonly #due = new Map<string, Timer>();
  #isClosed = false;

  constructor(options: LogMaintenanceOptions) {
    this.#options = options;
  }

  start(): void {
    const { values } = this.#options.config;
    this.#every('retention', values['log.retention.check.interval.ms'], () => this.retain());
    const checkpointMs = values['log.flush.offset.checkpoint.interval.ms'];
    this.#every('reopening', values['log.reopen.interval.ms'], () => this.#options.partitions.reopen());
    this.#every('checkpoint', checkpointMs, () => this.#options.storage.checkpoint());
    const highWatermarksMs = values['replica.high.watermark.checkpoint.interval.ms'];
    this.#every('high watermarks', highWatermarksMs, () => this.#options.partitions.noteHighWatermarks());
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#due.values()) timer.cancel();
  }

  /** Deletes what `retention.ms` and `retention.bytes` let go. */
  async retain(): Promise<void> {
    const { partitions, config, clock, logger } = this.#options;
    const nowMs = clock.now().wallMs;
    for (const { log, highWatermark, topic, partition } of [...partitions.all()]) {
      log.producers.expire(nowMs - config.values['producer.id.expiration.ms']);
      const from = retainedFrom(log.segments, log.config, log.startOffset, highWatermark, nowMs);
      if (from <= log.startOffset || log.failure !== null) continue;
      await log.advanceStartOffset(from);
      logger.debug({ topic, partition, logStartOffset: from }, 'old segments are deleted');
    }
  }

  #every(name: string, intervalMs: number, work: () => Promise<void>): void {
    const again = (): void => {
      if (this.#isClosed) return;
      const timer = this.#options.timers.after(intervalMs, () => {
        work()
          .catch((error: unknown) => this.#report(name, error))
          .finally(again);
      });
      this.#due.set(name, timer);
    };
    again();
  }

  #report(name: string, error: unknown): void {
    const facts = isMillraceError(error) ? error.report() : { err: error };
    this.#options.logger.error({ work: name, ...facts }, 'log maintenance failed; it is tried again');
  }
}
