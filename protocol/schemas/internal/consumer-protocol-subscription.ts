/**
 * ConsumerProtocolSubscription v0-3
 * What a consumer wants, in the metadata of JoinGroup under the protocol type `consumer`; an int16 version stands
 * before it.
 *
 * 1   partitions that the member owns (KIP-429)
 * 2   the generation in which it owned them (KIP-792)
 * 3   rack (KIP-881)
 *
 * Versions only ever append: one that is newer than known is read as the newest known, and its rest left alone.
 */
import { array, bytes, int32, message, string, structure } from '../../src/schema/schema.ts';

export const consumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  versions: '0-3',
  flexible: 'none',
  fields: {
    topics: array('string'),
    userData: bytes({ nullable: '0+', default: null }),
    ownedPartitions: array(
      structure('TopicPartitions', {
        topic: string(),
        partitions: array('int32'),
      }),
      { versions: '1+', ignorable: true },
    ),
    generationId: int32({ versions: '2+', default: -1, ignorable: true }),
    rackId: string({ versions: '3+', nullable: '3+', default: null, ignorable: true }),
  },
});
