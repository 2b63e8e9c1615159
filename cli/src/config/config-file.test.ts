import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@millrace/foundation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config-file.ts';

const definition = defineConfig({
  'log.dirs': { type: 'string', importance: 'high', docs: 'd' },
  'node.id': { type: 'int', importance: 'high', docs: 'd' },
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(
  name: string,
  text: string,
  more: { overrides?: [string, string][]; environment?: object } = {},
) {
  const file = join(folder, name);
  await writeFile(file, text);
  return readConfig({
    file,
    overrides: more.overrides ?? [],
    environment: { ...more.environment },
    definition,
  });
}

test.each([
  ['a.properties', 'node.id=1\nlog.dirs=/d'],
  ['a.json', '{"node.id": "1", "log.dirs": "/d"}'],
  ['a.yaml', 'node.id: "1"\nlog.dirs: /d'],
])('reads %s', async (name, text) => {
  expect(await read(name, text)).toEqual({ 'node.id': '1', 'log.dirs': '/d' });
});

test('the environment wins over the file, and --set over both', async () => {
  const environment = { MILLRACE_LOG_DIRS: '/env', MILLRACE_NODE_ID: '2', MILLRACE_UNKNOWN: 'x' };
  const config = await read('b.properties', 'node.id=1\nlog.dirs=/file', {
    environment,
    overrides: [['node.id', '3']],
  });
  expect(config).toEqual({ 'node.id': '3', 'log.dirs': '/env' });
});

test.each([
  ['c.json', '{"node.id": '],
  ['c.yaml', '- a\n- b'],
  ['c.json', '"text"'],
])('refuses a malformed %s and names it', async (name, text) => {
  await expect(read(name, text)).rejects.toMatchObject({ code: 'CONFIG_FILE_MALFORMED', class: 'config' });
});

test('refuses a file that is not there and names it', async () => {
  const file = join(folder, 'missing.properties');
  const reading = readConfig({ file, overrides: [], environment: {}, definition });
  await expect(reading).rejects.toMatchObject({ code: 'CONFIG_FILE_UNREADABLE', details: { path: file } });
});
