/**
 * ConsumerGroupMetadataKey v0, ConsumerGroupMetadataValue v0
 * `__consumer_offsets`: a group of the consumer protocol (KIP-848), by its epoch.
 */
import { int32, int64, stored, string } from '../../src/schema/schema.ts';

export const consumerGroupMetadataKey = stored({
  name: 'ConsumerGroupMetadataKey',
  family: 'coordinator-key',
  type: 3,
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string(),
  },
});

export const consumerGroupMetadataValue = stored({
  name: 'ConsumerGroupMetadataValue',
  family: 'coordinator-value',
  type: 3,
  versions: '0',
  flexible: '0+',
  fields: {
    epoch: int32(),
    metadataHash: int64({ default: 0, tag: 0 }),
  },
});
