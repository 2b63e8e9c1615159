import { createProducer, type TransactionalProducer } from '@millrace/client';
import type { SeededRandom } from '../crash/seeded-random.ts';

export const LEDGER = 'ledger';
export const LEDGER_PARTITIONS = 3;

const ABORT_RATE = 0.2;
const PAUSE_MS = 20;

export type Outcome = 'committed' | 'aborted' | 'unknown';

/** Writes transactions one after the other, each with one record in every partition, and notes what it was told of each. */
export class TransactionLoad {
  /** By number. */
  readonly outcomes: Outcome[] = [];
  readonly #bootstrapServers: readonly string[];
  readonly #random: SeededRandom;
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(bootstrapServers: readonly string[], random: SeededRandom) {
    this.#bootstrapServers = bootstrapServers;
    this.#random = random;
    this.#running = this.#write();
  }

  get committed(): number {
    return this.outcomes.filter((outcome) => outcome === 'committed').length;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #write(): Promise<void> {
    let producer: TransactionalProducer | null = null;
    while (!this.#isOver) {
      try {
        producer ??= await this.#open();
        await this.#transaction(producer);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      } catch {
        // Its successor ends what it may have left.
        await producer?.abortTransaction().catch(async () => {
          await producer?.close(100).catch(() => undefined);
          producer = null;
        });
      }
    }
    await producer?.close(30_000).catch(() => undefined);
  }

  async #open(): Promise<TransactionalProducer> {
    const producer = createProducer({
      bootstrapServers: this.#bootstrapServers,
      transactionalId: 'ledger-writer',
      lingerMs: 0,
      requestTimeoutMs: 10_000,
    });
    try {
      await producer.initTransactions();
      return producer;
    } catch (error) {
      await producer.close(100).catch(() => undefined);
      throw error;
    }
  }

  async #transaction(producer: TransactionalProducer): Promise<void> {
    const number = this.outcomes.length;
    this.outcomes.push('unknown');
    producer.beginTransaction();
    const records = Array.from({ length: LEDGER_PARTITIONS }, (_, partition) => ({
      ...{ topic: LEDGER, partition, key: null, value: Buffer.from(String(number)) },
    }));
    const aborts = this.#random.chance(ABORT_RATE);
    await producer.send(records);
    if (aborts) {
      // Whatever is answered: nobody asks for a commit.
      this.outcomes[number] = 'aborted';
      await producer.abortTransaction();
    } else {
      await producer.commitTransaction();
      this.outcomes[number] = 'committed';
    }
  }
}
