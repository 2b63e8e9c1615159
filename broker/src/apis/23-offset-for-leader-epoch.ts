import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  offsetForLeaderEpoch as api,
  type OffsetForLeaderEpochRequestPartition,
  type OffsetForLeaderEpochResponseInit,
  type OffsetForLeaderEpochResponsePartitionInit,
} from '@millrace/protocol/messages';
import { epochEnd } from '../core/log/leader-epochs.ts';
import { defineApi, type RequestContext } from './api.ts';
import { leaderEpochProblem } from './leader-epoch-check.ts';
import { epochsOf } from './leader-epochs-of.ts';

/**
 * OffsetForLeaderEpoch v2-4
 *
 * - Where the asked leader epoch ended: the offset that the next one began at, the end of the log for the newest. An
 *   epoch in which nothing was written is answered by the one before it.
 * - Epoch and offset -1 where the epoch is newer than all that the log knows.
 * - FENCED_LEADER_EPOCH and UNKNOWN_LEADER_EPOCH where client and broker do not mean the same leadership.
 *
 * Versions: v3 the id of who asks, which changes nothing here.
 *
 * Not implemented: nothing. Followers of this broker learn where logs part from Fetch, as in Kafka.
 */
export const offsetForLeaderEpoch = defineApi({
  api,
  versions: [2, 4],
  access: [['DESCRIBE', 'TOPIC']],
  handle: (context, request): OffsetForLeaderEpochResponseInit => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((asked) => look(context, topic, asked)),
    })),
  }),
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => failed(partition, error)),
    })),
  }),
});

function look(
  context: RequestContext,
  topic: string,
  asked: OffsetForLeaderEpochRequestPartition,
): OffsetForLeaderEpochResponsePartitionInit {
  if (!context.authorize('DESCRIBE', { type: 'TOPIC', name: topic }))
    return failed(asked.partition, 'TOPIC_AUTHORIZATION_FAILED');
  const partition = context.services.partitions.leader(topic, asked.partition);
  if (typeof partition === 'string') return failed(asked.partition, partition);
  const problem = leaderEpochProblem(partition, asked.currentLeaderEpoch);
  if (problem !== null) return failed(asked.partition, problem);
  const { epoch, offset } = epochEnd(epochsOf(partition), partition.log.endOffset, asked.leaderEpoch);
  return {
    partition: asked.partition,
    errorCode: errorCode('NONE'),
    leaderEpoch: epoch,
    endOffset: offset,
  };
}

function failed(partition: number, error: ErrorName): OffsetForLeaderEpochResponsePartitionInit {
  return { partition, errorCode: errorCode(error), leaderEpoch: -1, endOffset: -1 };
}
