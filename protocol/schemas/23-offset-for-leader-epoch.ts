/**
 * OffsetForLeaderEpoch v2-4
 * Where a leader epoch ended: how readers find out that a log was cut behind them (KIP-320).
 *
 * 2   the lowest version left; the epoch that the reader believes in
 * 3   who asks: a follower's id, -1 a consumer, -2 a debugging one
 * 4   flexible
 */
import { api, array, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const offsetForLeaderEpoch = api({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: '2-4',
  flexible: '4+',
  listeners: ['broker'],
  request: {
    replicaId: int32({ versions: '3+', default: -2, ignorable: true }),
    topics: array(
      structure('Topic', {
        topic: string(),
        partitions: array(
          structure('Partition', {
            partition: int32(),
            currentLeaderEpoch: int32({ default: -1, ignorable: true }),
            leaderEpoch: int32(),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      structure('Topic', {
        topic: string(),
        partitions: array(
          structure('Partition', {
            errorCode: int16(),
            partition: int32(),
            leaderEpoch: int32({ default: -1, ignorable: true }),
            endOffset: int64({ default: -1 }),
          }),
        ),
      }),
    ),
  },
});
