/**
 * VotersRecord v0
 * Control record 6: the voters of the quorum with their endpoints (KIP-853).
 */
import {
  array,
  int16,
  int32,
  one,
  stored,
  string,
  structure,
  uint16,
  uuid,
} from '../../src/schema/schema.ts';

export const votersRecord = stored({
  name: 'VotersRecord',
  family: 'control',
  type: 6,
  versions: '0',
  flexible: '0+',
  fields: {
    version: int16(),
    voters: array(
      structure('Voter', {
        voterId: int32(),
        voterDirectoryId: uuid(),
        endpoints: array(
          structure('Endpoint', {
            name: string(),
            host: string(),
            port: uint16(),
          }),
        ),
        kRaftVersionFeature: one(
          structure('KRaftVersionFeature', {
            minSupportedVersion: int16(),
            maxSupportedVersion: int16(),
          }),
        ),
      }),
    ),
  },
});
