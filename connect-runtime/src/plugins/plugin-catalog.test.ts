import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MillraceError, silentLogger } from '@millrace/foundation';
import { afterEach, expect, test, vi } from 'vitest';
import { HostPool } from '../tasks/host-pool.ts';
import { PluginCatalog } from './plugin-catalog.ts';
import { findPlugins } from './plugin-path.ts';

const MIB = 1024 * 1024;
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function folder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'millrace-plugin-path-')));
  ends.push(() => rm(path, { recursive: true }));
  return path;
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** A plugin package with a dependency of its own, which brings its version. */
async function putPlugin(at: string, version: string, more: object = {}): Promise<void> {
  await put(join(at, 'node_modules/greeting/package.json'), '{"name": "greeting", "main": "index.js"}');
  await put(join(at, 'node_modules/greeting/index.js'), `module.exports = 'greeting of ${version}';`);
  await put(
    join(at, 'index.js'),
    `import { defineSource, definePlugins } from '@millrace/sdk';
     import greeting from 'greeting';
     export default definePlugins({ name: 'clock', plugins: [defineSource({
       class: 'ClockSource', version: '${version}', docs: greeting, config: {},
       aliases: [{ class: 'org.acme.TickConnector', translate: (config) => ({ config, problems: [] }) }],
       taskConfigs: () => [{ greeting }],
       createTask: () => ({ start: async () => {}, poll: async () => [], stop: async () => {} }),
     })] });`,
  );
  const manifest = {
    name: 'clock',
    version,
    type: 'module',
    millrace: { sdk: '1' },
    exports: './index.js',
    ...more,
  };
  await put(join(at, 'package.json'), JSON.stringify(manifest));
}

function catalogOf(path: string, callTimeoutMs = 10_000): PluginCatalog {
  const hosts = new HostPool({
    heapMaxBytes: 256 * MIB,
    memoryMaxBytes: 1024 * MIB,
    silenceMaxMs: 20_000,
    workerSilenceMaxMs: null,
    idleTimeoutMs: 20_000,
    callTimeoutMs,
    logger: silentLogger,
    sourceOffsets: async () => [],
    onTaskState: () => undefined,
    onTaskFailed: () => undefined,
    onConfigChanged: () => undefined,
  });
  ends.push(() => hosts.close());
  return new PluginCatalog({
    exactlyOnce: false,
    modules: [],
    path: [path],
    hosts,
    logger: silentLogger,
    validateTimeoutMs: 10_000,
    sources: async () => ({ providers: [], plugins: [], secrets: null }),
  });
}

/** Questions within a second of one another see the same. */
const seen = (versions: () => Promise<readonly string[]>) =>
  expect.poll(versions, { timeout: 10_000, interval: 200 });
const clock = (version?: string) => ({
  'connector.class': 'ClockSource',
  ...(version === undefined ? {} : { 'connector.plugin.version': version }),
});

test('versions of one plugin stand side by side, each with what it depends on', async () => {
  const path = await folder();
  await putPlugin(join(path, 'clock-1'), '1.0.0');
  await putPlugin(join(path, '@acme/clock-2'), '2.1.0');
  const catalog = catalogOf(path);
  expect((await catalog.all()).map(({ version, docs }) => [version, docs]).sort()).toEqual([
    ['1.0.0', 'greeting of 1.0.0'],
    ['2.1.0', 'greeting of 2.1.0'],
  ]);
  expect(await catalog.taskConfigs(clock())).toEqual([{ greeting: 'greeting of 2.1.0' }]);
  expect(await catalog.taskConfigs(clock('[1,2)'))).toEqual([{ greeting: 'greeting of 1.0.0' }]);
  for (const name of ['org.acme.TickConnector', 'TickConnector', 'Tick'])
    expect(await catalog.connector({ 'connector.class': name })).toMatchObject({ version: '2.1.0' });
  expect(catalog.typeOf('Tick')).toBe('source');
  await expect(catalog.connector(clock('[3,)'))).rejects.toMatchObject({
    code: 'PLUGIN_VERSION_NOT_INSTALLED',
    details: { path: 'connector.plugin.version', hint: expect.stringContaining('1.0.0') },
  });
});

test('what comes, goes and is replaced is seen by the next question', async () => {
  const path = await folder();
  const catalog = catalogOf(path);
  const versions = async () => (await catalog.all()).map(({ version }) => version);
  expect(await versions()).toEqual([]);
  await expect(catalog.connector(clock())).rejects.toMatchObject({ code: 'UNKNOWN_CONNECTOR_CLASS' });

  await putPlugin(join(path, 'clock'), '1.0.0');
  // Who names it needs no patience.
  expect((await catalog.validate('ClockSource', clock())).errorCount).toBeGreaterThanOrEqual(0);
  expect(await catalog.connector(clock('1.0.0'))).toMatchObject({ version: '1.0.0' });
  await seen(versions).toEqual(['1.0.0']);
  expect(await catalog.taskConfigs(clock())).toEqual([{ greeting: 'greeting of 1.0.0' }]);

  await putPlugin(join(path, 'clock'), '1.1.0');
  await seen(versions).toEqual(['1.1.0']);
  expect(await catalog.taskConfigs(clock())).toEqual([{ greeting: 'greeting of 1.1.0' }]);

  await rename(join(path, 'clock'), join(path, '.clock'));
  await seen(versions).toEqual([]);
});

test('a class of a known product that nothing stands for is refused with what stands nearest', async () => {
  const catalog = catalogOf(await folder());
  const asked = catalog.connector({ 'connector.class': 'io.debezium.connector.mysql.MySqlConnector' });
  await expect(asked).rejects.toMatchObject({
    code: 'UNKNOWN_CONNECTOR_CLASS',
    message: expect.stringContaining('MySQL'),
    details: { hint: expect.stringContaining('PostgresSource') },
  });
});

test('a package that can’t be used is left out, and harms no other', async () => {
  const path = await folder();
  await putPlugin(join(path, 'future'), '9.0.0', { millrace: { sdk: '99' } });
  await put(join(path, 'broken/package.json'), '{"name": "broken", "keywords": ["millrace-plugin"]}');
  await put(join(path, 'broken/index.js'), 'process.exit(3);');
  await put(join(path, 'stranger/package.json'), '{"name": "stranger", "main": "index.js"}');
  await putPlugin(join(path, 'sound'), '1.0.0');
  const found = await findPlugins([path]);
  expect(found.map(({ module }) => module.split('/').at(-2))).toEqual(['broken', 'future', 'sound']);
  expect(found[1]?.error).toMatchObject({ code: 'PLUGIN_SDK_UNSUPPORTED' });
  expect((await catalogOf(path).all()).map(({ version }) => version)).toEqual(['1.0.0']);
});

test('a package that hangs is waited for once, and not for long', async () => {
  const path = await folder();
  await putPlugin(join(path, 'sound'), '1.0.0');
  const catalog = catalogOf(path, 25_000);
  await catalog.all();
  await putPlugin(join(path, 'stuck'), '1.0.0', { name: 'stuck' });
  await put(join(path, 'stuck/index.js'), 'await new Promise((resolve) => setTimeout(resolve, 3_600_000));');
  const clockOfMachine = vi.spyOn(performance, 'now');
  ends.push(async () => clockOfMachine.mockRestore());
  // The next look is due.
  clockOfMachine.mockReturnValue(performance.now() + 5_000);
  const startedAtMs = Date.now();
  expect((await catalog.all()).map(({ version }) => version)).toEqual(['1.0.0']);
  expect(await catalog.taskConfigs(clock())).toEqual([{ greeting: 'greeting of 1.0.0' }]);
  const unknown = { ...clock(), 'key.converter': 'NoConverter' };
  expect((await catalog.validate('ClockSource', unknown)).errorCount).toBeGreaterThan(0);
  expect(Date.now() - startedAtMs).toBeLessThan(20_000);
});

test('a folder into which npm installed plugins brings these, and not their dependencies', async () => {
  const path = await folder();
  const pack = join(path, 'pack');
  await put(join(pack, 'package.json'), '{"dependencies": {"@acme/clock": "1", "greeting": "1"}}');
  await putPlugin(join(pack, 'node_modules/@acme/clock'), '1.0.0', {
    exports: { '.': { types: './x.d.ts', import: './index.js' } },
  });
  await putPlugin(join(pack, 'node_modules/other'), '1.0.0');
  const found = await findPlugins([path, join(path, 'missing'), pack]);
  expect(found.map(({ folder: at }) => at)).toEqual([join(pack, 'node_modules/@acme/clock')]);
});

test('what comes with the worker and was not described in time is asked for again, and nobody waits for that', async () => {
  const clockOfMachine = vi.spyOn(performance, 'now');
  ends.push(async () => clockOfMachine.mockRestore());
  const at = (ms: number) => clockOfMachine.mockReturnValue(ms);
  const late = new MillraceError('It did not answer.', { code: 'TASK_HOST_TIMEOUT', class: 'transient' });
  const plugin = { class: 'ClockSource', type: 'source', version: '1', module: 'clock.js', aliases: [] };
  let answer: () => Promise<unknown> = () => Promise.reject(late);
  let asked = 0;
  const call = () => {
    asked++;
    return answer();
  };
  at(0);
  const catalog = new PluginCatalog({
    ...{ exactlyOnce: false, modules: ['clock.js'], logger: silentLogger, validateTimeoutMs: 10_000 },
    hosts: { call, callApart: call, retire: () => undefined } as never,
    sources: async () => ({ providers: [], plugins: [], secrets: null }),
  });
  expect(await catalog.all()).toEqual([]);
  // Nobody may take it for missing: a connector of it is tried again.
  await expect(catalog.connector(clock())).rejects.toMatchObject({ code: 'PLUGINS_LATE' });
  const before = asked;
  at(9_000);
  await catalog.all();
  expect(asked).toBe(before);
  answer = async () => ({ plugins: [plugin], failures: [] });
  at(10_000);
  await expect.poll(() => catalog.all()).toEqual([plugin]);
  expect(catalog.failures).toEqual([]);
  expect(await catalog.connector(clock())).toBe(plugin);
  await expect(catalog.connector({ 'connector.class': 'Other' })).rejects.toMatchObject({
    code: 'UNKNOWN_CONNECTOR_CLASS',
  });
  at(60_000);
  await catalog.all();
  expect(asked).toBe(before + 1);
});
