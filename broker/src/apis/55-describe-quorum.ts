import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeQuorum as api,
  type DescribeQuorumRequest,
  type DescribeQuorumResponseInit,
  type DescribeQuorumResponsePartitionInit,
} from '@millrace/protocol/messages';
import { CLUSTER_METADATA_TOPIC } from '../core/controller/topic-names.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';

const NODES_VERSION = 2;

/**
 * DescribeQuorum v0-2
 *
 * - Leader, epoch, high watermark and voters of `__cluster_metadata-0`. This node is its one voter, and there are no
 *   observers.
 * - Any other topic or partition: UNKNOWN_TOPIC_OR_PARTITION, for each that was asked for.
 *
 * Versions: v1 times of the last fetch; v2 directory ids, nodes, messages.
 *
 * Not implemented: a listener of controllers: the node has no endpoint there.
 */
export const describeQuorum = defineApi({
  api,
  versions: [0, 2],
  access: [['DESCRIBE', 'CLUSTER']],
  handle(context, request): DescribeQuorumResponseInit {
    if (!context.authorize('DESCRIBE', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    if (!asksForTheQuorum(request)) return unknown(request);
    const { nodeId } = context.services.config;
    return {
      errorCode: errorCode('NONE'),
      errorMessage: '',
      topics: [{ topicName: CLUSTER_METADATA_TOPIC, partitions: [described(context)] }],
      nodes: context.version >= NODES_VERSION ? [{ nodeId, listeners: [] }] : [],
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
  const { leaderEpoch, highWatermark, endOffset, directoryId } = services.quorum.state();
  const { nodeId } = services.config;
  const { wallMs } = services.clock.now();
  return {
    partitionIndex: 0,
    errorCode: errorCode('NONE'),
    errorMessage: '',
    leaderId: nodeId,
    leaderEpoch,
    highWatermark,
    currentVoters: [
      {
        replicaId: nodeId,
        replicaDirectoryId: version >= NODES_VERSION ? directoryId : ZERO_UUID,
        logEndOffset: endOffset,
        lastFetchTimestamp: wallMs,
        lastCaughtUpTimestamp: wallMs,
      },
    ],
    observers: [],
  };
}

function unknown({ topics }: DescribeQuorumRequest): DescribeQuorumResponseInit {
  const error = errorCode('UNKNOWN_TOPIC_OR_PARTITION');
  return {
    errorCode: errorCode('NONE'),
    errorMessage: '',
    topics: topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: error,
        errorMessage: 'The quorum keeps __cluster_metadata-0 only.',
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
