import { fetchRecords } from './fetched-records.ts';
import type { Pipeline } from './pipeline.ts';
import { ignoreUnanswered, type SimulatedClient, type Workload } from './simulated-client.ts';

export interface CommittedReaderOptions {
  readonly client: SimulatedClient;
  readonly topic: string;
  readonly partition: number;
  readonly pipelines: readonly Pipeline[];
}

/** Reads what pipelines have committed: of each, everything once and in order. */
export class CommittedReader implements Workload {
  isDone = false;
  failure: string | null = null;
  readonly #options: CommittedReaderOptions;
  /** By pipeline, the record that comes next. */
  readonly #next = new Map<number, number>();
  #isStopping = false;

  constructor(options: CommittedReaderOptions) {
    this.#options = options;
    void this.#run().catch((error: unknown) => {
      this.failure = `${this.name}: ${error}`;
    });
  }

  /** With what is not seen yet. */
  get name(): string {
    const { topic, partition } = this.#options;
    const left = this.#unseen();
    return `reader of ${topic}-${partition}${left === null ? '' : `: ${left}`}`;
  }

  /**
   * Ends when the pipelines have ended, and everything that they have committed is read: a leader that was alone below
   * `min.insync.replicas` does not know yet that it is committed.
   */
  stop(): void {
    this.#isStopping = true;
  }

  /** In the end the transactions of each pipeline are here, all of them, and nothing else. */
  check(): void {
    if (this.#unseen() !== null) throw new Error(this.name);
  }

  #unseen(): string | null {
    for (const { partition, finalOffset, name } of this.#options.pipelines) {
      const next = this.#next.get(partition) ?? 0;
      if (next !== finalOffset) return `${name} has committed ${finalOffset} records, ${next} are seen`;
    }
    return null;
  }

  async #run(): Promise<void> {
    const { client, topic, partition, pipelines } = this.#options;
    let offset = 0;
    for (;;) {
      const areOver = this.#isStopping && pipelines.every(({ isDone }) => isDone);
      const place = { topic, partition, offset };
      const fetched = await fetchRecords(client, place, { isCommittedOnly: true }).catch(ignoreUnanswered);
      for (const record of fetched?.records ?? []) this.#saw(record.value, record.offset);
      offset = fetched?.nextOffset ?? offset;
      const isAtEnd = fetched !== null && offset >= fetched.highWatermark;
      if (areOver && isAtEnd && this.#unseen() === null) break;
      await client.pause(50, 300);
    }
    this.isDone = true;
  }

  #saw(value: string, at: number): void {
    const [pipeline = -1, number = -1] = value.split(' ').map(Number);
    const next = this.#next.get(pipeline) ?? 0;
    if (number !== next)
      throw new Error(`of pipeline ${pipeline} comes ${number} at ${at}, where ${next} should`);
    this.#next.set(pipeline, number + 1);
  }
}
