/**
 * ElectLeaders v0-2
 * Has leaders elected: the preferred replica, or any that lives (KIP-183, KIP-460).
 *
 * 1   the kind of election; an error for the whole answer
 * 2   flexible
 */
import { api, array, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const electLeaders = api({
  key: 43,
  name: 'ElectLeaders',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: {
    electionType: int8({ versions: '1+' }),
    topicPartitions: array(
      structure('Topic', {
        topic: string(),
        partitions: array('int32'),
      }),
      { nullable: '0+' },
    ),
    timeoutMs: int32({ default: 60000 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '1+' }),
    replicaElectionResults: array(
      structure('Result', {
        topic: string(),
        partitionResult: array(
          structure('Partition', {
            partitionId: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '0+' }),
          }),
        ),
      }),
    ),
  },
});
