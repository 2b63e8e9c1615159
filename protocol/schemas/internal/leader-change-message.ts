/**
 * LeaderChangeMessage v0-1
 * Control record 2: the first record of a leader's epoch.
 *
 * 1   directory ids of the voters (KIP-853)
 */
import { array, int16, int32, stored, structure, uuid } from '../../src/schema/schema.ts';

const voter = structure('Voter', {
  voterId: int32(),
  voterDirectoryId: uuid({ versions: '1+' }),
});

export const leaderChangeMessage = stored({
  name: 'LeaderChangeMessage',
  family: 'control',
  type: 2,
  versions: '0-1',
  flexible: '0+',
  fields: {
    version: int16(),
    leaderId: int32(),
    voters: array(voter),
    grantingVoters: array(voter),
  },
});
