/**
 * OffsetCommit v2-10
 * Stores how far a group has come.
 *
 * 2   the lowest version left
 * 5   no retention time of its own any more
 * 6   leader epoch of the committed offset
 * 7   group instance id (KIP-345)
 * 8   flexible
 * 9   members of the new consumer protocol may use it (KIP-848)
 * 10  topics by id instead of by name (KIP-848)
 */
import { api, array, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

export const offsetCommit = api({
  key: 8,
  name: 'OffsetCommit',
  versions: '2-10',
  flexible: '8+',
  listeners: ['broker'],
  request: {
    groupId: string(),
    generationIdOrMemberEpoch: int32({ default: -1, ignorable: true }),
    memberId: string({ ignorable: true }),
    groupInstanceId: string({ versions: '7+', nullable: '7+', default: null }),
    retentionTimeMs: int64({ versions: '2-4', default: -1, ignorable: true }),
    topics: array(
      structure('Topic', {
        name: string({ versions: '2-9', ignorable: true }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ versions: '6+', default: -1, ignorable: true }),
            committedMetadata: string({ nullable: '2+' }),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    topics: array(
      structure('Topic', {
        name: string({ versions: '2-9', ignorable: true }),
        topicId: uuid({ versions: '10+', ignorable: true }),
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
