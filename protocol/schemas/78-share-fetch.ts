/**
 * ShareFetch v1-2
 * A member of a share group acquires records, and acknowledges those that it has (KIP-932).
 *
 * 1  the lowest version left
 * 2  acquire modes (KIP-1206) and renewal of acquisition locks (KIP-1222)
 */
import {
  api,
  array,
  bool,
  int8,
  int16,
  int32,
  int64,
  one,
  records,
  string,
  structure,
  uuid,
} from '../src/schema/schema.ts';

export const shareFetch = api({
  key: 78,
  name: 'ShareFetch',
  versions: '1-2',
  flexible: '1+',
  listeners: ['broker'],
  request: {
    groupId: string({ nullable: '1+', default: null }),
    memberId: string({ nullable: '1+' }),
    shareSessionEpoch: int32(),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 0x7fffffff }),
    maxRecords: int32(),
    batchSize: int32(),
    shareAcquireMode: int8({ versions: '2+', default: 0, ignorable: true }),
    isRenewAck: bool({ versions: '2+', default: false }),
    topics: array(
      structure('Topic', {
        topicId: uuid(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            acknowledgementBatches: array(
              structure('AcknowledgementBatch', {
                firstOffset: int64(),
                lastOffset: int64(),
                acknowledgeTypes: array('int8'),
              }),
            ),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      structure('ForgottenTopic', {
        topicId: uuid(),
        partitions: array('int32'),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '1+', default: null }),
    acquisitionLockTimeoutMs: int32(),
    responses: array(
      structure('Topic', {
        topicId: uuid(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '1+', default: null }),
            acknowledgeErrorCode: int16(),
            acknowledgeErrorMessage: string({ nullable: '1+', default: null }),
            currentLeader: one(
              structure('LeaderIdAndEpoch', {
                leaderId: int32(),
                leaderEpoch: int32(),
              }),
            ),
            records: records(),
            acquiredRecords: array(
              structure('AcquiredRecords', {
                firstOffset: int64(),
                lastOffset: int64(),
                deliveryCount: int16(),
              }),
            ),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      structure('NodeEndpoint', {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: '1+', default: null }),
      }),
    ),
  },
});
