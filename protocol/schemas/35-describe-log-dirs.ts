/**
 * DescribeLogDirs v1-5
 * The log folders of a broker: what lies there and how much room is left (KIP-113).
 *
 * 1   the lowest version left
 * 2   flexible
 * 3   an error for the whole answer
 * 4   size of the volume and what is free of it (KIP-827)
 * 5   whether new partitions are kept away from the folder (KIP-1066)
 */
import { api, array, bool, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const describeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: '1-5',
  flexible: '2+',
  listeners: ['broker'],
  request: {
    topics: array(
      structure('Topic', {
        topic: string(),
        partitions: array('int32'),
      }),
      { nullable: '0+' },
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '3+', ignorable: true }),
    results: array(
      structure('Result', {
        errorCode: int16(),
        logDir: string(),
        topics: array(
          structure('Topic', {
            name: string(),
            partitions: array(
              structure('Partition', {
                partitionIndex: int32(),
                partitionSize: int64(),
                offsetLag: int64(),
                isFutureKey: bool(),
              }),
            ),
          }),
        ),
        totalBytes: int64({ versions: '4+', default: -1, ignorable: true }),
        usableBytes: int64({ versions: '4+', default: -1, ignorable: true }),
        isCordoned: bool({ versions: '5+', default: false, ignorable: true }),
      }),
    ),
  },
});
