/**
 * ProducerIdsRecord v0
 * A broker got a block of producer ids; `nextProducerId` begins the next block.
 */
import { int32, int64, stored } from '../../src/schema/schema.ts';

export const producerIdsRecord = stored({
  name: 'ProducerIdsRecord',
  family: 'metadata',
  type: 15,
  versions: '0',
  flexible: '0+',
  fields: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    nextProducerId: int64(),
  },
});
