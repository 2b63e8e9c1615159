/**
 * PartitionRecord v0-2
 * A partition exists: its replicas, in-sync replicas and leader.
 *
 * 1   log directory of each replica (KIP-858)
 * 2   eligible leader replicas, and the last ones known (KIP-966)
 */
import { array, int8, int32, stored, uuid } from '../../src/schema/schema.ts';

export const partitionRecord = stored({
  name: 'PartitionRecord',
  family: 'metadata',
  type: 3,
  versions: '0-2',
  flexible: '0+',
  fields: {
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    replicas: array('int32'),
    isr: array('int32'),
    removingReplicas: array('int32'),
    addingReplicas: array('int32'),
    leader: int32({ default: -1 }),
    leaderRecoveryState: int8({ default: 0, tag: 0 }),
    leaderEpoch: int32({ default: -1 }),
    partitionEpoch: int32({ default: -1 }),
    directories: array('uuid', { versions: '1+' }),
    eligibleLeaderReplicas: array('int32', { versions: '2+', nullable: '2+', default: null, tag: 1 }),
    lastKnownElr: array('int32', { versions: '2+', nullable: '2+', default: null, tag: 2 }),
  },
});
