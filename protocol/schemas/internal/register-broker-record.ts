/**
 * RegisterBrokerRecord v0-4
 * A broker has registered. Its epoch is the offset of this record.
 *
 * 1   whether it is shutting down in order
 * 2   whether it is migrating from ZooKeeper (no longer used)
 * 3   its log directories
 * 4   log directories that take no new replicas
 */
import {
  array,
  bool,
  int16,
  int32,
  int64,
  stored,
  string,
  structure,
  uint16,
  uuid,
} from '../../src/schema/schema.ts';

export const registerBrokerRecord = stored({
  name: 'RegisterBrokerRecord',
  family: 'metadata',
  type: 0,
  versions: '0-4',
  flexible: '0+',
  fields: {
    brokerId: int32(),
    isMigratingZkBroker: bool({ versions: '2+', default: false }),
    incarnationId: uuid(),
    brokerEpoch: int64(),
    endPoints: array(
      structure('Endpoint', {
        name: string(),
        host: string(),
        port: uint16(),
        securityProtocol: int16(),
      }),
    ),
    features: array(
      structure('Feature', {
        name: string(),
        minSupportedVersion: int16(),
        maxSupportedVersion: int16(),
      }),
    ),
    rack: string({ nullable: '0+' }),
    fenced: bool({ default: true }),
    inControlledShutdown: bool({ versions: '1+', default: false }),
    logDirs: array('uuid', { versions: '3+', tag: 0 }),
    cordonedLogDirs: array('uuid', { versions: '4+', nullable: '4+', default: null, tag: 1 }),
  },
});
