import { produce } from '@millrace/protocol/messages';
import { RecordBatchBuilder } from '@millrace/protocol/records';
import { errorOf, ignoreUnanswered, type SimulatedClient, type Workload } from './simulated-client.ts';

export interface SimulatedProducerOptions {
  readonly client: SimulatedClient;
  readonly topic: string;
  readonly partition: number;
  readonly producerId: number;
  /** With keys: each value is the newest of its key. */
  readonly keys: readonly string[] | null;
  readonly acknowledged: (offset: number, batch: Buffer) => void;
}

/** What an idempotent producer cannot try again: something that it was told of is not there. */
const FATAL = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'UNKNOWN_SERVER_ERROR',
]);
const ACKS_ALL = -1;
const TIMEOUT_MS = 1_500;

interface Batch {
  readonly bytes: Buffer;
  /** By key; empty without keys. */
  readonly values: ReadonlyMap<string, string | null>;
}

/** One idempotent producer with acks=all to one partition: a batch at a time, tried again until it is acknowledged. */
export class SimulatedProducer implements Workload {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  /** Batches. */
  acknowledged = 0;
  sent = 0;
  isDone = false;
  failure: string | null = null;
  /** Of each key, what was acknowledged last. */
  readonly newest = new Map<string, string | null>();
  readonly #options: SimulatedProducerOptions;
  #isStopping = false;
  #sequence = 0;

  constructor(options: SimulatedProducerOptions) {
    this.#options = options;
    this.name = `producer of ${options.topic}-${options.partition}`;
    this.topic = options.topic;
    this.partition = options.partition;
    void this.#run().catch((error: unknown) => {
      this.failure = String(error);
    });
  }

  /** Ends when what is under way is acknowledged. */
  stop(): void {
    this.#isStopping = true;
  }

  async #run(): Promise<void> {
    const { client } = this.#options;
    while (!this.#isStopping && this.failure === null) {
      await this.#send(this.#batch());
      await client.pause(1, 200);
    }
    this.isDone = true;
  }

  #batch(): Batch {
    const { producerId, client, keys } = this.#options;
    const { random, time } = client;
    const builder = new RecordBatchBuilder({ maxBytes: 10_000 });
    const values = new Map<string, string | null>();
    const count = random.between(1, 4);
    for (let index = 0; index < count; index += 1) {
      const key = keys?.[random.between(0, keys.length)] ?? null;
      const value = key !== null && random.float() < 0.1 ? null : `${producerId} ${this.#sequence + index}`;
      if (key !== null) values.set(key, value);
      builder.tryAppend({
        key: key === null ? null : Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        timestamp: Math.round(time.nowMs),
      });
    }
    const bytes = builder.build({ producerId, producerEpoch: 0, baseSequence: this.#sequence });
    this.#sequence += count;
    this.sent += 1;
    return { bytes, values };
  }

  async #send({ bytes, values }: Batch): Promise<void> {
    const { client, acknowledged } = this.#options;
    while (this.failure === null) {
      const offset = await this.#try(bytes).catch(ignoreUnanswered);
      if (offset !== null) {
        this.acknowledged += 1;
        for (const [key, value] of values) this.newest.set(key, value);
        acknowledged(offset, bytes);
        return;
      }
      await client.pause(20, 300);
    }
  }

  /** @returns null where it has to be tried again */
  async #try(batch: Buffer): Promise<number | null> {
    const { client, topic, partition } = this.#options;
    const leader = client.leaderOf(topic, partition);
    if (leader === null) return null;
    const body = {
      transactionalId: null,
      acks: ACKS_ALL,
      timeoutMs: TIMEOUT_MS,
      topicData: [{ topicId: leader.topicId, partitionData: [{ index: partition, records: batch }] }],
    };
    const answer = await client.ask(leader.node, produce, body);
    const told = answer.responses[0]?.partitionResponses[0];
    const error = errorOf(told?.errorCode);
    if (FATAL.has(error)) this.failure = `${topic}-${partition} refused a batch: ${error}`;
    return error === 'NONE' && told !== undefined ? told.baseOffset : null;
  }
}
