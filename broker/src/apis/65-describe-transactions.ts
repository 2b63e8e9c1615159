import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeTransactions as api,
  type DescribeTransactionsResponseInit,
} from '@millrace/protocol/messages';
import { defineApi, type RequestContext } from './api.ts';

type StateInit = DescribeTransactionsResponseInit['transactionStates'][number];

/**
 * DescribeTransactions v0
 *
 * - What the coordinator has stored of each transactional id; topics that the caller may not describe are left out.
 *
 * Versions: one.
 *
 * Not implemented: nothing.
 */
export const describeTransactions = defineApi({
  api,
  versions: [0, 0],
  access: [
    ['DESCRIBE', 'TRANSACTIONAL_ID'],
    ['DESCRIBE', 'TOPIC'],
  ],
  async handle(context, request): Promise<DescribeTransactionsResponseInit> {
    const states = request.transactionalIds.map((id) => describe(context, id));
    return { throttleTimeMs: 0, transactionStates: await Promise.all(states) };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    transactionStates: request.transactionalIds.map((id) => failed(id, error)),
  }),
});

async function describe(context: RequestContext, transactionalId: string): Promise<StateInit> {
  if (!context.authorize('DESCRIBE', { type: 'TRANSACTIONAL_ID', name: transactionalId }))
    return failed(transactionalId, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  if (transactionalId === '') return failed(transactionalId, 'INVALID_REQUEST');
  const found = await context.services.transactions.describe(transactionalId);
  if (typeof found === 'string') return failed(transactionalId, found);
  const topics = [...found.partitions].filter(([name]) =>
    context.authorize('DESCRIBE', { type: 'TOPIC', name }),
  );
  return {
    errorCode: errorCode('NONE'),
    transactionalId,
    transactionState: found.state,
    transactionTimeoutMs: found.timeoutMs,
    transactionStartTimeMs: found.startMs,
    producerId: found.producerId,
    producerEpoch: found.producerEpoch,
    topics: topics.map(([topic, partitions]) => ({ topic, partitions: [...partitions] })),
  };
}

function failed(transactionalId: string, error: ErrorName): StateInit {
  return {
    errorCode: errorCode(error),
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  };
}
