import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  listTransactions as api,
  type ListTransactionsRequest,
  type ListTransactionsResponseInit,
} from '@millrace/protocol/messages';
import { type TransactionState, transactionStates } from '../core/transaction/transaction.ts';
import type { TransactionListing } from '../runtime/services.ts';
import { topicPattern } from '../runtime/topic-pattern.ts';
import { defineApi } from './api.ts';

/** States of Kafka's that nothing is ever stored in: known, but nothing is found by them. */
const PASSING_STATES: readonly string[] = ['Dead', 'PrepareEpochFence'];
const KNOWN_STATES: ReadonlySet<string> = new Set([...transactionStates, ...PASSING_STATES]);

/**
 * ListTransactions v0-2
 *
 * - The transactional ids that this broker coordinates, by producer id, state, time since they began and pattern of the id.
 *   States that nobody knows are named in the answer, and nothing is found by them.
 *
 * Versions: v1 those open for longer than a given time (KIP-994); v2 a regular expression for the id (KIP-1152), in the
 * syntax of RE2, which must match all of it.
 *
 * Not implemented: nothing.
 */
export const listTransactions = defineApi({
  api,
  versions: [0, 2],
  access: [['DESCRIBE', 'TRANSACTIONAL_ID']],
  async handle(context, request): Promise<ListTransactionsResponseInit> {
    const pattern = patternOf(request.transactionalIdPattern);
    if (pattern === undefined) return failed('INVALID_REGULAR_EXPRESSION');
    const found = await context.services.transactions.list();
    if (typeof found === 'string') return failed(found);
    const { wallMs } = context.services.clock.now();
    const isAsked = filterOf(request, wallMs);
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      unknownStateFilters: request.stateFilters.filter((state) => !KNOWN_STATES.has(state)),
      transactionStates: found
        .filter(isAsked)
        .filter(({ transactionalId: name }) => pattern?.(name) ?? true)
        .filter(({ transactionalId: name }) =>
          context.authorize('DESCRIBE', { type: 'TRANSACTIONAL_ID', name }),
        )
        .map(({ transactionalId, transaction: { producerId, state } }) => ({
          transactionalId,
          producerId,
          transactionState: state satisfies TransactionState,
        })),
    };
  },
  refuse: (_request, error) => failed(error),
});

/** Null: no pattern; undefined: none that can be read. */
function patternOf(text: string | null): ((id: string) => boolean) | null | undefined {
  if (text === null || text === '') return null;
  const pattern = topicPattern(text);
  return typeof pattern === 'function' ? pattern : undefined;
}

function filterOf(
  { producerIdFilters, stateFilters, durationFilter }: ListTransactionsRequest,
  nowMs: number,
): (listing: TransactionListing) => boolean {
  const producerIds = new Set(producerIdFilters);
  const states = new Set(stateFilters);
  return ({ transaction: { producerId, state, startMs } }) => {
    if (producerIds.size > 0 && !producerIds.has(producerId)) return false;
    if (states.size > 0 && !states.has(state)) return false;
    return durationFilter < 0 || nowMs - startMs > durationFilter;
  };
}

function failed(error: ErrorName): ListTransactionsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), unknownStateFilters: [], transactionStates: [] };
}
