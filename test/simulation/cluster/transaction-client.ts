import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  endTxn,
  initProducerId,
  produce,
  txnOffsetCommit,
} from '@millrace/protocol/messages';
import { RecordBatchBuilder } from '@millrace/protocol/records';
import { committedOffset } from './committed-offset.ts';
import { errorOf, ignoreUnanswered, type SimulatedClient } from './simulated-client.ts';

export interface TransactionClientOptions {
  readonly client: SimulatedClient;
  readonly transactionalId: string;
  readonly group: string;
  /** 1: AddPartitionsToTxn and AddOffsetsToTxn come first (KIP-98); 2: the broker adds them (KIP-890). */
  readonly version: 1 | 2;
}

/** The last versions of the older generation's requests. */
const OLDER = { produce: 11, addPartitions: 3, offsets: 4, end: 4 };
const ACKS_ALL = -1;
const TIMEOUT_MS = 1_500;
const TRIES = 6;
/** Somebody newer has the id. */
const FENCED = new Set(['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH']);
/** The same request may be sent again. */
const RETRIED = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
  'NOT_LEADER_OR_FOLLOWER',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'REQUEST_TIMED_OUT',
  'no answer',
]);

/** One transactional producer as it speaks on the wire; what fails for good leaves the transaction to `init`. */
export class TransactionClient {
  /** What the last answer said, where it was no success. */
  lastError = 'NONE';
  readonly #options: TransactionClientOptions;
  #producerId = -1;
  #producerEpoch = -1;
  readonly #sequences = new Map<number, number>();

  constructor(options: TransactionClientOptions) {
    this.#options = options;
  }

  get isFenced(): boolean {
    return FENCED.has(this.lastError);
  }

  /** Takes the id over: whatever its predecessor left open is ended. @returns whether it has it now */
  async init(): Promise<boolean> {
    const { transactionalId } = this.#options;
    return await this.#tried('transaction', async (coordinator) => {
      const body = { transactionalId, transactionTimeoutMs: 5_000, producerId: -1, producerEpoch: -1 };
      const answer = await this.#options.client.ask(coordinator, initProducerId, body);
      if (answer.errorCode === 0) this.#is(answer.producerId, answer.producerEpoch);
      return errorOf(answer.errorCode);
    });
  }

  /** @returns the group's offset, -1 where it has none; null where it cannot be told now */
  async stableOffset(topic: string, partition: number): Promise<number | null> {
    const { client, group } = this.#options;
    let offset: number | null = null;
    await this.#tried('group', async (coordinator) => {
      const told = await committedOffset(client, coordinator, { group, topic, partition });
      if (told.error === 'NONE') offset = told.offset;
      return told.error;
    });
    return offset;
  }

  async add(topic: string, partitions: readonly number[]): Promise<boolean> {
    const { client, transactionalId, version } = this.#options;
    if (version === 2) return true;
    return await this.#tried('transaction', async (coordinator) => {
      const body = {
        transactions: [],
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: this.#producerId,
        v3AndBelowProducerEpoch: this.#producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [...partitions] }],
      };
      const answer = await client.ask(coordinator, addPartitionsToTxn, body, {
        maxVersion: OLDER.addPartitions,
      });
      const results = answer.resultsByTopicV3AndBelow[0]?.resultsByPartition ?? [];
      return errorOf(
        results.find(({ partitionErrorCode }) => partitionErrorCode !== 0)?.partitionErrorCode ?? 0,
      );
    });
  }

  async send(topic: string, partition: number, values: readonly string[]): Promise<boolean> {
    const { client, transactionalId, version } = this.#options;
    const batch = this.#batch(partition, values);
    return await this.#tried('none', async () => {
      const leader = client.leaderOf(topic, partition);
      if (leader === null) return 'no answer';
      const data = {
        topicId: leader.topicId,
        name: topic,
        partitionData: [{ index: partition, records: batch }],
      };
      const body = { transactionalId, acks: ACKS_ALL, timeoutMs: TIMEOUT_MS, topicData: [data] };
      const answer = await client.ask(
        leader.node,
        produce,
        body,
        version === 1 ? { maxVersion: OLDER.produce } : {},
      );
      return errorOf(answer.responses[0]?.partitionResponses[0]?.errorCode);
    });
  }

  async sendOffset(topic: string, partition: number, offset: number): Promise<boolean> {
    const { client, transactionalId, group, version } = this.#options;
    const identity = { transactionalId, producerId: this.#producerId, producerEpoch: this.#producerEpoch };
    if (version === 1) {
      const isAdded = await this.#tried('transaction', async (coordinator) => {
        const body = { ...identity, groupId: group };
        const { errorCode } = await client.ask(coordinator, addOffsetsToTxn, body, {
          maxVersion: OLDER.addPartitions,
        });
        return errorOf(errorCode);
      });
      if (!isAdded) return false;
    }
    return await this.#tried('group', async (coordinator) => {
      const committed = { partitionIndex: partition, committedOffset: offset, committedMetadata: null };
      const body = { ...identity, groupId: group, topics: [{ name: topic, partitions: [committed] }] };
      const how = version === 1 ? { maxVersion: OLDER.offsets } : {};
      const answer = await client.ask(coordinator, txnOffsetCommit, body, how);
      return errorOf(answer.topics[0]?.partitions[0]?.errorCode);
    });
  }

  async end({ isCommit }: { readonly isCommit: boolean }): Promise<boolean> {
    const { client, transactionalId, version } = this.#options;
    const identity = { transactionalId, producerId: this.#producerId, producerEpoch: this.#producerEpoch };
    return await this.#tried('transaction', async (coordinator) => {
      const how = version === 1 ? { maxVersion: OLDER.end } : {};
      const answer = await client.ask(coordinator, endTxn, { ...identity, committed: isCommit }, how);
      if (answer.errorCode === 0 && version === 2) this.#is(answer.producerId, answer.producerEpoch);
      return errorOf(answer.errorCode);
    });
  }

  #is(producerId: number, producerEpoch: number): void {
    this.#producerId = producerId;
    this.#producerEpoch = producerEpoch;
    this.#sequences.clear();
  }

  #batch(partition: number, values: readonly string[]): Buffer {
    const builder = new RecordBatchBuilder({ maxBytes: 10_000 });
    const timestamp = Math.round(this.#options.client.time.nowMs);
    for (const value of values) builder.tryAppend({ key: null, value: Buffer.from(value), timestamp });
    const baseSequence = this.#sequences.get(partition) ?? 0;
    this.#sequences.set(partition, baseSequence + values.length);
    return builder.build({
      producerId: this.#producerId,
      producerEpoch: this.#producerEpoch,
      baseSequence,
      isTransactional: true,
    });
  }

  /** Tries a request several times, each at the coordinator as it is then. @returns whether it succeeded */
  async #tried(
    kind: 'transaction' | 'group' | 'none',
    request: (coordinator: SimulatedNode) => Promise<string>,
  ): Promise<boolean> {
    const { client, group, transactionalId } = this.#options;
    for (let tries = 0; tries < TRIES; tries += 1) {
      this.lastError = await (async () => {
        if (kind === 'none') return await request(undefined as never);
        const key = kind === 'group' ? group : transactionalId;
        const coordinator = await client.coordinator(kind === 'group' ? 0 : 1, key);
        return coordinator === null ? 'no answer' : await request(coordinator);
      })().catch((error: unknown) => ignoreUnanswered(error) ?? 'no answer');
      if (this.lastError === 'NONE') return true;
      if (!RETRIED.has(this.lastError)) return false;
      await client.pause(20, 300);
    }
    return false;
  }
}
