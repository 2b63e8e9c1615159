import { fetchRecords } from './fetched-records.ts';
import { ignoreUnanswered, type SimulatedClient, type Workload } from './simulated-client.ts';
import { TransactionClient } from './transaction-client.ts';

export interface PipelineOptions {
  readonly newClient: () => SimulatedClient;
  /** Of `from`, and which input this one is. */
  readonly partition: number;
  readonly from: string;
  readonly to: { readonly topic: string; readonly partitions: number };
  readonly version: 1 | 2;
  /** Whether it asks for its offset after each commit as well. */
  readonly looks: boolean;
}

const GROUP = 'pipelines';
const RECORDS_MAX = 5;
const ABORT_RATE = 0.2;
const ZOMBIE_RATE = 0.5;

/**
 * Copies one partition to all partitions of another topic, exactly once: records and the offset of the input go in one transaction.
 * Its process may crash, or be frozen and overtaken by another one.
 */
export class Pipeline implements Workload {
  readonly name: string;
  readonly partition: number;
  /** The input's offset when all was ended. */
  finalOffset = -1;
  isDone = false;
  failure: string | null = null;
  readonly #options: PipelineOptions;
  /** Somebody was told that it is committed up to here. */
  #acknowledged = 0;
  #isStopping = false;
  #current: SimulatedClient;
  /** Those that live: one that was overtaken takes the id back now and then, and may be committing still. */
  readonly #processes = new Set<SimulatedClient>();

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.partition = options.partition;
    this.name = `pipeline ${options.partition}`;
    this.#current = this.#begin();
  }

  stop(): void {
    this.#isStopping = true;
  }

  crash(): void {
    if (this.isDone) return;
    const { random, time, life } = this.#current;
    if (random.float() < ZOMBIE_RATE) life.pausedUntilMs = time.nowMs + random.between(200, 4_000);
    else {
      this.#current.crash();
      this.#processes.delete(this.#current);
    }
    this.#current = this.#begin();
  }

  #begin(): SimulatedClient {
    const client = this.#options.newClient();
    this.#processes.add(client);
    void this.#run(client)
      .catch((error: unknown) => {
        if (client.isAlive) this.failure = `${this.name}: ${error}`;
      })
      .finally(() => this.#processes.delete(client));
    return client;
  }

  async #run(client: SimulatedClient): Promise<void> {
    const { version, partition, from } = this.#options;
    const transactionalId = `pipeline-${partition}`;
    const producer = new TransactionClient({ client, transactionalId, group: GROUP, version });
    // The one that was overtaken ends when it finds that out.
    const isOvertaken = () => producer.isFenced && client !== this.#current;
    while (!isOvertaken()) {
      await client.pause(20, 100);
      if (this.#isStopping && client !== this.#current) return;
      if (this.#isStopping && this.#processes.size > 1) continue;
      if (!(await producer.init())) continue;
      const acknowledged = this.#acknowledged;
      const stable = await producer.stableOffset(from, partition);
      if (stable === null) continue;
      const offset = Math.max(stable, 0);
      this.#stays(acknowledged, offset);
      if (this.#isStopping) {
        if (client !== this.#current || this.#processes.size > 1) continue;
        this.finalOffset = offset;
        this.isDone = true;
        return;
      }
      await this.#copy(client, producer, offset);
    }
  }

  /** @param stable null: the transaction is not decided there, or nobody says */
  #stays(acknowledged: number, stable: number | null): void {
    if (stable !== null && stable < acknowledged)
      throw new Error(`its offset goes back from ${acknowledged} to ${stable}`);
  }

  /** Until something fails, or is to end. */
  async #copy(client: SimulatedClient, producer: TransactionClient, from: number): Promise<void> {
    const { partition, from: topic } = this.#options;
    let offset = from;
    while (!this.#isStopping) {
      await client.pause(1, 200);
      const place = { topic, partition, offset };
      const fetched = await fetchRecords(client, place, { isCommittedOnly: false }).catch(ignoreUnanswered);
      const records = fetched?.records.slice(0, RECORDS_MAX) ?? [];
      const last = records.at(-1);
      if (last === undefined) continue;
      const isCommit = client.random.float() >= ABORT_RATE;
      const values = records.map((record) => `${partition} ${record.offset}`);
      if (!(await this.#transaction(producer, values, last.offset + 1, isCommit))) return;
      if (!isCommit) continue;
      offset = last.offset + 1;
      this.#acknowledged = Math.max(this.#acknowledged, offset);
      if (this.#options.looks) this.#stays(offset, await producer.stableOffset(topic, partition));
    }
  }

  async #transaction(
    producer: TransactionClient,
    values: readonly string[],
    nextOffset: number,
    isCommit: boolean,
  ): Promise<boolean> {
    const { to, from, partition } = this.#options;
    const partitions = Array.from({ length: to.partitions }, (_, index) => index);
    if (!(await producer.add(to.topic, partitions))) return false;
    for (const index of partitions) if (!(await producer.send(to.topic, index, values))) return false;
    if (!(await producer.sendOffset(from, partition, nextOffset))) return false;
    return await producer.end({ isCommit });
  }
}
