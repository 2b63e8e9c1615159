import { MillraceError } from '@millrace/foundation';
import { type AnyConnector, defineConfig, defineSink, defineSource } from '@millrace/sdk';
import { describe, expect, test } from 'vitest';
import { validateConfig } from './validate-config.ts';

const task = () => {
  throw new Error('validation starts no task');
};
const definition = defineConfig({
  host: { type: 'string', importance: 'high', group: 'Connection', docs: 'Host.' },
  port: { type: 'int', default: 5432, importance: 'low', group: 'Connection', docs: 'Port.' },
  password: { type: 'password', default: null, importance: 'high', docs: 'Password.' },
  tables: { type: 'list', default: ['a', 'b'], importance: 'low', docs: 'Tables.' },
});
let asked = 0;
const source = defineSource({
  class: 'S',
  version: '1',
  docs: 'A source.',
  config: definition,
  taskConfigs: () => [{}],
  createTask: task,
  async validate(config) {
    asked++;
    if (config.host === 'down') throw new Error('connect ECONNREFUSED');
    if (config.host === 'denied')
      throw new MillraceError('password refused', { code: 'X', class: 'auth', path: 'password' });
    return config.host === 'empty' ? [{ key: 'tables', message: 'No such table.' }] : [];
  },
});
const sink = defineSink({ class: 'K', version: '1', docs: 'A sink.', config: {}, createTask: task });

const base = { name: 'c', 'connector.class': 'S', host: 'here' };
function check(config: Record<string, string>, connector: AnyConnector = source) {
  const signal = AbortSignal.timeout(1_000);
  return validateConfig({ connector, config, converters: ['JsonConverter'], signal });
}

async function errorsOf(config: Record<string, string>, connector: AnyConnector = source) {
  const { configs, errorCount } = await check(config, connector);
  const errors = configs.flatMap(({ value }) =>
    value.errors.map((message) => [value.name, message] as const),
  );
  expect(errors).toHaveLength(errorCount);
  return Object.fromEntries(errors);
}

describe('validateConfig', () => {
  test('a good config has no error, and every key a row in order within its group', async () => {
    const { configs, errorCount, groups } = await check(base);
    expect(errorCount).toBe(0);
    expect(groups).toEqual(['Common', 'Connection']);
    const row = (name: string) => configs.find(({ definition: key }) => key.name === name)!;
    expect(row('port').definition).toMatchObject({
      type: 'INT',
      required: false,
      defaultValue: '5432',
      order: 2,
    });
    expect(row('port').value.value).toBe('5432');
    expect(row('tables').value.value).toBe('a,b');
    expect(row('host').definition.required).toBe(true);
  });

  test('never shows a password', async () => {
    expect(JSON.stringify(await check({ ...base, password: 'sesame' }))).not.toContain('sesame');
  });

  test('asks the connector only where the definition has nothing to say', async () => {
    asked = 0;
    expect(Object.keys(await errorsOf({ name: 'c', 'connector.class': 'S', port: 'x' })).sort()).toEqual([
      'host',
      'port',
    ]);
    expect(asked).toBe(0);
    expect(await errorsOf({ ...base, host: 'empty' })).toEqual({ tables: 'No such table.' });
    expect(await errorsOf({ ...base, host: 'denied' })).toEqual({ password: 'password refused' });
    await expect(check({ ...base, host: 'down' })).rejects.toThrow('ECONNREFUSED');
  });

  test.each([
    ['transforms', 'a'],
    ['errors.tolerance', 'all'],
    ['exactly.once.support', 'required'],
    ['topic.creation.groups', 'x'],
    ['admin.override.x', '1'],
  ])('refuses %s=%s, which is not served, by name', async (key, value) => {
    expect(Object.keys(await errorsOf({ ...base, [key]: value }))).toEqual([key]);
  });

  test.each([
    ['errors.tolerance', 'none'],
    ['exactly.once.support', 'requested'],
    ['transforms', ''],
    ['header.converter', 'org.apache.kafka.connect.storage.SimpleHeaderConverter'],
    ['producer.override.compression.type', 'zstd'],
  ])('lets %s=%s pass', async (key, value) => {
    expect(await errorsOf({ ...base, [key]: value })).toEqual({});
  });

  test.each([
    ['producer.override.acks', '0', "can't be overridden"],
    ['producer.override.compression.type', 'rar', 'must be one of none'],
    ['consumer.override.max.poll.records', 'many', 'must be a whole number'],
    ['key.converter', 'NobodysConverter', 'names no installed converter'],
    ['tasks.max', '0', 'must be between 1'],
    ['name', '\n', 'without control characters'],
  ])('refuses %s=%j', async (key, value, why) => {
    const errors = await errorsOf({ ...base, [key]: value });
    expect(errors[key]).toContain(why);
    expect(errors[key]).toContain(`"${key}"`);
  });

  test.each([
    [{}, 'topics'],
    [{ topics: 'a', 'topics.regex': 'b' }, 'topics.regex'],
    [{ 'topics.regex': '(' }, 'topics.regex'],
  ])('a sink reads topics or a pattern: %j', async (topics, key) => {
    const config = { name: 'c', 'connector.class': 'K', ...(topics as Record<string, string>) };
    expect(Object.keys(await errorsOf(config, sink))).toEqual([key]);
  });
});
