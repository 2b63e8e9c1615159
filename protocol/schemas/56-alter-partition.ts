/**
 * AlterPartition v2-3
 * A partition's leader asks the controller for another in-sync set (KIP-497).
 *
 * 2   the lowest version left; topics by id
 * 3   members of the new set with their broker epochs (KIP-903)
 */
import { api, array, int8, int16, int32, int64, structure, uuid } from '../src/schema/schema.ts';

export const alterPartition = api({
  key: 56,
  name: 'AlterPartition',
  versions: '2-3',
  flexible: '0+',
  listeners: ['controller'],
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    topics: array(
      structure('Topic', {
        topicId: uuid({ ignorable: true }),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            leaderEpoch: int32(),
            newIsr: array('int32', { versions: '2' }),
            newIsrWithEpochs: array(
              structure('BrokerState', { brokerId: int32(), brokerEpoch: int64({ default: -1 }) }),
              { versions: '3+' },
            ),
            leaderRecoveryState: int8({ default: 0 }),
            partitionEpoch: int32(),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    topics: array(
      structure('Topic', {
        topicId: uuid({ ignorable: true }),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            leaderId: int32(),
            leaderEpoch: int32(),
            isr: array('int32'),
            leaderRecoveryState: int8({ default: 0, ignorable: true }),
            partitionEpoch: int32(),
          }),
        ),
      }),
    ),
  },
});
