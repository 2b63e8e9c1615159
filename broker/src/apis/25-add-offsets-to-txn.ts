import { type ErrorName, errorCode } from '@millrace/protocol';
import { type AddOffsetsToTxnResponseInit, addOffsetsToTxn as api } from '@millrace/protocol/messages';
import { OFFSETS_TOPIC } from '../runtime/auto-created-topic.ts';
import { defineApi } from './api.ts';
import { mayOnGroup } from './group-caller.ts';
import { fencedError } from './transaction-errors.ts';

const FENCED_VERSION = 2;

/**
 * AddOffsetsToTxn v0-4
 *
 * - The partition of `__consumer_offsets` that keeps the group takes part in the producer's transaction. It waits for the
 *   one before as AddPartitionsToTxn does.
 *
 * Versions: v2 PRODUCER_FENCED; v3 flexible; v4 TRANSACTION_ABORTABLE.
 *
 * Not implemented: nothing.
 */
export const addOffsetsToTxn = defineApi({
  api,
  versions: [0, 4],
  access: [
    ['WRITE', 'TRANSACTIONAL_ID'],
    ['READ', 'GROUP'],
  ],
  async handle(context, request): Promise<AddOffsetsToTxnResponseInit> {
    const { transactionalId, producerId, producerEpoch, groupId } = request;
    if (!context.authorize('WRITE', { type: 'TRANSACTIONAL_ID', name: transactionalId }))
      return answer('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
    if (!mayOnGroup(context, 'READ', groupId)) return answer('GROUP_AUTHORIZATION_FAILED');
    if (transactionalId === '') return answer('INVALID_REQUEST');
    const { groups, transactions, config } = context.services;
    await groups.findCoordinator(groupId);
    const partition = groups.partitionOf(groupId);
    if (partition === null) return answer('COORDINATOR_NOT_AVAILABLE');
    const partitions = new Map([[OFFSETS_TOPIC, new Set([partition])]]);
    const waitMs = config.values['add.partitions.to.txn.retry.backoff.max.ms'];
    const command = { transactionalId, producerId, producerEpoch, partitions, clientVersion: 0, waitMs };
    const { error } = await transactions.addPartitions(command);
    return answer(fencedError(error, context.version, FENCED_VERSION));
  },
  refuse: (_request, error) => answer(error),
});

function answer(error: ErrorName | null): AddOffsetsToTxnResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error ?? 'NONE') };
}
