// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configs, not of templates.
import { describe, expect, test } from 'vitest';
import {
  placeholdersIn,
  replacePlaceholders,
  secretKeysIn,
  secretPlaceholder,
  secretsRevisionOf,
  usesSecrets,
  withoutRevision,
} from './placeholders.ts';

describe('placeholders', () => {
  test.each([
    ['${file:/etc/db.properties:password}', [['file', '/etc/db.properties', 'password']]],
    ['${env:DB_PASSWORD}', [['env', '', 'DB_PASSWORD']]],
    [
      'jdbc://${env:HOST}/${file:/a:b}',
      [
        ['env', '', 'HOST'],
        ['file', '/a', 'b'],
      ],
    ],
    ['${schema}.${table}', []],
    ['${}', []],
    ['plain', []],
    ['${unended:x', []],
  ] as const)('of %s are %j', (value, expected) => {
    expect(placeholdersIn(value).map(({ provider, path, key }) => [provider, path, key])).toEqual(expected);
  });

  test('are replaced where they are provided, and stay where they are not', () => {
    const replaced = replacePlaceholders('a ${env:X} b ${other:p:X} ${table}', ({ provider, key }) =>
      provider === 'env' ? `<${key}>` : null,
    );
    expect(replaced).toBe('a <X> b ${other:p:X} ${table}');
  });

  test('are replaced by what is provided as it is, also where that looks like a pattern', () => {
    expect(replacePlaceholders('${env:X}', () => '$& $1 ${env:X}')).toBe('$& $1 ${env:X}');
  });
});

describe('the placeholder of a secret', () => {
  test('names connector and key', () => {
    expect(secretPlaceholder('orders', 'database.password')).toBe('${secrets:orders:database.password}');
  });

  test('is one placeholder whatever the names hold', () => {
    const text = secretPlaceholder('a:b}c{%', 'x:y}');
    expect(placeholdersIn(text)).toEqual([
      { text, provider: 'secrets', path: 'a%3Ab%7Dc%7B%25', key: 'x%3Ay%7D' },
    ]);
    expect(secretPlaceholder('a:b', 'c')).not.toBe(secretPlaceholder('a%3Ab', 'c'));
  });

  test('counts at its own key of its own connector', () => {
    const config = { a: '${secrets:c:a}', b: '${secrets:c:a}', d: '${secrets:other:d}', e: 'text' };
    expect(secretKeysIn('c', config)).toEqual(['a']);
    expect(usesSecrets(config)).toBe(true);
    expect(usesSecrets({ a: '${file:secrets:a}' })).toBe(false);
  });
});

test('the revision is read, and taken out of what people see', () => {
  expect(secretsRevisionOf({ 'secrets.revision': '3' })).toBe(3);
  expect(secretsRevisionOf({})).toBe(0);
  expect(secretsRevisionOf({ 'secrets.revision': 'x' })).toBe(0);
  expect(withoutRevision({ a: '1', 'secrets.revision': '3' })).toEqual({ a: '1' });
});
