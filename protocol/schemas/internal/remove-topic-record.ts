/**
 * RemoveTopicRecord v0
 * A topic, with all its partitions and configs, is gone.
 */
import { stored, uuid } from '../../src/schema/schema.ts';

export const removeTopicRecord = stored({
  name: 'RemoveTopicRecord',
  family: 'metadata',
  type: 9,
  versions: '0',
  flexible: '0+',
  fields: {
    topicId: uuid(),
  },
});
