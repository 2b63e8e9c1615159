/**
 * OffsetFetch v1-10
 * How far a group has come.
 *
 * 1   the lowest version left
 * 2   null topics mean all of them; an error code for the whole answer
 * 5   leader epoch of the committed offset
 * 6   flexible
 * 7   may insist on offsets that no open transaction can still change (KIP-447)
 * 8   several groups in one request (KIP-709)
 * 9   member id and epoch of the new consumer protocol (KIP-848)
 * 10  topics by id instead of by name (KIP-848)
 */
import { api, array, bool, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

export const offsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: '1-10',
  flexible: '6+',
  listeners: ['broker'],
  request: {
    groupId: string({ versions: '1-7' }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitionIndexes: array('int32'),
      }),
      { versions: '1-7', nullable: '2-7' },
    ),
    groups: array(
      structure('Group', {
        groupId: string(),
        memberId: string({ versions: '9+', nullable: '9+', default: null, ignorable: true }),
        memberEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
        topics: array(
          structure('GroupTopic', {
            name: string({ versions: '8-9', ignorable: true }),
            topicId: uuid({ versions: '10+', ignorable: true }),
            partitionIndexes: array('int32'),
          }),
          { nullable: '8+' },
        ),
      }),
      { versions: '8+' },
    ),
    requireStable: bool({ versions: '7+', default: false }),
  },
  response: {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ versions: '5-7', default: -1, ignorable: true }),
            metadata: string({ nullable: '1-7' }),
            errorCode: int16(),
          }),
        ),
      }),
      { versions: '1-7' },
    ),
    errorCode: int16({ versions: '2-7', default: 0, ignorable: true }),
    groups: array(
      structure('Group', {
        groupId: string(),
        topics: array(
          structure('GroupTopic', {
            name: string({ versions: '8-9', ignorable: true }),
            topicId: uuid({ versions: '10+', ignorable: true }),
            partitions: array(
              structure('GroupPartition', {
                partitionIndex: int32(),
                committedOffset: int64(),
                committedLeaderEpoch: int32({ default: -1, ignorable: true }),
                metadata: string({ nullable: '8+' }),
                errorCode: int16(),
              }),
            ),
          }),
        ),
        errorCode: int16({ default: 0 }),
      }),
      { versions: '8+' },
    ),
  },
});
