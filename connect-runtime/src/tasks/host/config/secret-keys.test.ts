import { defineConfig, defineSink } from '@millrace/sdk';
import { describe, expect, test } from 'vitest';
import type { ValidationResult } from '../../host-protocol.ts';
import { ownSecretKeys, secretKeysOf } from './secret-keys.ts';

const connector = defineSink({
  class: 'Sink',
  version: '1',
  docs: '',
  aliases: [
    {
      class: 'com.example.JdbcSink',
      translate: (config) => {
        const url = new URL(config['connection.url'] ?? '');
        const password = config['connection.password'] ?? url.searchParams.get('password') ?? '';
        return { config: { host: url.host, password, topics: config.topics ?? '' }, problems: [], keys: {} };
      },
    },
  ],
  config: defineConfig({
    host: { type: 'string', default: '', importance: 'low', docs: '' },
    password: { type: 'password', default: null, importance: 'low', docs: '' },
    'token.column': { type: 'string', default: '', importance: 'low', docs: '' },
  }),
  createTask: () => ({ start: async () => {}, write: async () => {}, stop: async () => {} }),
});

const rows = (types: Record<string, string>) =>
  Object.entries(types).map(([name, type]) => ({
    definition: { name, type },
  })) as unknown as ValidationResult['configs'];

describe('secrets in a config', () => {
  test('are those that a definition types so, a converter’s and a transform’s too', () => {
    const config = { password: 'p', host: 'h', 'value.converter.basic': 'x', 'transforms.t.key': 'k' };
    const types = {
      password: 'PASSWORD',
      host: 'STRING',
      'value.converter.basic': 'PASSWORD',
      'transforms.t.key': 'PASSWORD',
    };
    expect(secretKeysOf(connector, config, rows(types))).toEqual([
      'password',
      'value.converter.basic',
      'transforms.t.key',
    ]);
  });

  test.each([
    'ssl.keystore.password',
    'api_key',
    'producer.override.sasl.jaas.config',
    'my.secret',
    'basic.auth.user.info',
  ])('are unknown keys of a name like %s', (key) => {
    expect(secretKeysOf(connector, { [key]: 'x' }, [])).toEqual([key]);
  });

  test('are not known keys, whatever their name', () => {
    const config = { 'id.token': 'column' };
    expect(secretKeysOf(connector, config, rows({ 'id.token': 'STRING' }))).toEqual([]);
    expect(secretKeysOf(connector, { 'password.policy': 'x', tokens: 'x' }, [])).toEqual([]);
  });

  test('are found behind the options of another product, a password within a URL too', () => {
    const named = { 'connector.class': 'com.example.JdbcSink', topics: 't', name: 'c' };
    const inUrl = { ...named, 'connection.url': 'jdbc://host/?user=u&password=p' };
    expect(secretKeysOf(connector, inUrl, [])).toEqual(['connection.url']);
    const apart = { ...named, 'connection.url': 'jdbc://host/', 'connection.password': 'p' };
    expect(ownSecretKeys(connector, apart)).toContain('connection.password');
    expect(secretKeysOf(connector, named, [])).toEqual([]);
  });
});
