/**
 * ListPartitionReassignments v0
 * Moves of partitions that are under way (KIP-455); flexible from the start.
 */
import { api, array, int16, int32, string, structure } from '../src/schema/schema.ts';

export const listPartitionReassignments = api({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: {
    timeoutMs: int32({ default: 60000 }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitionIndexes: array('int32'),
      }),
      { nullable: '0+', default: null },
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            replicas: array('int32'),
            addingReplicas: array('int32'),
            removingReplicas: array('int32'),
          }),
        ),
      }),
    ),
  },
});
