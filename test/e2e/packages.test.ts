import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Millrace, startMillrace } from '../support/millrace.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** npm fetches what Millrace itself depends on, as for everybody: Node and PostgreSQL among it. */
const INSTALL_TIMEOUT_MS = 180_000;
let folder: string;

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'millrace-installed-')));
  const tarballs = join(folder, 'tarballs');
  await run(process.execPath, [join(ROOT, 'scripts/pack-all.ts'), '--out', tarballs], { timeout: 120_000 });
  await put(join(folder, 'package.json'), '{"name": "somebodys", "private": true}');
  const files = (await readdir(tarballs)).map((name) => join(tarballs, name));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', ['install', ...options, ...files], { cwd: folder, timeout: INSTALL_TIMEOUT_MS });
}, INSTALL_TIMEOUT_MS + 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Somebody's connector in JavaScript, with a dependency that only it has. */
async function putPlugin(at: string): Promise<void> {
  const manifest = {
    name: 'greeter',
    version: '1.2.3',
    type: 'module',
    main: 'index.js',
    millrace: { sdk: '1' },
  };
  await put(join(at, 'node_modules/greeting/package.json'), '{"name": "greeting", "main": "index.js"}');
  await put(join(at, 'node_modules/greeting/index.js'), "module.exports = () => 'good day';");
  await put(
    join(at, 'index.js'),
    `import { defineConfig, definePlugins, defineSource, pause } from '@millrace/sdk';
     import greeting from 'greeting';
     export default definePlugins({ name: 'greeter', plugins: [defineSource({
       class: 'GreeterSource', version: '1.2.3', docs: 'Greets once.',
       config: defineConfig({ topic: { type: 'string', importance: 'high', docs: 'The topic.' } }),
       taskConfigs: () => [{}],
       createTask: ({ config: { topic }, offset, signal }) => {
         const sourcePartition = { greeter: 'one' };
         let greeted = false;
         return {
           start: async () => { greeted = (await offset(sourcePartition)) !== null; },
           poll: async () => {
             if (greeted) { await pause(60_000, signal); return []; }
             greeted = true;
             return [{ topic, partition: null, key: null, value: greeting(), headers: [], timestamp: null,
                       sourcePartition, sourceOffset: { greeted } }];
           },
           stop: async () => {},
         };
       },
     })] });`,
  );
  await put(join(at, 'package.json'), JSON.stringify(manifest));
}

async function put201(millrace: Millrace, name: string, config: Record<string, string>): Promise<void> {
  const response = await fetch(`${millrace.rest}/connectors/${name}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(config),
  });
  expect([response.status, await response.json()]).toMatchObject([201, { name }]);
}

async function isListed(millrace: Millrace, className: string): Promise<void> {
  const check = async () => {
    const plugins = (await (await fetch(`${millrace.rest}/connector-plugins`)).json()) as { class: string }[];
    return plugins.some((plugin) => plugin.class === className);
  };
  await eventually(check, { what: `${className} is listed` });
}

test('what npm installs serves the page, loads a plugin that comes while it runs, and moves its records', async () => {
  const plugins = join(folder, 'plugins');
  const launcher = join(folder, 'node_modules/.bin/millrace');
  const millrace = await startMillrace({
    launcher,
    args: ['--set', `plugin.path=${plugins}`],
  });
  try {
    const page = await fetch(`${millrace.ui}`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="root"')]);
    await putPlugin(join(plugins, 'greeter'));
    await isListed(millrace, 'GreeterSource');
    // One that was made here, in TypeScript: outside of node_modules Node strips the types.
    await run(launcher, ['create-connector', 'birds', '--dir', join(plugins, 'birds')], { cwd: folder });
    await isListed(millrace, 'BirdsSource');
    const made = JSON.parse(await readFile(join(plugins, 'birds/package.json'), 'utf8'));
    expect(made.devDependencies['@millrace/sdk']).toMatch(/^\^\d+\.\d+\.\d+$/);
    await put201(millrace, 'greeter', { 'connector.class': 'GreeterSource', topic: 'greetings' });
    const file = join(folder, 'greetings.jsonl');
    await put201(millrace, 'written', {
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      topics: 'greetings',
      file,
    });
    await eventually(async () => (await readFile(file, 'utf8').catch(() => '')) === 'good day\n', {
      what: 'the record is in the file',
    });
    expect(await millrace.close()).toBe(0);
  } finally {
    await millrace.close();
  }
});
