import { workerConfig } from '@millrace/connect-runtime';
import { isMillraceError } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { workerSettings } from './worker-settings.ts';

const GOOD = {
  'bootstrap.servers': '127.0.0.1:9092',
  'group.id': 'g',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
  'key.converter': 'JsonConverter',
  'value.converter': 'JsonConverter',
};

function refusal(more: Readonly<Record<string, string>>) {
  try {
    workerSettings(workerConfig, { ...GOOD, ...more });
  } catch (error) {
    if (isMillraceError(error)) return error;
    throw error;
  }
  throw new Error('it was taken');
}

test('a config and where it listens', () => {
  const { config, listen } = workerSettings(workerConfig, { ...GOOD, listeners: 'http://127.0.0.1:8090' });
  expect([config['group.id'], listen]).toEqual(['g', { host: '127.0.0.1', port: 8090 }]);
});

test('all that is wrong is said at once', () => {
  const { message, code, details } = refusal({
    ...{ 'group.id': '', listeners: 'ftp://x:1', 'config.providers': 'vault' },
  });
  expect(code).toBe('INVALID_CONFIG');
  for (const key of ['group.id', 'listeners', 'config.providers.vault.class'])
    expect(message).toContain(`"${key}"`);
  expect(details.hint).toBe('Correct "group.id", "listeners", "config.providers.vault.class" and try again.');
});

test('what is wrong alone keeps its own hint', () => {
  const { details } = refusal({ listeners: 'http://0.0.0.0:8083' });
  expect(details).toMatchObject({
    path: 'listeners',
    hint: expect.stringContaining('allow.unauthenticated=true'),
  });
});
