import { expect, test } from 'vitest';
import { OffsetKeys } from './offset-keys.ts';

test('an offset stays under the key that it was found under; others get sorted fields', () => {
  const keys = new OffsetKeys('c');
  const found = '["c",{"table":"t","protocol":"1"}]';
  keys.found({ protocol: '1', table: 't' }, found);
  expect(keys.of({ table: 't', protocol: '1' })).toBe(found);
  expect(keys.of({ protocol: '1', table: 't' })).toBe(found);
  expect(keys.of({ table: 'u', protocol: '1' })).toBe('["c",{"protocol":"1","table":"u"}]');
});
