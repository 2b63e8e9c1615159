/**
 * BrokerRegistration v0-4
 * A broker that starts tells the controller who and where it is (KIP-631).
 *
 * 0   flexible from the start
 * 1   brokers under migration from ZooKeeper
 * 2   log folders (KIP-858)
 * 3   epoch of the registration before, after a clean shutdown (KIP-966)
 * 4   features whose lowest level is 0
 */
import {
  api,
  array,
  bool,
  int16,
  int32,
  int64,
  string,
  structure,
  uint16,
  uuid,
} from '../src/schema/schema.ts';

export const brokerRegistration = api({
  key: 62,
  name: 'BrokerRegistration',
  versions: '0-4',
  flexible: '0+',
  listeners: ['controller'],
  request: {
    brokerId: int32(),
    clusterId: string(),
    incarnationId: uuid(),
    listeners: array(
      structure('Listener', { name: string(), host: string(), port: uint16(), securityProtocol: int16() }),
    ),
    features: array(
      structure('Feature', { name: string(), minSupportedVersion: int16(), maxSupportedVersion: int16() }),
    ),
    rack: string({ nullable: '0+' }),
    isMigratingZkBroker: bool({ versions: '1+', default: false }),
    logDirs: array('uuid', { versions: '2+', ignorable: true }),
    previousBrokerEpoch: int64({ versions: '3+', default: -1, ignorable: true }),
  },
  response: { throttleTimeMs: int32(), errorCode: int16(), brokerEpoch: int64({ default: -1 }) },
});
