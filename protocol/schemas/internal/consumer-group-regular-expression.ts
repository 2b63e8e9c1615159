/**
 * ConsumerGroupRegularExpressionKey v0, ConsumerGroupRegularExpressionValue v0
 * `__consumer_offsets`: the topics that a regular expression of a consumer group's members stands for.
 */
import { array, int64, stored, string } from '../../src/schema/schema.ts';

export const consumerGroupRegularExpressionKey = stored({
  name: 'ConsumerGroupRegularExpressionKey',
  family: 'coordinator-key',
  type: 16,
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string(),
    regularExpression: string(),
  },
});

export const consumerGroupRegularExpressionValue = stored({
  name: 'ConsumerGroupRegularExpressionValue',
  family: 'coordinator-value',
  type: 16,
  versions: '0',
  flexible: '0+',
  fields: {
    topics: array('string'),
    version: int64(),
    timestamp: int64(),
  },
});
