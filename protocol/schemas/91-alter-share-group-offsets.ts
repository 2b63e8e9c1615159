/**
 * AlterShareGroupOffsets v0
 * Moves the start of share partitions of an empty group (KIP-932).
 */
import { api, array, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

export const alterShareGroupOffsets = api({
  key: 91,
  name: 'AlterShareGroupOffsets',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array(
      structure('Topic', {
        topicName: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            startOffset: int64(),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    responses: array(
      structure('Topic', {
        topicName: string(),
        topicId: uuid(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '0+', default: null }),
          }),
        ),
      }),
    ),
  },
});
