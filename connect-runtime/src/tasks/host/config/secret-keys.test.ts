import { defineConfig, defineSink } from '@millrace/sdk';
import { describe, expect, test } from 'vitest';
import { credentialsIn } from '../../../core/config/secret-names.ts';
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

  test.each([
    'http://u:pw@registry:8081',
    'http://a:8081, https://u:pw@b:8081',
    'jdbc:postgresql://h/d?user=u&password=pw',
    'mongodb://u:pw@h1:27017,h2:27017/?replicaSet=r',
    `http://\${env:USER}:pw@h`,
    'https://h/hook?api_key=pw',
  ])('are whole values of any key that hold a password as %s does', (url) => {
    const config = { host: url };
    expect(secretKeysOf(connector, config, rows({ host: 'STRING' }))).toEqual(['host']);
    expect(ownSecretKeys(connector, config)).toEqual(['host']);
    expect(credentialsIn(url)).toEqual(['pw']);
  });

  test.each([
    'http://registry:8081,http://other:8081',
    'http://u@h/a:b@c',
    `http://u:\${env:PW}@h`,
    `http://u:\${file:/a/b:c}@h`,
    'https://h/?user=u&page=1',
    'password=pw',
    'a:b@c',
  ])('are not values such as %s', (url) => {
    expect(secretKeysOf(connector, { host: url }, rows({ host: 'STRING' }))).toEqual([]);
  });

  test('are keys that were sealed before, whatever their type', () => {
    const config = { name: 'c', host: `\${secrets:c:host}` };
    expect(secretKeysOf(connector, config, rows({ host: 'STRING' }))).toEqual(['host']);
  });
});
