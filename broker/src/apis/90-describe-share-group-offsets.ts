import { ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeShareGroupOffsets as api,
  type DescribeShareGroupOffsetsRequestGroup,
  type DescribeShareGroupOffsetsResponseGroupInit,
  type DescribeShareGroupOffsetsResponseInit,
} from '@millrace/protocol/messages';
import { UNSET } from '../core/share/share-state-record.ts';
import { defineApi, type RequestContext } from './api.ts';
import { mayOnGroup } from './group-caller.ts';
import { shareTopic } from './share-topics.ts';

interface AskedTopic {
  readonly topicName: string;
  readonly partitions: readonly number[];
}

/**
 * DescribeShareGroupOffsets v0-1
 *
 * - Where share groups start in partitions: -1 where they have not begun, or where the group or the partition is not there. Null asks
 *   for all in which they have begun.
 * - Asked of leaders (Millrace's own tag), a broker tells what members hold of the partitions that it leads, and nothing else.
 * - The lag is what lies behind the start and is not done with, up to the high watermark; -1 where nobody knows.
 *
 * Versions: v1 the lag (KIP-1226).
 *
 * Not implemented: nothing.
 */
export const describeShareGroupOffsets = defineApi({
  api,
  versions: [0, 1],
  access: [
    ['DESCRIBE', 'GROUP'],
    ['DESCRIBE', 'TOPIC'],
  ],
  async handle(context, request): Promise<DescribeShareGroupOffsetsResponseInit> {
    return {
      throttleTimeMs: 0,
      groups: request.ofLeader
        ? request.groups.map((group) => heldOf(context, group))
        : await Promise.all(request.groups.map((group) => describe(context, group))),
    };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    groups: request.groups.map(({ groupId }) => failed(groupId, error)),
  }),
});

async function describe(
  context: RequestContext,
  { groupId, topics }: DescribeShareGroupOffsetsRequestGroup,
): Promise<DescribeShareGroupOffsetsResponseGroupInit> {
  if (!mayOnGroup(context, 'DESCRIBE', groupId)) return failed(groupId, 'GROUP_AUTHORIZATION_FAILED');
  const begun = await context.services.shareGroups.begunTopics(groupId);
  // A group that is not there has begun nowhere.
  if (begun.error !== null && begun.error !== 'GROUP_ID_NOT_FOUND') return failed(groupId, begun.error);
  const mayTell = ({ topicName: name }: AskedTopic) => context.authorize('DESCRIBE', { type: 'TOPIC', name });
  const asked = topics ?? begun.topics.filter(mayTell);
  const highWatermarks = await context.services.shareGroups.highWatermarks(
    asked.flatMap(({ topicName: topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    ),
  );
  let from = 0;
  const described = asked.map((topic) => {
    const ofTopic = highWatermarks.slice(from, from + topic.partitions.length);
    from += topic.partitions.length;
    return describeTopic(context, groupId, topic, ofTopic);
  });
  return { groupId, errorCode: errorCode('NONE'), topics: await Promise.all(described) };
}

async function describeTopic(
  context: RequestContext,
  groupId: string,
  { topicName, partitions }: AskedTopic,
  highWatermarks: readonly (number | null)[],
) {
  const topic = shareTopic(context, 'DESCRIBE', topicName);
  const offsets = partitions.map(async (partitionIndex, index) => {
    if (topic.error === 'TOPIC_AUTHORIZATION_FAILED') return nothing(partitionIndex, topic.error);
    if (topic.error !== null || partitionIndex >= topic.partitionCount)
      return nothing(partitionIndex, 'NONE');
    const offset = await context.services.shareGroups.offset(groupId, topic.topicId, partitionIndex);
    if (offset.error !== null) return nothing(partitionIndex, offset.error);
    const { startOffset, leaderEpoch, deliveryCompleteCount } = offset;
    const highWatermark = highWatermarks[index] ?? UNSET;
    const isKnown = startOffset !== UNSET && deliveryCompleteCount !== UNSET && highWatermark !== UNSET;
    // Where somebody has set the start far below zero, it may be more than a number tells exactly.
    const behind = Math.min(highWatermark - startOffset - deliveryCompleteCount, Number.MAX_SAFE_INTEGER);
    const lag = isKnown ? Math.max(0, behind) : UNSET;
    return { partitionIndex, startOffset, leaderEpoch, lag, errorCode: errorCode('NONE') };
  });
  const topicId = topic.error === null ? topic.topicId : ZERO_UUID;
  return { topicName, topicId, partitions: await Promise.all(offsets) };
}

/** What members of a group hold of partitions that are led here. */
function heldOf(
  context: RequestContext,
  { groupId, topics }: DescribeShareGroupOffsetsRequestGroup,
): DescribeShareGroupOffsetsResponseGroupInit {
  if (!mayOnGroup(context, 'DESCRIBE', groupId)) return failed(groupId, 'GROUP_AUTHORIZATION_FAILED');
  return {
    groupId,
    errorCode: errorCode('NONE'),
    topics: (topics ?? []).map(({ topicName, partitions }) => {
      const topic = shareTopic(context, 'DESCRIBE', topicName);
      const topicId = topic.error === null ? topic.topicId : ZERO_UUID;
      return {
        ...{ topicName, topicId },
        partitions: partitions.map((partitionIndex) => {
          if (topic.error !== null) return nothing(partitionIndex, topic.error);
          const key = { group: groupId, topicId, partition: partitionIndex };
          const held = context.services.sharePartitions.find(key)?.held;
          // Nobody reads there now, or it is led elsewhere.
          if (held === undefined) return nothing(partitionIndex, 'NONE');
          return {
            ...nothing(partitionIndex, 'NONE'),
            ...{ ...held, deliveries: [...held.deliveries], oldestLockMs: held.oldestLockMs ?? UNSET },
          };
        }),
      };
    }),
  };
}

function nothing(partitionIndex: number, error: ErrorName) {
  return { partitionIndex, startOffset: UNSET, leaderEpoch: 0, lag: UNSET, errorCode: errorCode(error) };
}

function failed(groupId: string, error: ErrorName): DescribeShareGroupOffsetsResponseGroupInit {
  return { groupId, topics: [], errorCode: errorCode(error) };
}
