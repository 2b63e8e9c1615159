/**
 * KRaftVersionRecord v0
 * Control record 5: the version of the quorum's own protocol (KIP-853).
 */
import { int16, stored } from '../../src/schema/schema.ts';

export const kRaftVersionRecord = stored({
  name: 'KRaftVersionRecord',
  family: 'control',
  type: 5,
  versions: '0',
  flexible: '0+',
  fields: {
    version: int16(),
    kRaftVersion: int16(),
  },
});
