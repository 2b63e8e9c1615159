import { errorCode } from '@millrace/protocol';
import {
  shareGroupHeartbeat as api,
  type ShareGroupHeartbeatResponseInit,
} from '@millrace/protocol/messages';
import { toTopicPartitions } from '../core/share/topic-partitions.ts';
import { defineApi } from './api.ts';
import { groupCaller, mayOnGroup } from './group-caller.ts';

/**
 * ShareGroupHeartbeat v1
 *
 * - Joins (member epoch 0), stays in and leaves (-1) a share group; told are the partitions to read, where they have changed.
 * - Who joins first waits until the group has begun in its partitions, and is told them at once; in Kafka with a later heartbeat.
 * - The assignor is Kafka's `simple`; an assignment is made when a member comes or goes, not at intervals.
 *
 * Versions: v1 is the first stable one.
 *
 * Not implemented: nothing. `share.assignment.interval.ms` has no effect: assignments are cheap here.
 */
export const shareGroupHeartbeat = defineApi({
  api,
  versions: [1, 1],
  access: [
    ['READ', 'GROUP'],
    ['DESCRIBE', 'TOPIC'],
  ],
  async handle(context, request): Promise<ShareGroupHeartbeatResponseInit> {
    const { groupId: group, memberId, memberEpoch, rackId, subscribedTopicNames } = request;
    if (!mayOnGroup(context, 'READ', group)) return failed('GROUP_AUTHORIZATION_FAILED');
    if (group === '') return failed('INVALID_REQUEST', 'A group has a name.');
    const denied = subscribedTopicNames?.some(
      (name) => !context.authorize('DESCRIBE', { type: 'TOPIC', name }),
    );
    if (denied === true) return failed('TOPIC_AUTHORIZATION_FAILED');
    const result = await context.services.shareGroups.heartbeat({
      ...groupCaller(context),
      group,
      memberId,
      memberEpoch,
      rackId,
      subscribedTopics: subscribedTopicNames,
    });
    if (result.error !== null) return failed(result.error, result.message);
    const { heartbeatIntervalMs, assignment } = result;
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      memberId,
      memberEpoch: result.memberEpoch,
      heartbeatIntervalMs,
      assignment: assignment && { topicPartitions: [...toTopicPartitions(assignment)] },
    };
  },
  refuse: (_request, error) => failed(error),
});

function failed(
  error: Parameters<typeof errorCode>[0],
  errorMessage: string | null = null,
): ShareGroupHeartbeatResponseInit {
  return {
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    errorMessage,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
  };
}
