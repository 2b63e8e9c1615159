import { expect, test } from 'vitest';
import { adminOverrides, consumerOverrides, producerOverrides } from './client-settings.ts';

test('what a connector overrides reaches each of its clients, and nothing else does', () => {
  const config = {
    'producer.override.client.id': 'p',
    'producer.override.acks': 'all',
    'producer.override.max.block.ms': '5',
    'consumer.override.client.id': 'c',
    'consumer.override.max.poll.interval.ms': '6',
    'consumer.override.max.partition.fetch.bytes': '7',
    'consumer.override.fetch.max.bytes': '8',
    'consumer.override.fetch.min.bytes': '',
    'admin.override.request.timeout.ms': '9',
  };
  expect(producerOverrides(config)).toEqual({ clientId: 'p', maxBlockMs: 5 });
  expect(consumerOverrides(config)).toEqual({
    ...{ clientId: 'c', rebalanceTimeoutMs: 6, maxPartitionFetchBytes: 7, fetchMaxBytes: 8 },
  });
  expect(adminOverrides(config)).toEqual({ requestTimeoutMs: 9 });
});
