import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnRequestTopic,
  type AddPartitionsToTxnRequestTransaction,
  type AddPartitionsToTxnResponseInit,
  type AddPartitionsToTxnResponseTopicResultInit,
  addPartitionsToTxn as api,
} from '@millrace/protocol/messages';
import { isInternalTopic } from '../core/controller/topic-names.ts';
import type { PartitionsQuery } from '../core/transaction/add-partitions.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';
import { fencedError } from './transaction-errors.ts';

/** From here on it is for brokers, of many transactions. */
const BATCH_VERSION = 4;
const FENCED_VERSION = 2;

/**
 * AddPartitionsToTxn v0-5
 *
 * - The partitions take part in the producer's transaction, which begins with the first. Answered when that is in the log.
 * - One partition that may not be written to or does not exist has all of its transaction refused: the others get
 *   OPERATION_NOT_ATTEMPTED.
 * - While the transaction before is still being ended it waits a moment, then CONCURRENT_TRANSACTIONS; Kafka says that at
 *   once, and has its clients wait.
 *
 * Versions: v2 PRODUCER_FENCED; v4 for brokers: several transactions, and the question whether partitions are in; v5
 * TRANSACTION_ABORTABLE.
 *
 * Not implemented: nothing.
 */
export const addPartitionsToTxn = defineApi({
  api,
  versions: [0, 5],
  access: [
    ['WRITE', 'TRANSACTIONAL_ID'],
    ['WRITE', 'TOPIC'],
    ['CLUSTER_ACTION', 'CLUSTER'],
  ],
  async handle(context, request): Promise<AddPartitionsToTxnResponseInit> {
    const isOfBrokers = context.version >= BATCH_VERSION;
    if (isOfBrokers && !context.authorize('CLUSTER_ACTION', CLUSTER))
      return refused(request, 'CLUSTER_AUTHORIZATION_FAILED', context.version);
    const results = transactionsOf(request, context.version).map(async (transaction) => ({
      transactionalId: transaction.transactionalId,
      topicResults: await add(context, transaction),
    }));
    return response(await Promise.all(results), context.version);
  },
  refuse: refused,
});

function transactionsOf(
  request: AddPartitionsToTxnRequest,
  version: number,
): readonly AddPartitionsToTxnRequestTransaction[] {
  if (version >= BATCH_VERSION) return request.transactions;
  return [
    {
      transactionalId: request.v3AndBelowTransactionalId,
      producerId: request.v3AndBelowProducerId,
      producerEpoch: request.v3AndBelowProducerEpoch,
      verifyOnly: false,
      topics: request.v3AndBelowTopics,
    },
  ];
}

async function add(
  context: RequestContext,
  transaction: AddPartitionsToTxnRequestTransaction,
): Promise<readonly AddPartitionsToTxnResponseTopicResultInit[]> {
  const { transactionalId, producerId, producerEpoch, topics, verifyOnly } = transaction;
  const isOfBrokers = context.version >= BATCH_VERSION;
  if (!isOfBrokers && !context.authorize('WRITE', { type: 'TRANSACTIONAL_ID', name: transactionalId }))
    return sameForAll(topics, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  const problems = topics.map(({ name, partitions }) =>
    partitions.map((partition) => partitionProblem(context, name, partition)),
  );
  if (problems.some((ofTopic) => ofTopic.some((problem) => problem !== null)))
    return topics.map(({ name, partitions }, at) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex, index) => ({
        partitionIndex,
        partitionErrorCode: errorCode(problems[at]?.[index] ?? 'OPERATION_NOT_ATTEMPTED'),
      })),
    }));
  if (transactionalId === '') return sameForAll(topics, 'INVALID_REQUEST');
  const { transactions } = context.services;
  // A topic may stand more than once.
  const partitions = new Map<string, Set<number>>();
  for (const { name, partitions: ids } of topics) {
    const known = partitions.get(name) ?? new Set<number>();
    for (const id of ids) known.add(id);
    partitions.set(name, known);
  }
  const query = { transactionalId, producerId, producerEpoch, partitions };
  if (verifyOnly) return verified(context, query);
  const clientVersion = isOfBrokers ? 2 : 0;
  const waitMs = context.services.config.values['add.partitions.to.txn.retry.backoff.max.ms'];
  const { error } = await transactions.addPartitions({ ...query, clientVersion, waitMs });
  return sameForAll(topics, fencedError(error, context.version, FENCED_VERSION));
}

/** Each partition by itself. */
function verified(
  context: RequestContext,
  query: PartitionsQuery,
): readonly AddPartitionsToTxnResponseTopicResultInit[] {
  const problemOf = (name: string, index: number) =>
    context.services.transactions.partitionsProblem({
      ...query,
      partitions: new Map([[name, new Set([index])]]),
    });
  return [...query.partitions].map(([name, ids]) => ({
    name,
    resultsByPartition: [...ids].map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorCode(problemOf(name, partitionIndex) ?? 'NONE'),
    })),
  }));
}

function partitionProblem(context: RequestContext, topic: string, partition: number): ErrorName | null {
  const isOfBrokers = context.version >= BATCH_VERSION;
  const mayWrite = !isInternalTopic(topic) && context.authorize('WRITE', { type: 'TOPIC', name: topic });
  if (!isOfBrokers && !mayWrite) return 'TOPIC_AUTHORIZATION_FAILED';
  const image = context.services.metadata.image().topicsByName.get(topic);
  return image?.partitions[partition] === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : null;
}

function sameForAll(
  topics: readonly AddPartitionsToTxnRequestTopic[],
  error: ErrorName | null,
): readonly AddPartitionsToTxnResponseTopicResultInit[] {
  const partitionErrorCode = errorCode(error ?? 'NONE');
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode })),
  }));
}

function response(
  results: readonly {
    readonly transactionalId: string;
    readonly topicResults: readonly AddPartitionsToTxnResponseTopicResultInit[];
  }[],
  version: number,
): AddPartitionsToTxnResponseInit {
  if (version >= BATCH_VERSION) return { throttleTimeMs: 0, resultsByTransaction: results };
  return { throttleTimeMs: 0, resultsByTopicV3AndBelow: results[0]?.topicResults ?? [] };
}

function refused(
  request: AddPartitionsToTxnRequest,
  error: ErrorName,
  version: number,
): AddPartitionsToTxnResponseInit {
  if (version >= BATCH_VERSION) return { throttleTimeMs: 0, errorCode: errorCode(error) };
  return { throttleTimeMs: 0, resultsByTopicV3AndBelow: sameForAll(request.v3AndBelowTopics, error) };
}
