/**
 * ConsumerGroupMemberMetadataKey v0, ConsumerGroupMemberMetadataValue v0
 * `__consumer_offsets`: what a member of a consumer group says of itself. One that speaks the classic protocol has its
 * session timeout and protocols besides.
 */
import { array, bytes, int32, one, stored, string, structure } from '../../src/schema/schema.ts';

export const consumerGroupMemberMetadataKey = stored({
  name: 'ConsumerGroupMemberMetadataKey',
  family: 'coordinator-key',
  type: 5,
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string(),
    memberId: string(),
  },
});

export const consumerGroupMemberMetadataValue = stored({
  name: 'ConsumerGroupMemberMetadataValue',
  family: 'coordinator-value',
  type: 5,
  versions: '0',
  flexible: '0+',
  fields: {
    instanceId: string({ nullable: '0+' }),
    rackId: string({ nullable: '0+' }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array('string'),
    subscribedTopicRegex: string({ nullable: '0+' }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullable: '0+' }),
    classicMemberMetadata: one(
      structure('ClassicMemberMetadata', {
        sessionTimeoutMs: int32(),
        supportedProtocols: array(
          structure('ClassicProtocol', {
            name: string(),
            metadata: bytes(),
          }),
        ),
      }),
      { nullable: '0+', default: null, tag: 0 },
    ),
  },
});
