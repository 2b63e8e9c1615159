import type { Producer, ProducerRecord } from '@millrace/client';

/** Sends a sink's dead letters. Offsets may be committed when `acknowledged` has resolved, and no earlier. */
export class DeadLetterQueue {
  readonly #createProducer: () => Producer;
  readonly #onFailure: () => void;
  /** Made with the first dead letter: most tasks never have one. */
  #producer: Producer | null = null;
  #failure: Error | null = null;
  #unacknowledged = 0;

  constructor(options: { readonly createProducer: () => Producer; readonly onFailure: () => void }) {
    this.#createProducer = options.createProducer;
    this.#onFailure = options.onFailure;
  }

  /** Takes a dead letter; waits while the producer's buffer is full. */
  async put(record: ProducerRecord): Promise<void> {
    this.#producer ??= this.#createProducer();
    this.#unacknowledged++;
    const room = this.#producer.produce(record, (error) => {
      this.#unacknowledged--;
      if (!error) return;
      this.#failure ??= error;
      this.#onFailure();
    });
    if (!room) await this.#producer.ready();
  }

  /** Resolves when every dead letter so far is in its topic. @throws {MillraceError} the first that is not, ever after */
  async acknowledged(): Promise<void> {
    if (this.#unacknowledged > 0) await this.#producer?.flush();
    if (this.#failure) throw this.#failure;
  }

  async close(timeoutMs: number): Promise<void> {
    await this.#producer?.close(timeoutMs);
  }
}
