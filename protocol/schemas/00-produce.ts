/**
 * Produce v3-13
 * A producer hands record batches to the leaders of their partitions.
 *
 * 3   the lowest version left; batches of format 2, transactional id
 * 4   the answer may be KAFKA_STORAGE_ERROR
 * 5   the answer tells the log start offset
 * 7   batches may be compressed with zstd
 * 8   the answer names the records that spoiled a batch
 * 9   flexible
 * 10  the answer names the new leader and its endpoint (KIP-951)
 * 11  the answer may be TRANSACTION_ABORTABLE (KIP-890)
 * 12  in a transaction, also adds the partition to it (KIP-890)
 * 13  topics by id instead of by name (KIP-516)
 *
 * A broker advertises this API from 0, because librdkafka takes the lack of the oldest versions for a lack of
 * compression; what comes in below 3 is refused (KAFKA-18659).
 */
import {
  api,
  array,
  int16,
  int32,
  int64,
  one,
  records,
  string,
  structure,
  uuid,
} from '../src/schema/schema.ts';

export const produce = api({
  key: 0,
  name: 'Produce',
  versions: '3-13',
  flexible: '9+',
  listeners: ['broker'],
  request: {
    transactionalId: string({ nullable: '3+', default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array(
      structure('Topic', {
        name: string({ versions: '3-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitionData: array(
          structure('Partition', {
            index: int32(),
            records: records({ nullable: '3+' }),
          }),
        ),
      }),
    ),
  },
  response: {
    responses: array(
      structure('Topic', {
        name: string({ versions: '3-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitionResponses: array(
          structure('Partition', {
            index: int32(),
            errorCode: int16(),
            baseOffset: int64(),
            logAppendTimeMs: int64({ default: -1, ignorable: true }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            recordErrors: array(
              structure('RecordError', {
                batchIndex: int32(),
                batchIndexErrorMessage: string({ nullable: '8+', default: null }),
              }),
              { versions: '8+', ignorable: true },
            ),
            errorMessage: string({ versions: '8+', nullable: '8+', default: null, ignorable: true }),
            currentLeader: one(
              structure('CurrentLeader', {
                leaderId: int32({ default: -1 }),
                leaderEpoch: int32({ default: -1 }),
              }),
              { versions: '10+', tag: 0 },
            ),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32({ default: 0, ignorable: true }),
    nodeEndpoints: array(
      structure('NodeEndpoint', {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: '10+', default: null }),
      }),
      { versions: '10+', tag: 0 },
    ),
  },
});
