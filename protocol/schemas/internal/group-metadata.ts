/**
 * GroupMetadataKey v0, GroupMetadataValue v0-4
 * `__consumer_offsets`: a classic group with its members, as of its last complete generation.
 *
 * Values, by version:
 * 1   rebalance timeout of each member
 * 2   when the state was entered
 * 3   group instance id
 * 4   flexible
 */
import { array, bytes, int32, int64, stored, string, structure } from '../../src/schema/schema.ts';

export const groupMetadataKey = stored({
  name: 'GroupMetadataKey',
  family: 'coordinator-key',
  type: 2,
  versions: '0',
  flexible: 'none',
  fields: {
    group: string(),
  },
});

const memberMetadata = structure('Member', {
  memberId: string(),
  groupInstanceId: string({ versions: '3+', nullable: '3+', default: null, ignorable: true }),
  clientId: string(),
  clientHost: string(),
  rebalanceTimeout: int32({ versions: '1+', default: -1, ignorable: true }),
  sessionTimeout: int32(),
  subscription: bytes(),
  assignment: bytes(),
});

export const groupMetadataValue = stored({
  name: 'GroupMetadataValue',
  family: 'coordinator-value',
  type: 2,
  versions: '0-4',
  flexible: '4+',
  fields: {
    protocolType: string(),
    generation: int32(),
    protocol: string({ nullable: '0+' }),
    leader: string({ nullable: '0+' }),
    currentStateTimestamp: int64({ versions: '2+', default: -1, ignorable: true }),
    members: array(memberMetadata),
  },
});
