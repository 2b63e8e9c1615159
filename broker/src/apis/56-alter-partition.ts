import { type ErrorName, errorCode } from '@millrace/protocol';
import { type AlterPartitionResponseInit, alterPartition as api } from '@millrace/protocol/messages';
import type { AlteredPartition } from '../core/controller/alter-partition.ts';
import { CLUSTER, defineApi } from './api.ts';

/** Stands for a broker epoch that the leader does not know. */
const UNKNOWN_EPOCH = -1;
/** The leader has all that was acknowledged. */
const RECOVERED = 0;

/**
 * AlterPartition v2-3
 *
 * - The leader of a partition asks for another in-sync set. Each partition is decided by itself and answered when the change is
 *   committed.
 * - FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION where the leader is behind; INELIGIBLE_REPLICA where a member is fenced, on its
 *   way down or restarted since the leader saw it; STALE_BROKER_EPOCH.
 *
 * Versions: v3 broker epochs of the members.
 *
 * Not implemented: nothing.
 */
export const alterPartition = defineApi({
  api,
  versions: [2, 3],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, request): Promise<AlterPartitionResponseInit> {
    if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    const partitions = request.topics.flatMap(({ topicId, partitions: asked }) =>
      asked.map(({ partitionIndex, newIsr, newIsrWithEpochs, leaderRecoveryState, ...epochs }) => ({
        topicId,
        partition: partitionIndex,
        ...epochs,
        isRecovering: leaderRecoveryState !== RECOVERED,
        isr:
          context.version >= 3
            ? newIsrWithEpochs.map(({ brokerId, brokerEpoch }) => ({ id: brokerId, epoch: brokerEpoch }))
            : newIsr.map((id) => ({ id, epoch: UNKNOWN_EPOCH })),
      })),
    );
    const { brokerId, brokerEpoch } = request;
    const result = await context.services.controller.alterPartitions({
      brokerId,
      epoch: brokerEpoch,
      partitions,
    });
    if (result.error !== null) return failed(result.error);
    // They are answered in the order in which they were asked for.
    const altered = result.partitions.map(answerOf);
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      topics: request.topics.map(({ topicId, partitions: asked }) => ({
        topicId,
        partitions: altered.splice(0, asked.length),
      })),
    };
  },
  refuse: (_request, error) => failed(error),
});

function answerOf(one: AlteredPartition) {
  const isAltered = one.error === null;
  return {
    partitionIndex: one.partition,
    errorCode: errorCode(one.error ?? 'NONE'),
    leaderId: isAltered ? one.leader : 0,
    leaderEpoch: isAltered ? one.leaderEpoch : 0,
    isr: isAltered ? one.isr : [],
    partitionEpoch: isAltered ? one.partitionEpoch : 0,
  };
}

function failed(error: ErrorName): AlterPartitionResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), topics: [] };
}
