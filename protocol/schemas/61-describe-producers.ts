/**
 * DescribeProducers v0
 * Which producers a partition's leader remembers, and where their open transactions begin (KIP-664).
 */
import { api, array, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const describeProducers = api({
  key: 61,
  name: 'DescribeProducers',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    topics: array(
      structure('Topic', {
        name: string(),
        partitionIndexes: array('int32'),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32(),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '0+', default: null }),
            activeProducers: array(
              structure('ProducerState', {
                producerId: int64(),
                producerEpoch: int32(),
                lastSequence: int32({ default: -1 }),
                lastTimestamp: int64({ default: -1 }),
                coordinatorEpoch: int32(),
                currentTxnStartOffset: int64({ default: -1 }),
              }),
            ),
          }),
        ),
      }),
    ),
  },
});
