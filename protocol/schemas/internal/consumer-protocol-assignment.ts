/**
 * ConsumerProtocolAssignment v0-3
 * What a consumer gets, in the assignment of SyncGroup under the protocol type `consumer`; an int16 version stands
 * before it. The versions are all alike: their number follows that of the subscription.
 */
import { array, bytes, message, string, structure } from '../../src/schema/schema.ts';

export const consumerProtocolAssignment = message({
  name: 'ConsumerProtocolAssignment',
  versions: '0-3',
  flexible: 'none',
  fields: {
    assignedPartitions: array(
      structure('TopicPartitions', {
        topic: string(),
        partitions: array('int32'),
      }),
    ),
    userData: bytes({ nullable: '0+', default: null }),
  },
});
