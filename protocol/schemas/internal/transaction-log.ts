/**
 * TransactionLogKey v0, TransactionLogValue v0-1
 * `__transaction_state`: what the coordinator knows of a transactional id. An int16 version stands before key and value.
 *
 * Values, by version:
 * 1   flexible; ids and epochs before and after this one, and the version of transactions that the client uses (KIP-890)
 */
import { array, int8, int16, int32, int64, message, string, structure } from '../../src/schema/schema.ts';

export const transactionLogKey = message({
  name: 'TransactionLogKey',
  versions: '0',
  flexible: 'none',
  fields: {
    transactionalId: string(),
  },
});

const partitionsSchema = structure('Partitions', {
  topic: string(),
  partitionIds: array('int32'),
});

export const transactionLogValue = message({
  name: 'TransactionLogValue',
  versions: '0-1',
  flexible: '1+',
  fields: {
    producerId: int64(),
    previousProducerId: int64({ versions: '1+', tag: 0, default: -1 }),
    nextProducerId: int64({ versions: '1+', tag: 1, default: -1 }),
    producerEpoch: int16(),
    nextProducerEpoch: int16({ versions: '1+', tag: 3, default: -1 }),
    transactionTimeoutMs: int32(),
    transactionStatus: int8(),
    transactionPartitions: array(partitionsSchema, { nullable: '0+' }),
    transactionLastUpdateTimestampMs: int64(),
    transactionStartTimestampMs: int64(),
    clientTransactionVersion: int16({ versions: '1+', tag: 2, default: 0 }),
  },
});
