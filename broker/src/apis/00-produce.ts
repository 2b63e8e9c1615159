import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  produce as api,
  type ProduceRequest,
  type ProduceRequestPartition,
  type ProduceRequestTopic,
  type ProduceResponseInit,
  type ProduceResponsePartitionInit,
} from '@millrace/protocol/messages';
import { peekIsTransactional } from '@millrace/protocol/records';
import { isInternalTopic } from '../core/controller/topic-names.ts';
import type { AppendOutcome, Partition } from '../runtime/partition.ts';
import { type Answer, CLOSE_CONNECTION, defineApi, type RequestContext } from './api.ts';
import { AppendTurns } from './append-turns.ts';
import { leaderEndpoints, pointsElsewhere, withLeaders } from './leader-hints.ts';
import { appendInTransaction } from './transactional-append.ts';

/** The client id by which Kafka's tools may write to internal topics. */
const ADMIN_CLIENT_ID = '__admin_client';
const ACKS_NONE = 0;
const ACKS_LEADER = 1;
const ACKS_ALL = -1;
/** From here on answers say who leads instead. */
const LEADERS_VERSION = 10;
const TOPIC_IDS_VERSION = 13;

/** One partition of the request on its way. */
interface Pending {
  readonly index: number;
  readonly partition: Partition | undefined;
  /** Later, where the coordinator has to add the partition to a transaction first, or those before it took long. */
  readonly outcome: AppendOutcome | Promise<AppendOutcome>;
}

interface PendingTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly Pending[];
}

/**
 * Produce v3-13, advertised from 0
 *
 * - Each partition is answered by itself. Batches are checked at the door, appended and never re-encoded; a repeated batch
 *   of an idempotent producer is answered with the offsets it has.
 * - acks=1 is answered when the bytes are written, acks=-1 when the high watermark is past them, or REQUEST_TIMED_OUT.
 *   acks=0 has no answer; an error closes the connection.
 * - Requests of one connection are appended in their order and may wait for their writes together. One whose batches take long to look
 *   at, because they unpack to very much, is appended in parts, so that others are served meanwhile.
 * - The first batch of a transaction in a partition is appended only where the partition takes part in it: INVALID_TXN_STATE,
 *   from v11 on TRANSACTION_ABORTABLE. From v12 on the broker adds the partition itself (KIP-890), and waits a moment for the
 *   transaction before to be complete.
 * - NOT_LEADER_OR_FOLLOWER says who leads, and where that is (KIP-951).
 *
 * Versions: v0-2 are advertised as in Kafka, because clients take their absence for missing compressions, and close the
 * connection; v7 zstd; v8 record errors; v10 leaders; v11 TRANSACTION_ABORTABLE; v12 partitions are added; v13 topic ids.
 *
 * Not implemented: nothing.
 */
export const produce = defineApi({
  api,
  versions: [0, 13],
  access: [
    ['WRITE', 'TOPIC'],
    ['WRITE', 'TRANSACTIONAL_ID'],
  ],
  pipelined: true,
  quota: 'produced',
  keepsNoBytes: true,
  handle(context, request): Promise<Answer<ProduceResponseInit>> {
    const turns = new AppendTurns(context);
    const topics = request.topicData.map((topic) => appendTopic(context, request, topic, turns));
    return answer(context, request, topics);
  },
  refuse: (request, error) => ({
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => failed(index, { error, message: null })),
    })),
  }),
});

function appendTopic(
  context: RequestContext,
  request: ProduceRequest,
  topic: ProduceRequestTopic,
  turns: AppendTurns,
): PendingTopic {
  const byId = context.version >= TOPIC_IDS_VERSION;
  const image = context.services.metadata.image();
  const name = byId ? image.topicsById.get(topic.topicId)?.name : topic.name;
  const problem = name === undefined ? 'UNKNOWN_TOPIC_ID' : topicProblem(context, request, name);
  return {
    name: name ?? '',
    topicId: byId ? topic.topicId : ZERO_UUID,
    partitions: topic.partitionData.map((data) =>
      problem === null && name !== undefined
        ? append(context, request, name, data, turns)
        : { index: data.index, partition: undefined, outcome: refused(problem ?? 'UNKNOWN_TOPIC_ID') },
    ),
  };
}

function topicProblem(context: RequestContext, request: ProduceRequest, name: string): ErrorName | null {
  if (!context.authorize('WRITE', { type: 'TOPIC', name })) return 'TOPIC_AUTHORIZATION_FAILED';
  if (![ACKS_NONE, ACKS_LEADER, ACKS_ALL].includes(request.acks)) return 'INVALID_REQUIRED_ACKS';
  if (isInternalTopic(name) && context.clientId !== ADMIN_CLIENT_ID) return 'INVALID_TOPIC_EXCEPTION';
  return null;
}

function append(
  context: RequestContext,
  request: ProduceRequest,
  topic: string,
  { index, records }: ProduceRequestPartition,
  turns: AppendTurns,
): Pending {
  const partition = context.services.partitions.leader(topic, index);
  if (typeof partition === 'string') return { index, partition: undefined, outcome: refused(partition) };
  if (records === null)
    return { index, partition, outcome: refused('INVALID_RECORD', 'there are no records') };
  const options = { acks: request.acks, origin: 'client' as const, produceVersion: context.version };
  const { transactionalId } = request;
  const outcome = turns.next(records, (own, inTurn) =>
    peekIsTransactional(own, 0)
      ? appendInTransaction(inTurn, { partition, records: own, options, transactionalId })
      : partition.append(own, options),
  );
  return { index, partition, outcome };
}

async function answer(
  context: RequestContext,
  request: ProduceRequest,
  topics: readonly PendingTopic[],
): Promise<Answer<ProduceResponseInit>> {
  if (request.acks === ACKS_NONE) {
    const outcomes = await Promise.all(
      topics.flatMap(({ partitions }) => partitions.map((one) => one.outcome)),
    );
    return outcomes.some(({ error }) => error !== null) ? CLOSE_CONNECTION : null;
  }
  const deadline = { timeoutMs: request.timeoutMs, acks: request.acks };
  const responses = topics.map(async ({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitionResponses: await Promise.all(partitions.map((pending) => settled(context, pending, deadline))),
  }));
  return pointedOut(context, { responses: await Promise.all(responses) });
}

/** With the leaders of partitions that are led elsewhere. */
function pointedOut(context: RequestContext, answered: ProduceResponseInit): ProduceResponseInit {
  const { responses: given } = answered;
  const hasMoved = given.some(({ partitionResponses }) => pointsElsewhere(partitionResponses));
  if (context.version < LEADERS_VERSION || !hasMoved) return answered;
  const { topicsByName, topicsById } = context.services.metadata.image();
  const byId = context.version >= TOPIC_IDS_VERSION;
  const responses = given.map((topic) => {
    const image = byId ? topicsById.get(topic.topicId ?? ZERO_UUID) : topicsByName.get(topic.name ?? '');
    return {
      ...topic,
      partitionResponses: withLeaders(image, topic.partitionResponses, ({ index }) => index),
    };
  });
  const nodeEndpoints = leaderEndpoints(
    context,
    responses.map(({ partitionResponses }) => partitionResponses),
  );
  return { ...answered, responses, nodeEndpoints };
}

async function settled(
  context: RequestContext,
  pending: Pending,
  { acks, timeoutMs }: { acks: number; timeoutMs: number },
): Promise<ProduceResponsePartitionInit> {
  const { index, partition } = pending;
  const outcome = await pending.outcome;
  if (outcome.error !== null || partition === undefined) return failed(index, outcome);
  const error =
    acks === ACKS_LEADER ? await written(outcome) : await committed(context, partition, outcome, timeoutMs);
  if (error !== null) return failed(index, { error, message: null, logStartOffset: outcome.logStartOffset });
  return {
    index,
    errorCode: errorCode('NONE'),
    baseOffset: outcome.firstOffset,
    logAppendTimeMs: outcome.appendTimeMs,
    logStartOffset: outcome.logStartOffset,
  };
}

type Accepted = Extract<AppendOutcome, { error: null }>;

async function written(outcome: Accepted): Promise<ErrorName | null> {
  try {
    await outcome.written;
    return null;
  } catch {
    // The log has said why when it was closed for writes.
    return 'KAFKA_STORAGE_ERROR';
  }
}

async function committed(
  context: RequestContext,
  partition: Partition,
  outcome: Accepted,
  timeoutMs: number,
): Promise<ErrorName | null> {
  const endOffset = outcome.lastOffset + 1;
  const error = await written(outcome);
  if (error !== null || partition.highWatermark >= endOffset) return error;
  return await context.services.purgatory.park<ErrorName | null>({
    timeoutMs,
    signal: context.signal,
    begin: (complete) => {
      // Invariant 1: acks=all is answered below the high watermark only.
      partition.whenCommitted(endOffset, complete);
      return () => undefined;
    },
    expired: () => 'REQUEST_TIMED_OUT',
  });
}

interface Failure {
  readonly error: ErrorName | null;
  readonly message?: string | null;
  readonly logStartOffset?: number;
  readonly recordErrors?: readonly { readonly index: number; readonly message: string }[];
}

function failed(index: number, failure: Failure): ProduceResponsePartitionInit {
  return {
    index,
    errorCode: errorCode(failure.error ?? 'UNKNOWN_SERVER_ERROR'),
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: failure.logStartOffset ?? -1,
    recordErrors: (failure.recordErrors ?? []).map((record) => ({
      batchIndex: record.index,
      batchIndexErrorMessage: record.message,
    })),
    errorMessage: failure.message ?? null,
  };
}

function refused(error: ErrorName, message: string | null = null): AppendOutcome {
  return { error, message: message ?? '', logStartOffset: -1 };
}
