/**
 * CreatePartitions v0-3
 * Gives topics more partitions.
 *
 * 2   flexible
 * 3   the answer may be THROTTLING_QUOTA_EXCEEDED (KIP-599)
 */
import { api, array, bool, int16, int32, string, structure } from '../src/schema/schema.ts';

export const createPartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: '0-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: {
    topics: array(
      structure('Topic', {
        name: string(),
        count: int32(),
        assignments: array(
          structure('Assignment', {
            brokerIds: array('int32'),
          }),
          { nullable: '0+' },
        ),
      }),
    ),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    results: array(
      structure('Result', {
        name: string(),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+', default: null }),
      }),
    ),
  },
});
