import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silentLogger } from '@millrace/foundation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HostPool } from '../tasks/host-pool.ts';
import { locatePlugin } from './plugin-location.ts';

const MIB = 1024 * 1024;
let folder: string;
const inFolder = (path: string) => pathToFileURL(join(folder, path)).href;

async function put(path: string, text: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'millrace-plugin-')));
  await put('clock/index.ts', 'export default 1;');
  await put('node_modules/own/package.json', '{"name": "own", "exports": {"import": "./main.mjs"}}');
  await put('node_modules/own/main.mjs', 'export default 1;');
});
afterAll(() => rm(folder, { recursive: true }));

test('a path is taken from the working directory, a URL as it is', () => {
  for (const path of ['./clock/index.ts', 'clock/index.ts', join(folder, 'clock/index.ts')]) {
    expect(locatePlugin(path, folder)).toBe(inFolder('clock/index.ts'));
  }
  expect(locatePlugin('../clock.ts', join(folder, 'there'))).toBe(inFolder('clock.ts'));
  expect(locatePlugin('file:///a/b.ts', folder)).toBe('file:///a/b.ts');
});

test('a package is looked for in the working directory, then by whoever imports it', () => {
  expect(locatePlugin('own', folder)).toBe(inFolder('node_modules/own/main.mjs'));
  expect(locatePlugin('@millrace/converters', folder)).toBe('@millrace/converters');
});

describe('a task host loads a plugin of a folder that has no SDK installed', () => {
  test.each([
    ['import', 'ticker.mts', "import { defineSource, definePlugins } from '@millrace/sdk';\nexport default"],
    [
      'require',
      'ticker.cts',
      "const { defineSource, definePlugins } = require('@millrace/sdk');\nmodule.exports =",
    ],
  ])('by %s', async (_, name, head) => {
    const path = await put(
      name,
      `${head} definePlugins({ name: 'ticker', plugins: [defineSource({
        class: 'Ticker', version: '1', docs: 'Ticks.', config: {}, taskConfigs: () => [{}],
        createTask: () => ({ start: async () => {}, poll: async () => [], stop: async () => {} }),
      })] });`,
    );
    const { plugins, failures } = await describeIn(path);
    expect(failures).toEqual([]);
    expect(plugins).toMatchObject([{ module: path, class: 'Ticker', type: 'source' }]);
  });

  test('and says which other package is missing', async () => {
    const { failures } = await describeIn(await put('lacking.mts', "import 'not-installed-anywhere';"));
    expect(failures[0]?.error.message).toContain("'not-installed-anywhere'");
  });
});

async function describeIn(module: string) {
  const pool = new HostPool({
    heapMaxBytes: 256 * MIB,
    memoryMaxBytes: 1024 * MIB,
    silenceMaxMs: 20_000,
    workerSilenceMaxMs: null,
    idleTimeoutMs: 20_000,
    callTimeoutMs: 10_000,
    logger: silentLogger,
    sourceOffsets: async () => [],
    onTaskState: () => undefined,
    onTaskFailed: () => undefined,
    onConfigChanged: () => undefined,
  });
  try {
    return await pool.call('describe', { modules: [module] });
  } finally {
    await pool.close();
  }
}
