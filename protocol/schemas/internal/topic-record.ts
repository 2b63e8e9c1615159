/**
 * TopicRecord v0
 * A topic exists.
 */
import { stored, string, uuid } from '../../src/schema/schema.ts';

export const topicRecord = stored({
  name: 'TopicRecord',
  family: 'metadata',
  type: 2,
  versions: '0',
  flexible: '0+',
  fields: {
    name: string(),
    topicId: uuid(),
  },
});
