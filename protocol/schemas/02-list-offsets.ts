/**
 * ListOffsets v1-11
 * Finds offsets by timestamp, or by a negative number that stands for a place in the log.
 *
 * 1   the lowest version left; one offset a partition
 * 2   isolation level
 * 4   leader epoch, both ways
 * 5   the answer may be OFFSET_NOT_AVAILABLE
 * 6   flexible
 * 7   -3 asks for the record with the largest timestamp (KIP-734)
 * 8   -4 asks for the start of the local log (KIP-405)
 * 9   -5 asks for the last offset in the remote tier (KIP-1005)
 * 10  how long to wait for the remote tier (KIP-1075)
 * 11  -6 asks for the first offset that is not yet in the remote tier (KIP-1023)
 */
import { api, array, int8, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const listOffsets = api({
  key: 2,
  name: 'ListOffsets',
  versions: '1-11',
  flexible: '6+',
  listeners: ['broker'],
  request: {
    replicaId: int32(),
    isolationLevel: int8({ versions: '2+' }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            currentLeaderEpoch: int32({ versions: '4+', default: -1, ignorable: true }),
            timestamp: int64(),
          }),
        ),
      }),
    ),
    timeoutMs: int32({ versions: '10+', ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            timestamp: int64({ default: -1 }),
            offset: int64({ default: -1 }),
            leaderEpoch: int32({ versions: '4+', default: -1 }),
          }),
        ),
      }),
    ),
  },
});
