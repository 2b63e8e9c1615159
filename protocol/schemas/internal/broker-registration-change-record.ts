/**
 * BrokerRegistrationChangeRecord v0-3
 * What changed about a registered broker: `fenced` and `inControlledShutdown` are 0 unchanged, 1 or -1 the new state.
 *
 * 1   whether it is shutting down in order
 * 2   its log directories
 * 3   log directories that take no new replicas
 */
import { array, int8, int32, int64, stored } from '../../src/schema/schema.ts';

export const brokerRegistrationChangeRecord = stored({
  name: 'BrokerRegistrationChangeRecord',
  family: 'metadata',
  type: 17,
  versions: '0-3',
  flexible: '0+',
  fields: {
    brokerId: int32(),
    brokerEpoch: int64(),
    fenced: int8({ tag: 0 }),
    inControlledShutdown: int8({ versions: '1+', tag: 1 }),
    logDirs: array('uuid', { versions: '2+', tag: 2 }),
    cordonedLogDirs: array('uuid', { versions: '3+', nullable: '3+', default: null, tag: 3 }),
  },
});
