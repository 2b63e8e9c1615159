/**
 * CreateTopics v2-7
 * Makes topics.
 *
 * 2   the lowest version left
 * 4   -1 stands for the broker's default of partitions and replicas (KIP-464)
 * 5   flexible; the answer tells partitions, replicas and configs (KIP-525)
 * 6   the answer may be THROTTLING_QUOTA_EXCEEDED (KIP-599)
 * 7   the answer tells the topic id
 */
import { api, array, bool, int8, int16, int32, string, structure, uuid } from '../src/schema/schema.ts';

export const createTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: '2-7',
  flexible: '5+',
  listeners: ['broker', 'controller'],
  request: {
    topics: array(
      structure('Topic', {
        name: string(),
        numPartitions: int32(),
        replicationFactor: int16(),
        assignments: array(
          structure('Assignment', {
            partitionIndex: int32(),
            brokerIds: array('int32'),
          }),
        ),
        configs: array(
          structure('Config', {
            name: string(),
            value: string({ nullable: '2+' }),
          }),
        ),
      }),
    ),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: bool({ default: false }),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      structure('Topic', {
        name: string(),
        topicId: uuid({ versions: '7+', ignorable: true }),
        errorCode: int16(),
        errorMessage: string({ nullable: '2+', ignorable: true }),
        topicConfigErrorCode: int16({ versions: '5+', tag: 0, ignorable: true }),
        numPartitions: int32({ versions: '5+', default: -1, ignorable: true }),
        replicationFactor: int16({ versions: '5+', default: -1, ignorable: true }),
        configs: array(
          structure('Config', {
            name: string(),
            value: string({ nullable: '5+' }),
            readOnly: bool(),
            configSource: int8({ default: -1, ignorable: true }),
            isSensitive: bool(),
          }),
          { versions: '5+', nullable: '5+', ignorable: true },
        ),
      }),
    ),
  },
});
