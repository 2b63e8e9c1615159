import { expect, test } from 'vitest';
import { parseSinkOffset, sinkGroupId } from './sink-offset.ts';

const partition = { kafka_topic: 't', kafka_partition: 3 };

test('a position is read, numbers also from text', () => {
  expect(parseSinkOffset(partition, { kafka_offset: 7 })).toEqual({ topic: 't', partition: 3, offset: 7 });
  expect(parseSinkOffset({ kafka_topic: 't', kafka_partition: '3', more: 1 }, { kafka_offset: '7' })).toEqual(
    { topic: 't', partition: 3, offset: 7 },
  );
  expect(parseSinkOffset(partition, null)).toEqual({ topic: 't', partition: 3, offset: null });
});

test.each([
  [null, null, 'cannot be null or missing'],
  [{ kafka_topic: 't' }, null, "'kafka_topic' and 'kafka_partition'"],
  [{ kafka_partition: 0 }, null, "'kafka_topic' and 'kafka_partition'"],
  [{ kafka_topic: 't', kafka_partition: 'x' }, null, "partition value in the provided offsets: 'x'"],
  [partition, { other: 1 }, "contain the key 'kafka_offset'"],
  [partition, { kafka_offset: 'x' }, "offset value in the provided offsets: 'x'"],
  [partition, { kafka_offset: 1.5 }, 'need to be integers'],
  [partition, { kafka_offset: -1 }, 'negative'],
])('%j at %j is refused: %s', (given, offset, problem) => {
  expect(parseSinkOffset(given, offset)).toEqual({ problem: expect.stringContaining(problem) });
});

test("the group is Kafka Connect's, or the connector's own", () => {
  expect(sinkGroupId('c', {})).toBe('connect-c');
  expect(sinkGroupId('c', { 'consumer.override.group.id': 'g' })).toBe('g');
});
