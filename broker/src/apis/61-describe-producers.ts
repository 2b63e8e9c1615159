import { type ErrorName, errorCode } from '@millrace/protocol';
import { describeProducers as api, type DescribeProducersResponseInit } from '@millrace/protocol/messages';
import { topicNameProblem } from '../core/controller/topic-names.ts';
import { defineApi, type RequestContext } from './api.ts';

type PartitionInit = DescribeProducersResponseInit['topics'][number]['partitions'][number];

/**
 * DescribeProducers v0
 *
 * - The producers that a partition's leader remembers, with the first offset of the transaction that each has open (KIP-664).
 *
 * Versions: one.
 *
 * Not implemented: nothing.
 */
export const describeProducers = defineApi({
  api,
  versions: [0, 0],
  access: [['READ', 'TOPIC']],
  handle(context, request): DescribeProducersResponseInit {
    return {
      throttleTimeMs: 0,
      topics: request.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((index) => describe(context, name, index)),
      })),
    };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => failed(index, error)),
    })),
  }),
});

function describe(context: RequestContext, topic: string, index: number): PartitionInit {
  if (topicNameProblem(topic) !== null) return failed(index, 'INVALID_TOPIC_EXCEPTION');
  if (!context.authorize('READ', { type: 'TOPIC', name: topic }))
    return failed(index, 'TOPIC_AUTHORIZATION_FAILED');
  const partition = context.services.partitions.leader(topic, index);
  if (typeof partition === 'string') return failed(index, partition);
  return {
    partitionIndex: index,
    errorCode: errorCode('NONE'),
    activeProducers: [...partition.log.producers.entries()].map((entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
      lastTimestamp: entry.lastTimestampMs,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnStartOffset: entry.transactionFirstOffset,
    })),
  };
}

function failed(partitionIndex: number, error: ErrorName): PartitionInit {
  return { partitionIndex, errorCode: errorCode(error), activeProducers: [] };
}
