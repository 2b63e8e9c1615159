import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  consumerGroupHeartbeat as api,
  type ConsumerGroupHeartbeatResponseInit,
} from '@millrace/protocol/messages';
import type { ConsumerHeartbeatResult } from '../core/group/consumer/heartbeat-command.ts';
import { defineApi, type RequestContext } from './api.ts';
import { groupCaller, mayOnGroup } from './group-caller.ts';

const NOT_SAID = -1;
const REGEX_VERSION = 1;

/**
 * ConsumerGroupHeartbeat v0-1
 *
 * - Epoch 0 joins, -1 leaves, -2 is a static member that comes back; else the member says what it has, and learns what
 *   it may use: partitions come only after whoever had them said that it gave them up.
 * - The coordinator assigns, by `uniform` or `range`; racks count for neither, as in Kafka 4.
 * - A member whose epoch is not the one that the coordinator knows is fenced, but for the one before, whose successor
 *   may have been lost on the way.
 * - A regular expression stands for the topics that its members may describe: new topics are tried with the next heartbeat, all of them
 *   every ten minutes.
 * - While the group is on its way to an assignment, members are asked to come every 500 ms, so that steps follow quickly.
 * - A classic group of the same name gives way where it is empty; one with members of consumers goes over to this protocol
 *   (`group.consumer.migration.policy`), its members go on in theirs, and it goes back when the last one of this protocol left.
 *
 * Versions: v1 regular expressions (RE2's syntax), and members make their own ids.
 *
 * Not implemented: nothing.
 */
export const consumerGroupHeartbeat = defineApi({
  api,
  versions: [0, 1],
  access: [
    ['READ', 'GROUP'],
    ['DESCRIBE', 'TOPIC'],
  ],
  async handle(context, request): Promise<ConsumerGroupHeartbeatResponseInit> {
    const { groupId, subscribedTopicNames } = request;
    if (!mayOnGroup(context, 'READ', groupId)) return refused('GROUP_AUTHORIZATION_FAILED');
    if (subscribedTopicNames?.some((name) => !mayDescribe(context, name)))
      return refused('TOPIC_AUTHORIZATION_FAILED');
    const result = await context.services.groups.consumerHeartbeat({
      ...groupCaller(context),
      group: groupId,
      memberId: request.memberId,
      memberEpoch: request.memberEpoch,
      instanceId: request.instanceId,
      rackId: request.rackId,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs === NOT_SAID ? null : request.rebalanceTimeoutMs,
      subscribedTopics: subscribedTopicNames,
      subscribedRegex: request.subscribedTopicRegex,
      serverAssignor: request.serverAssignor,
      owned: request.topicPartitions,
      requiresMemberId: context.version >= REGEX_VERSION,
      mayDescribe: (topic) => mayDescribe(context, topic),
    });
    return response(result);
  },
  refuse: (_request, error) => refused(error),
});

function mayDescribe(context: RequestContext, name: string): boolean {
  return context.authorize('DESCRIBE', { type: 'TOPIC', name });
}

function response(result: ConsumerHeartbeatResult): ConsumerGroupHeartbeatResponseInit {
  if (result.error !== null) return refused(result.error, result.message);
  const { memberId, memberEpoch, heartbeatIntervalMs, assignment } = result;
  return {
    throttleTimeMs: 0,
    errorCode: errorCode('NONE'),
    memberId,
    memberEpoch,
    heartbeatIntervalMs,
    assignment: assignment && { topicPartitions: assignment },
  };
}

function refused(error: ErrorName, errorMessage: string | null = null): ConsumerGroupHeartbeatResponseInit {
  return {
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    errorMessage,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
  };
}
