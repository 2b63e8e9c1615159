import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Millrace, startMillrace } from '../support/millrace.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
let folder: string;
let millrace: Millrace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remote-'));
  millrace = await startMillrace();
}, 60_000);
afterAll(async () => {
  await millrace?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command as a process of its own. */
function run(args: readonly string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, MILLRACE_URL: millrace.rest };
    const child = execFile(process.execPath, [LAUNCHER, ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end(input);
  });
}

const json = async (args: readonly string[]) => JSON.parse((await run([...args, '--json'])).out);

test('topics and messages', async () => {
  expect(await run(['topics', 'create', 'words', 'retention.ms=60000', '--partitions', '2'])).toEqual({
    ...{ code: 0, out: 'Topic words was created.\n', err: '' },
  });
  expect((await run(['produce', 'words', '--key', 'k', 'trace=1'], '{"n":1}\n{"n":2}\n')).out).toBe(
    'Sent 2 messages to words.\n',
  );
  const { out } = await run(['consume', 'words', '--from', 'oldest', '--filter', 'value.n == 2']);
  expect(out).toMatch(/^\d{4}-\S+Z {2}\d:1 {2}k {2}\{"n":2\}\n$/);
  expect(await json(['topics', '--search', 'words'])).toMatchObject([
    { name: 'words', partitions: 2, records: 2 },
  ]);
  expect((await run(['topics', 'show', 'words'])).out).toContain('retention.ms  60000');
}, 60_000);

test('connectors and groups, and what is wrong with them', async () => {
  const file = join(folder, 'copy.json');
  const config = {
    name: 'copy',
    'connector.class': 'FileStreamSink',
    topics: 'words',
    file: join(folder, 'out'),
  };
  await writeFile(file, JSON.stringify(config));
  expect((await run(['connectors', 'create', file])).out).toBe('Connector copy was created.\n');
  expect((await run(['connectors'])).out).toMatch(/^NAME +STATE.*\ncopy +/);
  expect((await run(['connectors', 'stop', 'copy'])).out).toBe('Connector copy is stopped.\n');
  expect(await json(['connectors', 'history', 'copy'])).toMatchObject([{ version: 1, what: 'create' }]);
  expect((await run(['cluster'])).out).toContain('BROKER');
  expect((await run(['doctor'])).out).toContain('ok     partitions');
  expect((await run(['groups'])).code).toBe(0);
  expect((await run(['share-groups'])).out).toContain('GROUP');
}, 60_000);

test('what is refused is said in a sentence, with what to do', async () => {
  expect(await run(['topics', 'show', 'nothing'])).toMatchObject({
    ...{ code: 1, out: '', err: expect.stringContaining('topic nothing') },
  });
  expect(await run(['topics', 'burn'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('it has list'),
  });
  expect(await run(['groups', 'reset', 'g', '--to', 'there'])).toMatchObject({
    ...{ code: 2, err: expect.stringContaining('earliest') },
  });
  expect(await run(['cluster', '--url', 'http://127.0.0.1:1'])).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('does not answer') },
  });
}, 60_000);
