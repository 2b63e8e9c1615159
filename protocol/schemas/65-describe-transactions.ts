/**
 * DescribeTransactions v0
 * What a coordinator knows of transactional ids (KIP-664).
 */
import { api, array, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const describeTransactions = api({
  key: 65,
  name: 'DescribeTransactions',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    transactionalIds: array('string'),
  },
  response: {
    throttleTimeMs: int32(),
    transactionStates: array(
      structure('TransactionState', {
        errorCode: int16(),
        transactionalId: string(),
        transactionState: string(),
        transactionTimeoutMs: int32(),
        transactionStartTimeMs: int64(),
        producerId: int64(),
        producerEpoch: int16(),
        topics: array(
          structure('Topic', {
            topic: string(),
            partitions: array('int32'),
          }),
        ),
      }),
    ),
  },
});
