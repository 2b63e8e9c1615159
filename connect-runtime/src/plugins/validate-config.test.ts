import { MillraceError } from '@millrace/foundation';
import {
  type AnyConnector,
  type AnyPlugin,
  defineConfig,
  defineConverter,
  definePredicate,
  defineSink,
  defineSource,
  defineTransform,
} from '@millrace/sdk';
import { describe, expect, test } from 'vitest';
import { PluginDirectory, type PluginQuestion } from './plugin-directory.ts';
import { aliasesOf } from './plugin-loader.ts';
import type { StepFinder } from './step-options.ts';
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
const jsonConverter = defineConverter({
  class: 'JsonConverter',
  aliases: ['org.apache.kafka.connect.json.JsonConverter'],
  version: '1.0.0',
  docs: 'JSON.',
  config: {
    'schemas.enable': { type: 'boolean', default: true, importance: 'high', docs: 'With schemas.' },
  },
  create: task,
});
const mask = defineTransform({
  class: 'Mask$Value',
  aliases: ['org.acme.Mask$Value'],
  version: '1.0.0',
  docs: 'Masks.',
  config: {
    fields: { type: 'list', importance: 'high', docs: 'Fields.' },
    salt: { type: 'password', default: null, importance: 'low', docs: 'Salt.' },
    pattern: { type: 'string', default: '', importance: 'low', docs: 'Pattern.' },
  },
  create: ({ pattern }) => {
    if (pattern === '(')
      throw new MillraceError('"pattern" is no expression.', { code: 'X', class: 'config', path: 'pattern' });
    return { apply: (record) => record };
  },
});
const isEmpty = definePredicate({
  ...{ class: 'IsEmpty', version: '1.0.0', docs: 'Whether it is empty.', config: {} },
  create: () => ({ test: () => true }),
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

const plugins = new Map<string, AnyPlugin>(
  [jsonConverter, mask, isEmpty].map((plugin) => [plugin.class, plugin]),
);
const installed = new PluginDirectory(
  [...plugins.values()].flatMap((plugin) =>
    ['1.0.0', '2.0.0'].map((version) => ({
      ...{ module: 'm', class: plugin.class, type: plugin.type, version, docs: '' },
      aliases: aliasesOf(plugin),
    })),
  ),
);
const loader = {
  find: async (type: string, directory: PluginDirectory, question: Omit<PluginQuestion, 'types'>) =>
    plugins.get(directory.find({ ...question, types: [type as 'transform'] }).class),
} as StepFinder;

const base = { name: 'c', 'connector.class': 'S', host: 'here' };
function check(config: Record<string, string>, connector: AnyConnector = source) {
  const signal = AbortSignal.timeout(1_000);
  return validateConfig({
    exactlyOnce: false,
    inlineAllowed: false,
    connector,
    config,
    installed,
    loader,
    signal,
  });
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
    expect(groups).toEqual(expect.arrayContaining(['Common', 'Connection']));
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

  test('recommends what a key is a choice of', async () => {
    const { configs } = await check(base);
    const tolerance = configs.find(({ value }) => value.name === 'errors.tolerance');
    expect(tolerance?.value.recommended).toEqual(['none', 'all']);
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
    ['exactly.once.support', 'required'],
    ['admin.override.x', '1'],
    ['producer.override.transactional.id', 'x'],
  ])('refuses %s=%s, which is not served, by name', async (key, value) => {
    expect(Object.keys(await errorsOf({ ...base, [key]: value }))).toEqual([key]);
  });

  test.each([
    ['errors.tolerance', 'none'],
    ['exactly.once.support', 'requested'],
    ['transforms', ''],
    ['header.converter', 'org.apache.kafka.connect.json.JsonConverter'],
    ['producer.override.compression.type', 'zstd'],
    ['producer.override.acks', 'all'],
    ['producer.override.enable.idempotence', 'true'],
    ['consumer.override.max.partition.fetch.bytes', '1048576'],
    ['consumer.override.max.poll.interval.ms', '300000'],
    ['consumer.override.fetch.max.bytes', '52428800'],
    ['consumer.override.client.id', 'mine'],
    ['admin.override.client.id', 'mine'],
    ['admin.override.request.timeout.ms', '30000'],
  ])('lets %s=%s pass', async (key, value) => {
    expect(await errorsOf({ ...base, [key]: value })).toEqual({});
  });

  test.each([
    ['producer.override.acks', '0', 'must be one of all, -1'],
    ['producer.override.linger', '0', "can't be overridden"],
    ['producer.override.compression.type', 'rar', 'must be one of none'],
    ['consumer.override.max.poll.records', 'many', 'must be a whole number'],
    ['key.converter', 'NobodysConverter', 'Installed converters: JsonConverter'],
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

describe('the parts that a connector is put together with', () => {
  // Whether a chain is served at all is said elsewhere; here only its own keys count.
  const errorsUnder = async (prefix: string, config: Record<string, string>) => {
    const errors = await errorsOf({ ...base, ...config });
    return Object.fromEntries(Object.entries(errors).filter(([key]) => key.startsWith(prefix)));
  };

  test('show their own options under their prefix, each with its group', async () => {
    const { configs } = await check({
      ...base,
      transforms: 'm',
      'transforms.m.type': 'org.acme.Mask$Value',
      'transforms.m.fields': 'a,b',
      'transforms.m.salt': 'sesame',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
    });
    const row = (name: string) => configs.find(({ definition: key }) => key.name === name);
    expect(row('transforms.m.type')?.definition).toMatchObject({ type: 'CLASS', group: 'Transforms: m' });
    expect(row('transforms.m.fields')).toMatchObject({ value: { value: 'a,b', errors: [] } });
    expect(row('transforms.m.salt')?.value.value).toBe('[hidden]');
    expect(row('value.converter.schemas.enable')?.value.value).toBe('false');
    expect(row('value.converter.plugin.version')?.definition.group).toBeNull();
  });

  test.each([
    [{ type: '' }, 'transforms.m.type', 'is required'],
    [{ type: 'Nobody' }, 'transforms.m.type', 'Installed transforms: Mask$Value'],
    [{ type: 'Mask$Value' }, 'transforms.m.fields', '"transforms.m.fields" is required'],
    [{ type: 'Mask$Value', fields: 'a', pattern: '(' }, 'transforms.m.pattern', 'is no expression'],
    [
      { type: 'Mask$Value', fields: 'a', 'plugin.version': '[3,)' },
      'transforms.m.plugin.version',
      'Installed versions: 1.0.0, 2.0.0',
    ],
    [{ type: 'Mask$Value', fields: 'a', 'plugin.version': '[3' }, 'transforms.m.plugin.version', 'neither'],
  ])('are refused with what is wrong: %j', async (options, key, why) => {
    const keyed = Object.entries(options).map(([name, value]) => [`transforms.m.${name}`, value]);
    const errors = await errorsUnder('transforms.m.', { transforms: 'm', ...Object.fromEntries(keyed) });
    expect(Object.keys(errors)).toEqual([key]);
    expect(errors[key]).toContain(why);
  });

  test('predicates have keys of their own', async () => {
    const predicates = { predicates: 'p', 'predicates.p.type': 'IsNothing' };
    expect(await errorsUnder('predicates.p.', predicates)).toEqual({
      'predicates.p.type': expect.stringContaining('names no installed predicate: IsNothing'),
    });
  });
});

describe('a config with another product’s class', () => {
  const aliased: AnyConnector = {
    ...source,
    aliases: [
      {
        class: 'com.acme.HostConnector',
        translate: ({ server, compress, ...rest }) => ({
          config: { ...rest, host: server ?? '' },
          problems: compress === undefined ? [] : [{ key: 'compress', message: '"compress" is not served.' }],
          keys: { host: 'server' },
        }),
      },
    ],
  };
  const moved = { name: 'c', 'connector.class': 'com.acme.HostConnector', server: 'here' };

  test('is good by its own options, and by the short names of its class', async () => {
    expect(await errorsOf(moved, aliased)).toEqual({});
    for (const name of ['HostConnector', 'Host'])
      expect(await errorsOf({ ...moved, 'connector.class': name }, aliased)).toEqual({});
  });

  test('has its problems where they were written', async () => {
    expect(await errorsOf({ ...moved, compress: 'zip' }, aliased)).toEqual({
      compress: '"compress" is not served.',
    });
    await expect(check({ ...moved, server: 'denied' }, aliased)).resolves.toMatchObject({ errorCount: 1 });
  });
});
