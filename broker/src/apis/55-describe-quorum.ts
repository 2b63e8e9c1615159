import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeQuorum as api,
  type DescribeQuorumRequest,
  type DescribeQuorumResponseInit,
  type DescribeQuorumResponsePartitionInit,
} from '@millrace/protocol/messages';
import { CLUSTER_METADATA_TOPIC } from '../core/controller/topic-names.ts';
import type { QuorumMember } from '../runtime/services.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';

const NODES_VERSION = 2;
const CONTROLLER_LISTENER = 'CONTROLLER';
const NOT_KEPT = 'The quorum keeps __cluster_metadata-0 only.';

/**
 * DescribeQuorum v0-2
 *
 * - Leader, epoch, high watermark, voters and observers of `__cluster_metadata-0`; answered by the leader, to which other brokers
 *   hand the question on.
 * - NOT_LEADER_OR_FOLLOWER from a controller that does not lead.
 * - Any other topic or partition: UNKNOWN_TOPIC_OR_PARTITION, for each that was asked for.
 *
 * Versions: v1 times of the last fetch; v2 directory ids, nodes, messages.
 *
 * Not implemented: directory ids of other voters; in a quorum of one the node has no endpoint.
 */
export const describeQuorum = defineApi({
  api,
  versions: [0, 2],
  access: [['DESCRIBE', 'CLUSTER']],
  forwards: true,
  handle(context, request): DescribeQuorumResponseInit {
    if (!context.authorize('DESCRIBE', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    if (!asksForTheQuorum(request)) return failedEach(request, 'UNKNOWN_TOPIC_OR_PARTITION', NOT_KEPT);
    const { endpoints, leaderId } = context.services.quorum.state();
    if (leaderId !== context.services.config.nodeId)
      return failedEach(request, 'NOT_LEADER_OR_FOLLOWER', 'This node does not lead the quorum.');
    const nodes = [...endpoints].map(([nodeId, endpoint]) => ({
      nodeId,
      listeners: endpoint.port === 0 ? [] : [{ name: CONTROLLER_LISTENER, ...endpoint }],
    }));
    return {
      errorCode: errorCode('NONE'),
      errorMessage: '',
      topics: [{ topicName: CLUSTER_METADATA_TOPIC, partitions: [described(context)] }],
      nodes: context.version >= NODES_VERSION ? nodes : [],
    };
  },
  refuse: (_request, error) => failed(error),
});

function asksForTheQuorum({ topics }: DescribeQuorumRequest): boolean {
  const [topic, ...more] = topics;
  const [partition, ...others] = topic?.partitions ?? [];
  const isOne = more.length === 0 && others.length === 0;
  return isOne && topic?.topicName === CLUSTER_METADATA_TOPIC && partition?.partitionIndex === 0;
}

function described({ services, version }: RequestContext): DescribeQuorumResponsePartitionInit {
  const { leaderId, leaderEpoch, highWatermark, voters, observers } = services.quorum.state();
  return {
    partitionIndex: 0,
    errorCode: errorCode('NONE'),
    errorMessage: '',
    leaderId,
    leaderEpoch,
    highWatermark,
    currentVoters: voters.map((member) => describedMember(member, version)),
    observers: observers.map((member) => describedMember(member, version)),
  };
}

function describedMember(member: QuorumMember, version: number) {
  return {
    replicaId: member.id,
    replicaDirectoryId: version >= NODES_VERSION ? member.directoryId : ZERO_UUID,
    logEndOffset: member.endOffset,
    lastFetchTimestamp: member.lastFetchMs,
    lastCaughtUpTimestamp: member.lastCaughtUpMs,
  };
}

function failedEach(
  { topics }: DescribeQuorumRequest,
  error: ErrorName,
  errorMessage: string,
): DescribeQuorumResponseInit {
  return {
    errorCode: errorCode('NONE'),
    errorMessage: '',
    topics: topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorCode(error),
        errorMessage,
        leaderId: 0,
        leaderEpoch: 0,
        highWatermark: 0,
        currentVoters: [],
        observers: [],
      })),
    })),
    nodes: [],
  };
}

function failed(error: ErrorName): DescribeQuorumResponseInit {
  return { errorCode: errorCode(error), errorMessage: null, topics: [], nodes: [] };
}
