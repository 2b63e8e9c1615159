import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConnectorFile } from './connector-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'connector-file-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(name: string, text: string) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return readConnectorFile(file);
}

const config = { name: 'a', 'connector.class': 'X', 'tasks.max': '2' };

test.each([
  ['a.properties', 'name=a\nconnector.class=X\ntasks.max=2'],
  ['a.json', '{"name":"a","connector.class":"X","tasks.max":2}'],
  ['a.yaml', 'name: a\nconnector.class: X\ntasks.max: 2'],
])('%s may hold the keys', async (name, text) => {
  expect(await read(name, text)).toMatchObject({ name: 'a', config, initialState: 'RUNNING' });
});

test('a JSON file may be what POST /connectors takes', async () => {
  const body = { name: 'b', config: { 'connector.class': 'X' }, initial_state: 'paused' };
  expect(await read('b.json', JSON.stringify(body))).toMatchObject({
    name: 'b',
    config: { 'connector.class': 'X' },
    initialState: 'PAUSED',
  });
});

test.each([
  ['connector.class=X', 'name'],
  ['{"name":"a","x":{"y":1}}', 'x'],
  ['{"name":"a","config":{},"initial_state":"gone"}', 'initial_state'],
])('%s is refused for %s', async (text, path) => {
  const name = text.startsWith('{') ? 'wrong.json' : 'wrong.properties';
  await expect(read(name, text)).rejects.toMatchObject({ code: 'INVALID_CONFIG', details: { path } });
});
