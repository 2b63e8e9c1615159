import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  deleteRecords as api,
  type DeleteRecordsRequestPartition,
  type DeleteRecordsResponseInit,
  type DeleteRecordsResponsePartitionInit,
} from '@millrace/protocol/messages';
import { isInternalTopic } from '../core/controller/topic-names.ts';
import { defineApi, type RequestContext } from './api.ts';
import { readError } from './read-error.ts';

/** Up to the high watermark, wherever that is. */
const HIGH_WATERMARK = -1;
const NO_LOW_WATERMARK = -1;

/**
 * DeleteRecords v0-2
 *
 * - The log begins at the asked offset from then on, -1: at the high watermark. The answer says where it begins; an
 *   offset before that changes nothing. It is on disk when it is answered (in Kafka up to a minute later).
 * - OFFSET_OUT_OF_RANGE above the high watermark or below -1.
 * - POLICY_VIOLATION where the topic is compacted and nothing is deleted from it by age; INVALID_TOPIC_EXCEPTION for
 *   the coordinators' own topics.
 * - A log that the disk refuses answers for itself alone.
 *
 * Versions: nothing differs but the encoding.
 *
 * Not implemented: `timeout.ms` (nobody has to follow before the answer).
 */
export const deleteRecords = defineApi({
  api,
  versions: [0, 2],
  access: [['DELETE', 'TOPIC']],
  async handle(context, request): Promise<DeleteRecordsResponseInit> {
    const topics = request.topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(partitions.map((partition) => deleteFrom(context, name, partition))),
    }));
    const answered = await Promise.all(topics);
    const isAnyDeleted = answered.some(({ partitions }) => partitions.some(isDeleted));
    if (!isAnyDeleted) return { throttleTimeMs: 0, topics: answered };
    try {
      // Else what was deleted would be there again after a crash.
      await context.services.partitions.saveLogStarts();
      return { throttleTimeMs: 0, topics: answered };
    } catch (error) {
      return { throttleTimeMs: 0, topics: answered.map((topic) => notSaved(topic, readError(error))) };
    }
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => failed(partitionIndex, error)),
    })),
  }),
});

type TopicResult = DeleteRecordsResponseInit['topics'][number];

function isDeleted({ lowWatermark }: DeleteRecordsResponsePartitionInit): boolean {
  return lowWatermark > 0;
}

function notSaved({ name, partitions }: TopicResult, error: ErrorName): TopicResult {
  return {
    name,
    partitions: partitions.map((one) => (isDeleted(one) ? failed(one.partitionIndex, error) : one)),
  };
}

async function deleteFrom(
  context: RequestContext,
  name: string,
  { partitionIndex, offset }: DeleteRecordsRequestPartition,
): Promise<DeleteRecordsResponsePartitionInit> {
  if (!context.authorize('DELETE', { type: 'TOPIC', name }))
    return failed(partitionIndex, 'TOPIC_AUTHORIZATION_FAILED');
  const partition = context.services.partitions.leader(name, partitionIndex);
  if (partition === 'UNKNOWN_TOPIC_OR_PARTITION') return failed(partitionIndex, partition);
  if (isInternalTopic(name)) return failed(partitionIndex, 'INVALID_TOPIC_EXCEPTION');
  if (typeof partition === 'string') return failed(partitionIndex, partition);
  const { log, highWatermark } = partition;
  if (!log.config.cleanupPolicy.includes('delete') && log.config.cleanupPolicy.includes('compact'))
    return failed(partitionIndex, 'POLICY_VIOLATION');
  const upTo = offset === HIGH_WATERMARK ? highWatermark : offset;
  if (upTo < 0 || upTo > highWatermark) return failed(partitionIndex, 'OFFSET_OUT_OF_RANGE');
  try {
    await log.advanceStartOffset(upTo);
  } catch (error) {
    return failed(partitionIndex, readError(error));
  }
  return { partitionIndex, lowWatermark: log.startOffset, errorCode: errorCode('NONE') };
}

function failed(partitionIndex: number, error: ErrorName): DeleteRecordsResponsePartitionInit {
  return { partitionIndex, lowWatermark: NO_LOW_WATERMARK, errorCode: errorCode(error) };
}
