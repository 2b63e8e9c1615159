import type { Consumer, ConsumerRecord, TopicPartition } from '@millrace/client';

/** Thrown out of a wait: the rest of the batch must not be written any more. */
export class BatchGivenUp extends Error {
  override readonly name = 'BatchGivenUp';
}

/**
 * The batch that a sink is busy with, and its place in the group while it waits to be tried again: the member goes on polling with its
 * partitions paused, so that rebalances of the group do not wait for it. Where a rebalance takes partitions of the batch away, others
 * may write their records from then on, and the batch is given up.
 */
export class InFlightBatch {
  readonly #consumer: () => Consumer | null;
  #records: readonly ConsumerRecord[] = [];
  #revoked = false;
  #waited = false;

  constructor(consumer: () => Consumer | null) {
    this.#consumer = consumer;
  }

  begin(records: readonly ConsumerRecord[]): void {
    this.#records = records;
    this.#revoked = false;
    this.#waited = false;
  }

  end(): void {
    this.#records = [];
  }

  /** Only these are left to be written. */
  rest(records: readonly ConsumerRecord[]): void {
    this.#records = records;
  }

  /** Whether the batch had to wait, and left partitions paused behind it. */
  get waited(): boolean {
    return this.#waited;
  }

  /** Partitions were taken away: should they come back, it is the group that knows where to go on, and of which topic. */
  revoked(partitions: readonly TopicPartition[]): void {
    const gone = new Set(partitions.map(keyOf));
    const kept = this.#records.filter((record) => !gone.has(keyOf(record)));
    this.#revoked ||= kept.length < this.#records.length;
    this.#records = kept;
  }

  /**
   * Waits as long, or until the signal is aborted.
   * @throws {BatchGivenUp} where some of the batch is somebody else's now
   */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + ms;
    for (let leftMs = ms; leftMs > 0 && !signal.aborted; leftMs = untilMs - performance.now())
      await this.#poll(leftMs);
  }

  /**
   * Between two writes of a batch that takes many: takes part in what the group does.
   * @throws {BatchGivenUp} where some of the batch is somebody else's now, or the task is to stop
   */
  async breathe(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new BatchGivenUp('the task is to stop');
    await this.#poll(0);
  }

  async #poll(ms: number): Promise<void> {
    const consumer = this.#consumer();
    this.#waited = true;
    consumer?.pause(consumer.assignment());
    // A rebalance within the poll may bring partitions that are not paused: what they gave is read again.
    rewind(consumer, (await consumer?.poll(ms)) ?? []);
    if (this.#revoked) throw new BatchGivenUp('some of the batch belongs to another member now');
  }

  /** Gives the batch up: what is still this member's will be read again. */
  giveUp(): void {
    const consumer = this.#consumer();
    const held = new Set(consumer?.assignment().map(keyOf));
    rewind(
      consumer,
      this.#records.filter((record) => held.has(keyOf(record))),
    );
    this.end();
  }
}

/** Back to the first of these records in each partition. */
function rewind(consumer: Consumer | null, records: readonly ConsumerRecord[]): void {
  const first = new Map<string, ConsumerRecord>();
  for (const record of records) if (!first.has(keyOf(record))) first.set(keyOf(record), record);
  for (const { topic, partition, offset } of first.values()) consumer?.seek({ topic, partition }, offset);
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
