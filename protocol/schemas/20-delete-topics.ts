/**
 * DeleteTopics v1-6
 * Deletes topics.
 *
 * 1   the lowest version left
 * 3   the answer may be TOPIC_DELETION_DISABLED
 * 4   flexible
 * 5   error messages; the answer may be THROTTLING_QUOTA_EXCEEDED (KIP-599)
 * 6   topics by name or by id (KIP-516)
 */
import { api, array, int16, int32, string, structure, uuid } from '../src/schema/schema.ts';

export const deleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: '1-6',
  flexible: '4+',
  listeners: ['broker', 'controller'],
  request: {
    topics: array(
      structure('Topic', {
        name: string({ nullable: '6+', default: null }),
        topicId: uuid(),
      }),
      { versions: '6+' },
    ),
    topicNames: array('string', { versions: '1-5', ignorable: true }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    responses: array(
      structure('Topic', {
        name: string({ nullable: '6+' }),
        topicId: uuid({ versions: '6+', ignorable: true }),
        errorCode: int16(),
        errorMessage: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
      }),
    ),
  },
});
