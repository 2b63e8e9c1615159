import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  txnOffsetCommit as api,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitRequestTopic,
  type TxnOffsetCommitResponseInit,
} from '@millrace/protocol/messages';
import type { CommitResult } from '../core/group/commit-offsets.ts';
import { OFFSETS_TOPIC } from '../runtime/auto-created-topic.ts';
import { defineApi, type RequestContext } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

const LOAD_IN_PROGRESS_VERSION = 2;
const ABORTABLE_VERSION = 4;
const ADDS_GROUP_VERSION = 5;

/**
 * TxnOffsetCommit v0-5
 *
 * - The offsets are in the log when it is answered, and count once the transaction is committed. Until then OffsetFetch
 *   that asks for stable offsets gets UNSTABLE_OFFSET_COMMIT for them.
 * - The group's partition must take part in the transaction: by AddOffsetsToTxn, or (v5) by this request.
 * - A member that is not one of this generation is refused; who names no member is taken at its word (KIP-447).
 *
 * Versions: v2 leader epoch; v3 member, generation, group instance id; v4 TRANSACTION_ABORTABLE; v5 adds the group (KIP-890).
 *
 * Not implemented: nothing.
 */
export const txnOffsetCommit = defineApi({
  api,
  versions: [0, 5],
  access: [
    ['WRITE', 'TRANSACTIONAL_ID'],
    ['READ', 'GROUP'],
    ['READ', 'TOPIC'],
  ],
  async handle(context, request): Promise<TxnOffsetCommitResponseInit> {
    const { transactionalId, groupId } = request;
    if (!context.authorize('WRITE', { type: 'TRANSACTIONAL_ID', name: transactionalId }))
      return failed(request, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
    if (!mayOnGroup(context, 'READ', groupId)) return failed(request, 'GROUP_AUTHORIZATION_FAILED');
    const problems = request.topics.map(({ name, partitions }) =>
      partitions.map(({ partitionIndex }) => partitionProblem(context, name, partitionIndex)),
    );
    const valid = request.topics.map((topic, at) => ({
      ...topic,
      partitions: topic.partitions.filter((_, index) => problems[at]?.[index] === null),
    }));
    const hasAny = valid.some(({ partitions }) => partitions.length > 0);
    const result: CommitResult = hasAny
      ? await commit(context, request, valid)
      : { error: null, offsets: [] };
    const errors = (result.error === null ? result.offsets : []).values();
    const next = () => toldTo(context.version, result.error ?? errors.next().value ?? null);
    return {
      throttleTimeMs: 0,
      topics: request.topics.map(({ name, partitions }, at) => ({
        name,
        partitions: partitions.map(({ partitionIndex }, index) => ({
          partitionIndex,
          errorCode: errorCode(problems[at]?.[index] ?? next() ?? 'NONE'),
        })),
      })),
    };
  },
  refuse: failed,
});

function partitionProblem(context: RequestContext, topic: string, partition: number): ErrorName | null {
  if (!context.authorize('READ', { type: 'TOPIC', name: topic })) return 'TOPIC_AUTHORIZATION_FAILED';
  const image = context.services.metadata.image().topicsByName.get(topic);
  return image?.partitions[partition] === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : null;
}

async function commit(
  context: RequestContext,
  request: TxnOffsetCommitRequest,
  topics: readonly TxnOffsetCommitRequestTopic[],
): Promise<CommitResult> {
  const { groups, transactions, config } = context.services;
  const { transactionalId, producerId, producerEpoch, groupId } = request;
  if (groupId === '') return { error: 'INVALID_GROUP_ID' };
  if (transactionalId === '') return { error: 'INVALID_REQUEST' };
  const partition = groups.partitionOf(groupId);
  if (partition === null) return { error: 'NOT_COORDINATOR' };
  const partitions = new Map([[OFFSETS_TOPIC, new Set([partition])]]);
  const write = () =>
    groups.commitTransactionOffsets({
      group: groupId,
      generation: request.generationId,
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      producer: { producerId, producerEpoch },
      offsets: topics.flatMap(offsetsOf),
    });
  const adds = context.version >= ADDS_GROUP_VERSION;
  if (!adds && !config.values['transaction.partition.verification.enable']) return await write();
  const query = { transactionalId, producerId, producerEpoch, partitions };
  const known = () => {
    const led = context.services.partitions.leader(OFFSETS_TOPIC, partition);
    return typeof led === 'string' ? led : led.log.producers.get(producerId);
  };
  const how = { adds, isOpen: false, known };
  return await transactions.within<Promise<CommitResult> | CommitResult>(query, how, write, (error) => ({
    error,
  }));
}

function offsetsOf({ name, partitions }: TxnOffsetCommitRequestTopic) {
  return partitions.map((partition) => ({
    topic: name,
    topicId: ZERO_UUID,
    partition: partition.partitionIndex,
    offset: partition.committedOffset,
    leaderEpoch: partition.committedLeaderEpoch,
    metadata: partition.committedMetadata,
  }));
}

/** Clients of before are told what they know. */
function toldTo(version: number, error: ErrorName | null): ErrorName | null {
  switch (error) {
    case 'COORDINATOR_LOAD_IN_PROGRESS':
      return version < LOAD_IN_PROGRESS_VERSION ? 'COORDINATOR_NOT_AVAILABLE' : error;
    case 'TRANSACTION_ABORTABLE':
      return version < ABORTABLE_VERSION ? 'INVALID_TXN_STATE' : error;
    case 'PRODUCER_FENCED':
      return 'INVALID_PRODUCER_EPOCH';
    default:
      return error;
  }
}

function failed(request: TxnOffsetCommitRequest, error: ErrorName): TxnOffsetCommitResponseInit {
  return {
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCode(error) })),
    })),
  };
}
