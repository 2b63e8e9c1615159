import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ConnectRecord, parseConfig, type SinkRecord } from '@millrace/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionTransform } from './function.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'function-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const record: SinkRecord = {
  topic: 'orders',
  partition: 1,
  offset: 5,
  key: 'k',
  value: { id: 1 },
  valueSchema: { type: 'struct', fields: [{ type: 'int32', field: 'id' }] },
  headers: [],
  timestamp: 7,
};

async function made(config: Readonly<Record<string, string>>, inlineAllowed = true) {
  const { values, problems } = parseConfig(functionTransform.config, config);
  expect(problems).toEqual([]);
  return functionTransform.create(values, { connector: 'shop', name: 'fix', inlineAllowed });
}

const apply = async (code: string, one: ConnectRecord = record) =>
  (await made({ 'function.code': code })).apply(one);

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('a function', () => {
  it.each([
    ['an expression', '(record) => ({ topic: record.topic + "-x" })'],
    ['TypeScript', '(record: { topic: string }): { topic: string } => ({ topic: `${record.topic}-x` });'],
    [
      'a module',
      'const add: string = "-x";\nexport default function (record) { return { topic: record.topic + add }; }',
    ],
    ['an async one', 'async (record) => ({ topic: record.topic + "-x" })'],
    ['with a comment behind', '(record) => ({ topic: record.topic + "-x" }) // done'],
  ])('may be %s', async (_what, code) => {
    expect(await apply(code)).toEqual({ ...record, topic: 'orders-x' });
  });

  it('keeps what it leaves out, and makes none or several', async () => {
    expect(await apply('() => null')).toBeNull();
    expect(await apply('() => []')).toEqual([]);
    expect(await apply('(r) => [r, { key: "other" }]')).toEqual([record, { ...record, key: 'other' }]);
    expect(await apply('(r) => r')).toBe(record);
  });

  it('is told where it runs', async () => {
    expect(await apply('(r, { connector, name }) => ({ topic: connector + "." + name })')).toMatchObject({
      topic: 'shop.fix',
    });
  });

  it.each([
    ['() => { throw new TypeError("no id.") }', 'The function of transform "fix" threw: TypeError: no id.'],
    ['async () => { throw new Error("late") }', 'The function of transform "fix" threw: late.'],
    ['() => { throw "text" }', 'The function of transform "fix" threw: text.'],
  ])('that throws is poison with its words: %s', async (code, message) => {
    const transform = await made({ 'function.code': code });
    const failure = await (async () => transform.apply(record))().catch((error) => error);
    expect(failure).toMatchObject({ class: 'poison', code: 'FUNCTION_FAILED', message });
  });

  it.each([
    ['() => undefined', 'gave nothing'],
    ['() => 5', 'gave a number'],
    ['() => "x"', 'gave a string'],
    ['() => [null]', 'gave null'],
    ['() => ({ id: 1 })', 'gave a member "id", which records have not'],
    ['() => ({ topic: "" })', 'gave a topic that is no text'],
    ['() => ({ headers: {} })', 'gave headers that are no list'],
    ['() => ({ timestamp: "now" })', 'gave a timestamp that is no number'],
    ['() => ({ partition: 1.5 })', 'gave a partition that is no whole number'],
    ['() => ({ value: { id: 1, more: 2 } })', 'gave a value with the field "more", which its schema lacks'],
    ['async () => 5', 'gave a number'],
    ['(r) => Array(10001).fill(r)', 'gave 10001 records'],
  ])('that gives what is no record is named: %s', async (code, message) => {
    const transform = await made({ 'function.code': code });
    const failure = await (async () => transform.apply(record))().catch((error) => error);
    expect(failure).toMatchObject({ class: 'poison', code: 'FUNCTION_WRONG_ANSWER' });
    expect(failure.message).toContain(message);
  });

  it('may give another schema, or none', async () => {
    expect(await apply('(r) => ({ value: { more: 1 }, valueSchema: undefined })')).toMatchObject({
      value: { more: 1 },
    });
  });
});

describe('function.code', () => {
  it('is refused where the worker does not allow it', async () => {
    await expect(made({ 'function.code': '(r) => r' }, false)).rejects.toMatchObject({
      class: 'config',
      message: expect.stringContaining('transforms.inline.enabled'),
      details: { path: 'function.code', hint: expect.stringContaining('transforms.inline.enabled') },
    });
  });

  it.each(['(r) =>', 'export const a = 1;\nexport { a as b };', '5', 'enum A { B }'])(
    'that is no function is a config error: %s',
    async (code) => {
      await expect(made({ 'function.code': code })).rejects.toMatchObject({
        class: 'config',
        details: { path: 'function.code' },
      });
    },
  );
});

describe('function.file', () => {
  // In a Node of its own: the test runner would load the file by its own rules.
  it('runs TypeScript, and what the file holds when the task starts', async () => {
    const path = await file(
      'f.ts',
      'export default (record: { topic: string }) => ({ topic: `${record.topic}-1` });',
    );
    const program = `
      import { utimesSync, writeFileSync } from 'node:fs';
      import { functionTransform } from ${JSON.stringify(join(import.meta.dirname, 'function.ts'))};
      const config = { 'function.file': ${JSON.stringify(path)}, 'function.code': null };
      const topic = async () => {
        const transform = await functionTransform.create(config, { connector: 'c', name: 'n' });
        return (await transform.apply({ topic: 'orders', headers: [], partition: null, timestamp: null })).topic;
      };
      const before = await topic();
      writeFileSync(config['function.file'], 'export default (record: { topic: string }) => ({ topic: record.topic + "-2" });');
      utimesSync(config['function.file'], new Date(), new Date(Date.now() + 5_000));
      console.log(before, await topic());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 15_000,
    });
    expect(stdout.trim()).toBe('orders-1 orders-2');
  });

  it.each([
    ['is not there', null],
    ['does not parse', 'export default ('],
    ['exports no function', 'export default 5;'],
    ['throws', 'throw new Error("at load");'],
  ])('that %s is a config error', async (_what, text) => {
    const path = text === null ? join(folder, 'nothing.ts') : await file('f.mjs', text);
    await expect(made({ 'function.file': path })).rejects.toMatchObject({
      class: 'config',
      details: { path: 'function.file' },
    });
  });

  it.each([
    [{}, 'function.file'],
    [{ 'function.file': 'f.ts' }, 'function.file'],
    [{ 'function.file': '/f.ts', 'function.code': 'x' }, 'function.file'],
  ])('and function.code: %j is refused by its key', (config, key) => {
    expect(parseConfig(functionTransform.config, config).problems.map((problem) => problem.key)).toEqual([
      key,
    ]);
  });
});
