/**
 * AddPartitionsToTxn v0-5
 * Says, before the first batch, that a partition takes part in a transaction.
 *
 * 2  the answer may be PRODUCER_FENCED
 * 3  flexible; the last version for clients
 * 4  for brokers: many transactions in one request, and the question whether a partition is in (KIP-890)
 * 5  the answer may be TRANSACTION_ABORTABLE (KIP-890)
 */
import { api, array, bool, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

const topic = structure('Topic', {
  name: string(),
  partitions: array('int32'),
});

const partitionResult = structure('PartitionResult', {
  partitionIndex: int32(),
  partitionErrorCode: int16(),
});

const topicResult = structure('TopicResult', {
  name: string(),
  resultsByPartition: array(partitionResult),
});

export const addPartitionsToTxn = api({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  request: {
    transactions: array(
      structure('Transaction', {
        transactionalId: string(),
        producerId: int64(),
        producerEpoch: int16(),
        verifyOnly: bool({ default: false }),
        topics: array(topic),
      }),
      { versions: '4+' },
    ),
    v3AndBelowTransactionalId: string({ versions: '0-3' }),
    v3AndBelowProducerId: int64({ versions: '0-3' }),
    v3AndBelowProducerEpoch: int16({ versions: '0-3' }),
    v3AndBelowTopics: array(topic, { versions: '0-3' }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '4+', ignorable: true }),
    resultsByTransaction: array(
      structure('Result', {
        transactionalId: string(),
        topicResults: array(topicResult),
      }),
      { versions: '4+' },
    ),
    resultsByTopicV3AndBelow: array(topicResult, { versions: '0-3' }),
  },
});
