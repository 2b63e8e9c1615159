/**
 * WriteTxnMarkers v1-2
 * The coordinator ends a transaction in the partitions that take part; an operator may abort a hanging one (KIP-664).
 *
 * 1  the lowest version left; flexible
 * 2  says which version of transactions the marker belongs to (KIP-1228)
 */
import { api, array, bool, int8, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const writeTxnMarkers = api({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: '1-2',
  flexible: '1+',
  listeners: ['broker'],
  request: {
    markers: array(
      structure('Marker', {
        producerId: int64(),
        producerEpoch: int16(),
        transactionResult: bool(),
        topics: array(
          structure('Topic', {
            name: string(),
            partitionIndexes: array('int32'),
          }),
        ),
        coordinatorEpoch: int32(),
        transactionVersion: int8({ versions: '2+', default: 0, ignorable: true }),
      }),
    ),
  },
  response: {
    markers: array(
      structure('Marker', {
        producerId: int64(),
        topics: array(
          structure('Topic', {
            name: string(),
            partitions: array(
              structure('Partition', {
                partitionIndex: int32(),
                errorCode: int16(),
              }),
            ),
          }),
        ),
      }),
    ),
  },
});
