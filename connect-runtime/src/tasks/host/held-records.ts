import type { AcknowledgementOutcome, AcknowledgeType, ShareConsumer, ShareRecord } from '@millrace/client';
import { isMillraceError, type Logger } from '@millrace/foundation';

/** Of the time that a lock holds, what has passed when it is renewed. */
const RENEW_AFTER = 0.4;
/** Where the broker has not said how long its locks hold: Kafka's default, ms. */
const LOCK_MS = 30_000;

/** Records that a task has acquired and is busy with: their locks are renewed until it has done with them. */
export class HeldRecords {
  readonly #consumer: ShareConsumer;
  readonly records: readonly ShareRecord[];
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<void> | null = null;

  constructor(options: {
    readonly consumer: ShareConsumer;
    readonly records: readonly ShareRecord[];
    readonly logger: Logger;
  }) {
    this.#consumer = options.consumer;
    this.records = options.records;
    this.#logger = options.logger;
    const lockMs = options.consumer.acquisitionLockTimeoutMs ?? LOCK_MS;
    this.#timer = setInterval(() => this.#renew(), Math.max(1, Math.floor(lockMs * RENEW_AFTER)));
  }

  /** From here on the locks end by themselves. */
  async stopRenewing(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
  }

  /** Has done with the first so many of them, and renews none any more. Those whose lock has ended are delivered again. */
  async accept(count: number): Promise<void> {
    const outcomes = await this.#acknowledge(this.records.slice(0, count), 'accept');
    this.#report(outcomes, 'records that were written will be delivered again');
  }

  #renew(): void {
    this.#renewing ??= this.#acknowledge(this.records, 'renew')
      .then(
        (outcomes) => this.#report(outcomes, 'locks of records could not be renewed'),
        (error) => this.#logger.warn({ err: error }, 'locks of records could not be renewed'),
      )
      .finally(() => {
        this.#renewing = null;
      });
  }

  async #acknowledge(
    records: readonly ShareRecord[],
    type: AcknowledgeType,
  ): Promise<readonly AcknowledgementOutcome[]> {
    for (const record of records) {
      try {
        this.#consumer.acknowledge(record, type);
      } catch (error) {
        // Its lock has ended, with its session perhaps: it is another one's now.
        if (!isMillraceError(error) || error.code !== 'INVALID_RECORD_STATE') throw error;
        this.#logger.debug({ err: error }, 'a record is not held any more');
      }
    }
    return this.#consumer.commit();
  }

  #report(outcomes: readonly AcknowledgementOutcome[], what: string): void {
    for (const { topic, partition, offsets, error } of outcomes)
      if (error) this.#logger.warn({ topic, partition, records: offsets.length, code: error.code }, what);
  }
}
