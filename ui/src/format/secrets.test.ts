import { expect, test } from 'vitest';
import { isSecret, withoutUrlPassword } from './secrets.ts';

test.each([
  ['database.password', 'hunter2', true],
  ['consumer.override.sasl.jaas.config', 'x', true],
  ['api.key', 'x', true],
  ['database.password', '$' + '{file:/run/pg:password}', false],
  ['database.password', '', false],
  ['key.converter', 'JsonConverter', false],
  ['topics', 'orders', false],
])('%s = %s: secret %s', (key, value, secret) => {
  expect(isSecret(key, value)).toBe(secret);
});

test('a password inside a URL is hidden', () => {
  expect(withoutUrlPassword('postgres://app:hunter2@db:5432/shop')).toBe('postgres://app:••••@db:5432/shop');
  expect(withoutUrlPassword('http://db:5432/x@y')).toBe('http://db:5432/x@y');
});
