import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { resolveMessage } from '../src/schema/resolve.ts';
import { array, int32, one, string, structure } from '../src/schema/schema.ts';
import { generate } from './generate.ts';

const TARGET = new URL('../src/generated/', import.meta.url);

test('what is committed is what the schemas give', async () => {
  const made = await generate();
  const present = readdirSync(TARGET, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(present.map((name) => name.replaceAll('\\', '/')).sort()).toEqual([...made.keys()].sort());
  for (const [name, content] of made) {
    expect(readFileSync(new URL(name, TARGET), 'utf8') === content, name).toBe(true);
    expect(content, name).toMatch(/^\/\/ Generated .*\. Do not edit/);
  }
});

test('--check says nothing and succeeds', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, '--check']);
  expect(stdout + stderr).toBe('');
});

describe('a schema that contradicts itself is refused', () => {
  const resolve = (fields: Parameters<typeof structure>[1]) =>
    resolveMessage({ name: 'M', versions: '1-5', flexible: '3+', fields });

  test.each<[string, Parameters<typeof structure>[1], string]>([
    ['a field outside the versions', { a: int32({ versions: '0+' }) }, 'M.a has versions that M lacks'],
    ['a field in no version', { a: int32({ versions: 'none' }) }, 'M.a is in no version'],
    ['a tag without tagged sections', { a: int32({ versions: '2+', tag: 0 }) }, 'version without tags'],
    [
      'a tag twice',
      { a: int32({ versions: '3+', tag: 0 }), b: int32({ versions: '3+', tag: 0 }) },
      'a tag twice',
    ],
    ['null by default, not nullable', { a: string({ default: null }) }, 'not nullable'],
    ['bad notation', { a: int32({ versions: '3..4' }) }, 'no version range'],
    [
      'two structures of one name',
      { a: one(structure('S', { x: int32() })), b: array(structure('S', { y: int32() })) },
      'two structures called MS',
    ],
  ])('%s', (_name, fields, message) => {
    expect(() => resolve(fields)).toThrow(message);
  });
});
