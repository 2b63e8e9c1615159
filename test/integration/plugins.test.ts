import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Millrace, startMillrace } from '../support/index.ts';

let folder: string;
let millrace: Millrace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-plugins-'));
  millrace = await startMillrace({ args: ['--set', `plugin.path=${join(folder, 'plugins')}`] });
});
afterAll(async () => {
  await millrace?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of all kinds
  readonly body: any;
}

async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(millrace.rest + path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

async function run(name: string, config: Record<string, string>): Promise<void> {
  const { status, body } = await ask('PUT', `/connectors/${name}/config`, config);
  expect([status, body]).toMatchObject([expect.toBeOneOf([200, 201]), { name }]);
}

const linesOf = async (file: string) =>
  (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** A source and a transform that both tell their version, and a version of the package. */
async function putStamper(folderName: string, version: string): Promise<void> {
  const at = join(folder, 'plugins', folderName);
  await put(
    join(at, 'index.js'),
    `import { defineConfig, definePlugins, defineSource, defineTransform, pause } from '@millrace/sdk';
     const topic = { type: 'string', importance: 'high', docs: 'The topic.' };
     export default definePlugins({ name: 'stamper', plugins: [
       defineTransform({
         class: 'Stamp', version: '${version}', docs: 'Adds its version.', config: {},
         create: () => ({ apply: (record) => ({ ...record, value: record.value + ' transform ${version}' }) }),
       }),
       defineSource({
         class: 'StamperSource', version: '${version}', docs: 'Tells its version.', config: defineConfig({ topic }),
         taskConfigs: () => [{}],
         createTask: ({ config: { topic }, signal }) => ({
           start: async () => {},
           poll: async () => {
             await pause(50, signal);
             return [{ topic, partition: null, key: null, value: 'source ${version}', headers: [], timestamp: null,
                       sourcePartition: { stamper: 1 }, sourceOffset: { at: 1 } }];
           },
           stop: async () => {},
         }),
       }),
     ] });`,
  );
  await put(
    join(at, 'package.json'),
    JSON.stringify({ name: 'stamper', version, type: 'module', main: 'index.js', millrace: { sdk: '1' } }),
  );
}

const listed = async () => {
  const { body } = await ask('GET', '/connector-plugins');
  return body.flatMap((plugin: { class: string; version: string }) =>
    plugin.class === 'StamperSource' ? [plugin.version] : [],
  );
};

describe('plugin.path', () => {
  test('versions come while the worker runs, run side by side, and are chosen by config', async () => {
    await putStamper('stamper-1', '1.0.0');
    await eventually(async () => (await listed()).length === 1, { what: 'the first version' });
    await putStamper('stamper-2', '2.0.0');
    await eventually(async () => (await listed()).length === 2, { what: 'the second version' });

    const config = {
      'connector.class': 'StamperSource',
      transforms: 'stamp',
      'transforms.stamp.type': 'Stamp',
    };
    const out = (name: string) => join(folder, `${name}.txt`);
    await run('newest', { ...config, topic: 'newest' });
    await run('mixed', {
      ...config,
      topic: 'mixed',
      'connector.plugin.version': '[1,2)',
      'transforms.stamp.plugin.version': '2.0.0',
    });
    for (const name of ['newest', 'mixed']) {
      const sink = { 'connector.class': 'FileStreamSink', topics: name, file: out(name) };
      await run(`${name}-sink`, sink);
    }
    const first = async (name: string) => (await linesOf(out(name)))[0];
    await eventually(async () => (await first('newest')) && (await first('mixed')), {
      what: 'both',
      timeoutMs: 30_000,
    });
    expect(await first('newest')).toBe('source 2.0.0 transform 2.0.0');
    expect(await first('mixed')).toBe('source 1.0.0 transform 2.0.0');
    const version = async (name: string) =>
      (await ask('GET', `/connectors/${name}/status`)).body.tasks[0].version;
    expect([await version('newest'), await version('mixed')]).toEqual(['2.0.0', '1.0.0']);

    const path = '/connector-plugins/StamperSource/config/validate';
    const { body } = await ask('PUT', path, {
      ...config,
      name: 'x',
      topic: 't',
      'connector.plugin.version': '[3,)',
    });
    const errors = (body.configs ?? []).flatMap(({ value }: { value: { name: string; errors: string[] } }) =>
      value.errors.map((error) => [value.name, error]),
    );
    expect(errors).toEqual([['connector.plugin.version', expect.stringContaining('1.0.0, 2.0.0')]]);
  });

  test('what is removed is listed no more, and what runs of it goes on', async () => {
    await rm(join(folder, 'plugins/stamper-1'), { recursive: true });
    await eventually(async () => (await listed()).join() === '2.0.0', { what: 'one version' });
    const { body } = await ask('GET', '/connectors/mixed/status');
    expect(body.tasks).toMatchObject([{ state: 'RUNNING' }]);
  });
});

test('Kafka’s own file connectors run as they were configured there, and stay written so', async () => {
  const file = join(folder, 'in.txt');
  const written = join(folder, 'out.txt');
  await appendFile(file, 'one\ntwo\n');
  const source = {
    name: 'local-file-source',
    'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
    'tasks.max': '1',
    file,
    topic: 'connect-test',
  };
  await run(source.name, source);
  await run('local-file-sink', {
    'connector.class': 'FileStreamSink',
    'tasks.max': '1',
    file: written,
    topics: 'connect-test',
  });
  await eventually(async () => (await linesOf(written)).length === 2, {
    what: 'both lines',
    timeoutMs: 20_000,
  });
  expect(await linesOf(written)).toEqual(['one', 'two']);
  expect((await ask('GET', '/connectors/local-file-source/config')).body).toEqual(source);
  expect((await ask('GET', '/connectors/local-file-source')).body.type).toBe('source');
  const offsets = async () => (await ask('GET', '/connectors/local-file-source/offsets')).body.offsets;
  await eventually(async () => (await offsets()).length === 1, { what: 'the offset' });
  expect(await offsets()).toMatchObject([{ partition: { filename: file }, offset: { position: 8 } }]);
});

test('a class that nobody knows is refused with what there is', async () => {
  const { status, body } = await ask('PUT', '/connectors/x/config', {
    'connector.class': 'org.acme.Unknown',
  });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain('FileSource');
});
