/**
 * UnregisterBrokerRecord v0
 * A broker has been removed from the cluster.
 */
import { int32, int64, stored } from '../../src/schema/schema.ts';

export const unregisterBrokerRecord = stored({
  name: 'UnregisterBrokerRecord',
  family: 'metadata',
  type: 1,
  versions: '0',
  flexible: '0+',
  fields: {
    brokerId: int32(),
    brokerEpoch: int64(),
  },
});
