/**
 * ShareAcknowledge v1-2
 * A member of a share group acknowledges records without asking for more (KIP-932).
 *
 * 1  the lowest version left
 * 2  renewal of acquisition locks (KIP-1222)
 */
import { api, array, bool, int16, int32, int64, one, string, structure, uuid } from '../src/schema/schema.ts';

export const shareAcknowledge = api({
  key: 79,
  name: 'ShareAcknowledge',
  versions: '1-2',
  flexible: '1+',
  listeners: ['broker'],
  request: {
    groupId: string({ nullable: '1+', default: null }),
    memberId: string({ nullable: '1+' }),
    shareSessionEpoch: int32(),
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
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '1+', default: null }),
    acquisitionLockTimeoutMs: int32({ versions: '2+', ignorable: true }),
    responses: array(
      structure('Topic', {
        topicId: uuid(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '1+', default: null }),
            currentLeader: one(
              structure('LeaderIdAndEpoch', {
                leaderId: int32(),
                leaderEpoch: int32(),
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
