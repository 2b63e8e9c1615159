/**
 * QuorumStateData v0-1
 * The `quorum-state` file of a voter: JSON in these fields and `data_version`, not these bytes.
 *
 * 0   cluster id, applied offset, voters
 * 1   the directory id that was voted for, instead (KIP-853)
 */
import { array, int32, int64, message, string, structure, uuid } from '../../src/schema/schema.ts';

export const quorumStateData = message({
  name: 'QuorumStateData',
  versions: '0-1',
  flexible: '0+',
  fields: {
    clusterId: string({ versions: '0' }),
    leaderId: int32({ default: -1 }),
    leaderEpoch: int32({ default: -1 }),
    votedId: int32({ default: -1 }),
    votedDirectoryId: uuid({ versions: '1+' }),
    appliedOffset: int64({ versions: '0' }),
    currentVoters: array(
      structure('Voter', {
        voterId: int32(),
      }),
      { versions: '0', nullable: '0' },
    ),
  },
});
