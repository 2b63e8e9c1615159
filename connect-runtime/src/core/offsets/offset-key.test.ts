import type { JsonObject } from '@millrace/foundation/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offsetKey, parseOffsetKey } from './offset-key.ts';

test('a key is the one that Kafka Connect writes', () => {
  expect(offsetKey('orders', { table: 'a', db: 'x' })).toBe('["orders",{"db":"x","table":"a"}]');
});

test('equal partitions have equal keys, whatever the order of their fields', () => {
  const partition = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
  fc.assert(
    fc.property(fc.string(), partition, (connector, one) => {
      const turned = Object.fromEntries(Object.entries(one).reverse());
      const key = offsetKey(connector, one);
      expect(offsetKey(connector, turned)).toBe(key);
      const parsed = parseOffsetKey(key)!;
      expect(offsetKey(parsed.connector, parsed.partition)).toBe(key);
    }),
  );
});

test.each(['', 'x', '{}', '["a"]', '["a",1]', '["a",null]', '["a",[]]', '[1,{}]'])('%s is no key', (key) => {
  expect(parseOffsetKey(key)).toBe(null);
});
