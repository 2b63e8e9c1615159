/**
 * TxnOffsetCommit v0-5
 * Stores how far a group has come, to count once the transaction is committed.
 *
 * 2  leader epoch of the committed offset
 * 3  flexible; member, generation and group instance id, so that a member that was put out is refused (KIP-447)
 * 4  the answer may be TRANSACTION_ABORTABLE (KIP-890)
 * 5  also adds the group to the transaction (KIP-890)
 */
import { api, array, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const txnOffsetCommit = api({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  request: {
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32({ versions: '3+', default: -1 }),
    memberId: string({ versions: '3+', default: '' }),
    groupInstanceId: string({ versions: '3+', nullable: '3+', default: null }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ versions: '2+', default: -1, ignorable: true }),
            committedMetadata: string({ nullable: '0+' }),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32(),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
          }),
        ),
      }),
    ),
  },
});
