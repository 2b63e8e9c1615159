import type {
  SeededRandom,
  SimulatedNetwork,
  SimulatedNode,
  VirtualTime,
} from '@millrace/broker/testing/simulation';
import { errorByCode } from '@millrace/protocol';
import { produce } from '@millrace/protocol/messages';
import { RecordBatchBuilder } from '@millrace/protocol/records';

export interface SimulatedProducerOptions {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: number;
  readonly nodes: readonly SimulatedNode[];
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly port: ReturnType<SimulatedNetwork['portOf']>;
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

/** One idempotent producer with acks=all to one partition: a batch at a time, tried again until it is acknowledged. */
export class SimulatedProducer {
  readonly partition: number;
  acknowledged = 0;
  sent = 0;
  isDone = false;
  /** Why it cannot go on. */
  failure: string | null = null;
  readonly #options: SimulatedProducerOptions;
  #isStopping = false;
  /** As clients do, it never goes back to an older leader: a node that is cut off knows no better. */
  #leaderEpoch = -1;

  constructor(options: SimulatedProducerOptions) {
    this.#options = options;
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
    const { time, random } = this.#options;
    while (!this.#isStopping && this.failure === null) {
      await this.#send(this.#batch());
      await time.pause(random.between(1, 200));
    }
    this.isDone = true;
  }

  #batch(): Buffer {
    const { producerId, time } = this.#options;
    const builder = new RecordBatchBuilder({ maxBytes: 10_000 });
    const value = Buffer.from(`${producerId} ${this.sent}`);
    builder.tryAppend({ key: null, value, timestamp: Math.round(time.nowMs) });
    const baseSequence = this.sent;
    this.sent += 1;
    return builder.build({ producerId, producerEpoch: 0, baseSequence });
  }

  async #send(batch: Buffer): Promise<void> {
    const { time, random } = this.#options;
    while (this.failure === null) {
      const offset = await this.#try(batch).catch(() => null);
      if (offset !== null) {
        this.acknowledged += 1;
        this.#options.acknowledged(offset, batch);
        return;
      }
      await time.pause(random.between(20, 300));
    }
  }

  /** @returns null where it has to be tried again */
  async #try(batch: Buffer): Promise<number | null> {
    const { nodes, random, topic, partition, port } = this.#options;
    const asked = nodes[random.between(0, nodes.length)]?.core;
    const image = asked?.plane.metadata.image().topicsByName.get(topic);
    const known = image?.partitions[partition];
    const leader = nodes.find(({ nodeId }) => nodeId === known?.leader);
    if (!image || !known || leader === undefined || known.leaderEpoch < this.#leaderEpoch) return null;
    this.#leaderEpoch = known.leaderEpoch;
    const connection = await port.connect(leader.broker, { clientId: 'producer' });
    try {
      const body = {
        transactionalId: null,
        acks: ACKS_ALL,
        timeoutMs: TIMEOUT_MS,
        topicData: [{ topicId: image.id, partitionData: [{ index: partition, records: batch }] }],
      };
      const answer = await connection.request(produce, body, { timeoutMs: TIMEOUT_MS * 2 });
      const told = answer.responses[0]?.partitionResponses[0];
      const error = errorByCode(told?.errorCode ?? -1).name;
      if (FATAL.has(error)) this.failure = `${error} at ${partition}`;
      return error === 'NONE' && told !== undefined ? told.baseOffset : null;
    } finally {
      connection.close();
    }
  }
}
