import type { ErrorName } from '@millrace/protocol';
import type { ReplyTo } from '../effects.ts';
import { JOIN_EPOCH, LEAVE_EPOCH, LEAVE_STATIC_EPOCH } from './consumer-member.ts';
import type { PartitionList } from './partitions.ts';
import type { TopicPattern } from './subscriptions.ts';

/** ConsumerGroupHeartbeat. Null: not said, so as before. */
export interface ConsumerHeartbeatCommand {
  readonly reply: ReplyTo<ConsumerHeartbeatResult>;
  readonly group: string;
  /** Empty: the coordinator makes one (v0). */
  readonly memberId: string;
  /** 0 to join, -1 to leave, -2 where a static member leaves for a while. */
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number | null;
  readonly subscribedTopics: readonly string[] | null;
  /** Empty: none. */
  readonly subscribedRegex: string | null;
  readonly serverAssignor: string | null;
  /** What the member has. */
  readonly owned: readonly PartitionList[] | null;
  /** Since v1 a member makes its own id. */
  readonly requiresMemberId: boolean;
  readonly mayDescribe: (topic: string) => boolean;
}

export type ConsumerHeartbeatResult =
  | { readonly error: ErrorName; readonly message: string | null }
  | {
      readonly error: null;
      readonly memberId: string;
      readonly memberEpoch: number;
      readonly heartbeatIntervalMs: number;
      /** What the member may use; null: as it was told before. */
      readonly assignment: readonly PartitionList[] | null;
    };

export interface HeartbeatRefusal {
  readonly error: ErrorName;
  readonly message: string;
}

/** What is wrong with a request by itself. */
export function heartbeatProblem(
  command: ConsumerHeartbeatCommand,
  rules: { readonly topicPattern: (regex: string) => TopicPattern; readonly assignors: readonly string[] },
): HeartbeatRefusal | null {
  const invalid = (message: string): HeartbeatRefusal => ({ error: 'INVALID_REQUEST', message });
  const { memberId, memberEpoch, instanceId, rackId, serverAssignor, subscribedRegex } = command;
  if (command.group === '') return invalid("GroupId can't be empty.");
  if (instanceId === '') return invalid("InstanceId can't be empty.");
  if (rackId === '') return invalid("RackId can't be empty.");
  if (memberId === '' && (command.requiresMemberId || memberEpoch !== JOIN_EPOCH))
    return invalid("MemberId can't be empty.");
  if (memberEpoch < LEAVE_STATIC_EPOCH) return invalid('MemberEpoch is invalid.');
  if (memberEpoch === LEAVE_STATIC_EPOCH && instanceId === null) return invalid("InstanceId can't be null.");
  if (memberEpoch === JOIN_EPOCH) {
    const problem = joinProblem(command);
    if (problem !== null) return invalid(problem);
  }
  if (serverAssignor !== null && !rules.assignors.includes(serverAssignor))
    return {
      error: 'UNSUPPORTED_ASSIGNOR',
      message: `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${rules.assignors.join(', ')}.`,
    };
  if (subscribedRegex === null || subscribedRegex === '' || memberEpoch <= LEAVE_EPOCH) return null;
  const pattern = rules.topicPattern(subscribedRegex);
  if (typeof pattern === 'function') return null;
  return {
    error: 'INVALID_REGULAR_EXPRESSION',
    message: `SubscribedTopicRegex \`${subscribedRegex}\` is not a valid regular expression: ${pattern.problem}.`,
  };
}

function joinProblem(command: ConsumerHeartbeatCommand): string | null {
  if (command.rebalanceTimeoutMs === null) return 'RebalanceTimeoutMs must be provided in first request.';
  if (command.owned === null || command.owned.length > 0)
    return 'TopicPartitions must be empty when (re-)joining.';
  if (command.subscribedTopics === null && command.subscribedRegex === null)
    return 'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.';
  return null;
}
