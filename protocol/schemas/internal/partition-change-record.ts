/**
 * PartitionChangeRecord v0-2
 * What changed about a partition; a field left out stays as it was. Leader -2 is "no change", -1 "none".
 *
 * 1   log directory of each replica (KIP-858)
 * 2   eligible leader replicas, and the last ones known (KIP-966)
 */
import { array, int8, int32, stored, uuid } from '../../src/schema/schema.ts';

export const partitionChangeRecord = stored({
  name: 'PartitionChangeRecord',
  family: 'metadata',
  type: 5,
  versions: '0-2',
  flexible: '0+',
  fields: {
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    isr: array('int32', { nullable: '0+', default: null, tag: 0 }),
    leader: int32({ default: -2, tag: 1 }),
    replicas: array('int32', { nullable: '0+', default: null, tag: 2 }),
    removingReplicas: array('int32', { nullable: '0+', default: null, tag: 3 }),
    addingReplicas: array('int32', { nullable: '0+', default: null, tag: 4 }),
    leaderRecoveryState: int8({ default: -1, tag: 5 }),
    directories: array('uuid', { versions: '1+', nullable: '1+', default: null, tag: 8 }),
    eligibleLeaderReplicas: array('int32', { versions: '2+', nullable: '2+', default: null, tag: 6 }),
    lastKnownElr: array('int32', { versions: '2+', nullable: '2+', default: null, tag: 7 }),
  },
});
