/**
 * DeleteRecords v0-2
 * Moves the log start offset of partitions: records before it are gone.
 *
 * 2  flexible
 */
import { api, array, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const deleteRecords = api({
  key: 21,
  name: 'DeleteRecords',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker'],
  request: {
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            offset: int64(),
          }),
        ),
      }),
    ),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32(),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            lowWatermark: int64(),
            errorCode: int16(),
          }),
        ),
      }),
    ),
  },
});
