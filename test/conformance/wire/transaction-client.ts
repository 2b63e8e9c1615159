import { errorByCode } from '@millrace/protocol';
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  endTxn,
  fetch,
  findCoordinator,
  initProducerId,
  produce,
  txnOffsetCommit,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import { batch } from './batch.ts';
import type { Wire } from './wire.ts';

const TIMEOUT_MS = 60_000;
const READ_COMMITTED = 1;

/** What passes by itself: coordinators that load, and markers that are being written. */
const PASSING: ReadonlySet<string> = new Set([
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR',
]);

/** A producer with a transactional id, request by request. What fails in passing is asked again where it is not to be shown. */
export class TransactionClient {
  readonly wire: Wire;
  readonly id: string;
  producerId = -1;
  epoch = -1;

  constructor(wire: Wire, id: string) {
    this.wire = wire;
    this.id = id;
  }

  /** Answers until there is one that does not pass, with the epoch in it. */
  async init(version = 5, expected?: { producerId: number; producerEpoch: number }) {
    const body = { transactionalId: this.id, transactionTimeoutMs: TIMEOUT_MS, ...expected };
    await this.wire.raw(findCoordinator, 4, { keyType: 1, coordinatorKeys: [this.id] });
    const answer = await this.#settled(() => this.wire.raw(initProducerId, version, body));
    if (answer.errorCode === 0) {
      this.producerId = answer.producerId;
      this.epoch = answer.producerEpoch;
    }
    return { error: nameOf(answer.errorCode), epoch: answer.producerEpoch };
  }

  get identity() {
    return { producerId: this.producerId, producerEpoch: this.epoch };
  }

  async addPartitions(topics: Readonly<Record<string, number[]>>, version = 3): Promise<unknown> {
    const asked = Object.entries(topics).map(([name, partitions]) => ({ name, partitions }));
    const answer = await untilGiven(async () => {
      const { resultsByTopicV3AndBelow: results } = await this.wire.raw(addPartitionsToTxn, version, {
        v3AndBelowTransactionalId: this.id,
        v3AndBelowProducerId: this.producerId,
        v3AndBelowProducerEpoch: this.epoch,
        v3AndBelowTopics: asked,
      });
      const codes = results.flatMap(({ resultsByPartition }) => resultsByPartition);
      const isPassing = codes.some(({ partitionErrorCode }) => PASSING.has(nameOf(partitionErrorCode)));
      return isPassing ? null : results;
    }, 'partitions to be added, or refused');
    return answer
      .map(({ name, resultsByPartition }) => ({
        name,
        errors: resultsByPartition
          .map((one) => `${one.partitionIndex} ${nameOf(one.partitionErrorCode)}`)
          .sort(),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async addOffsets(groupId: string, version = 3): Promise<string> {
    const body = { transactionalId: this.id, ...this.identity, groupId };
    const { errorCode } = await this.#settled(() => this.wire.raw(addOffsetsToTxn, version, body));
    return nameOf(errorCode);
  }

  /** The names of the errors, partition by partition. */
  async commitOffsets(
    groupId: string,
    offsets: Readonly<Record<string, number>>,
    more: { version?: number; memberId?: string; generationId?: number; metadata?: string } = {},
  ): Promise<string[]> {
    const { version = 3, metadata = null, ...member } = more;
    const topics = Object.entries(offsets).map(([name, committedOffset]) => ({
      name,
      partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: metadata }],
    }));
    const body = { transactionalId: this.id, groupId, ...this.identity, topics, ...member };
    const answer = await untilGiven(async () => {
      const { topics: answered } = await this.wire.raw(txnOffsetCommit, version, body);
      const errors = answered.flatMap(({ name, partitions }) =>
        partitions.map(({ errorCode }) => `${name} ${nameOf(errorCode)}`),
      );
      return errors.some((error) => PASSING.has(error.split(' ')[1] ?? '')) ? null : errors;
    }, 'offsets to be taken, or refused');
    return answer.sort();
  }

  /** The error, and the offset of what was appended. */
  async produce(
    topic: string,
    values: readonly string[],
    more: {
      version?: number;
      baseSequence?: number;
      isTransactional?: boolean;
      transactionalId?: string | null;
    } = {},
  ): Promise<string> {
    const { version = 9, baseSequence = 0, isTransactional = true } = more;
    // Of now: else Apache Kafka begins a new segment with the marker, and ends a fetch before it.
    const timestamp = Date.now();
    const records = batch(
      values.map((value) => ({ value, timestamp })),
      { ...this.identity, baseSequence, isTransactional },
    );
    const topicId = version >= 13 ? await this.wire.topicId(topic) : undefined;
    const transactionalId = more.transactionalId === undefined ? this.id : more.transactionalId;
    const answer = await untilGiven(async () => {
      const { responses } = await this.wire.raw(produce, version, {
        transactionalId,
        acks: -1,
        timeoutMs: 5_000,
        topicData: [
          {
            name: topic,
            ...(topicId && { topicId }),
            partitionData: [{ index: 0, records: Buffer.from(records) }],
          },
        ],
      });
      const partition = responses[0]?.partitionResponses[0];
      const error = nameOf(partition?.errorCode ?? -1);
      return PASSING.has(error) || error === 'NOT_ENOUGH_REPLICAS'
        ? null
        : `${error} ${partition?.baseOffset}`;
    }, 'records to be taken, or refused');
    return answer;
  }

  async end(committed: boolean, version = 4): Promise<unknown> {
    const body = { transactionalId: this.id, ...this.identity, committed };
    const answer = await this.#settled(() => this.wire.raw(endTxn, version, body));
    if (version >= 5 && answer.errorCode === 0) {
      this.producerId = answer.producerId;
      this.epoch = answer.producerEpoch;
    }
    return { error: nameOf(answer.errorCode), epoch: answer.producerEpoch };
  }

  async #settled<Answer extends { readonly errorCode: number }>(ask: () => Promise<Answer>): Promise<Answer> {
    return await untilGiven(async () => {
      const answer = await ask();
      return PASSING.has(nameOf(answer.errorCode)) ? null : answer;
    }, 'an answer that does not pass');
  }
}

/** What a reader gets from partition 0 on, with how far it may read. */
export async function readTopic(wire: Wire, topic: string, isolationLevel = READ_COMMITTED) {
  const { responses } = await wire.raw(fetch, 11, {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1_000_000,
    isolationLevel,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
  });
  const found = responses[0]?.partitions[0];
  return {
    error: nameOf(found?.errorCode ?? -1),
    highWatermark: found?.highWatermark,
    lastStableOffset: found?.lastStableOffset,
    bytes: found?.records?.length,
    aborted: found?.abortedTransactions?.map(({ firstOffset }) => firstOffset).sort((a, b) => a - b),
  };
}

/** Waits until nothing of the topic's first partition is open. */
export async function whenStable(wire: Wire, topic: string): Promise<void> {
  await eventually(
    async () => {
      const { highWatermark, lastStableOffset } = await readTopic(wire, topic);
      return highWatermark === lastStableOffset;
    },
    { what: `${topic} to be stable` },
  );
}

async function untilGiven<Answer>(ask: () => Promise<Answer | null>, what: string): Promise<Answer> {
  let given: Answer | null = null;
  await eventually(
    async () => {
      given = await ask();
      return given !== null;
    },
    { what },
  );
  if (given === null) throw new Error(`nothing was given: ${what}`);
  return given;
}

export function nameOf(code: number): string {
  return errorByCode(code).name;
}
