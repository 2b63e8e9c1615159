/**
 * ListTransactions v0-2
 * Which transactional ids a coordinator knows (KIP-664).
 *
 * 1  those that have been running for longer than a given time (KIP-994)
 * 2  those whose id matches a pattern (KIP-1152)
 */
import { api, array, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const listTransactions = api({
  key: 66,
  name: 'ListTransactions',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    stateFilters: array('string'),
    producerIdFilters: array('int64'),
    durationFilter: int64({ versions: '1+', default: -1 }),
    transactionalIdPattern: string({ versions: '2+', nullable: '2+', default: null }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    unknownStateFilters: array('string'),
    transactionStates: array(
      structure('TransactionState', {
        transactionalId: string(),
        producerId: int64(),
        transactionState: string(),
      }),
    ),
  },
});
