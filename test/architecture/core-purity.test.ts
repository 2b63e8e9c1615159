import { describe, expect, it } from 'vitest';
import { purityFindings } from './core-purity.ts';
import { SourceFile, sourceFiles } from './source-tree.ts';

const planted = (text: string, path = 'broker/src/core/log/planted.ts') =>
  purityFindings(new SourceFile(path, text));

describe('pure cores', () => {
  it('holds in every file of a core', () => {
    expect(sourceFiles.filter(({ path }) => /^[^/]+\/src\/core\//.test(path)).length).toBeGreaterThan(20);
    expect(sourceFiles.flatMap(purityFindings)).toEqual([]);
  });

  it.each([
    ["import { open } from 'node:fs';", 'a core imports node:fs'],
    ["import { createLogger } from '@millrace/foundation';", 'a core imports @millrace/foundation:'],
    ["import pino from 'pino';", 'a core imports pino'],
    ['export async function f() {}', 'async in a core'],
    ['export const f = async () => 1;', 'async in a core'],
    ['export class C { async m() {} }', 'async in a core'],
    ['export const later: Promise<void> | null = null;', 'Promise in a core'],
    ['export const t = Date.now();', 'Date in a core: take `now: Now`'],
    ['export const t = new Date();', 'Date in a core'],
    ['export const t = performance.now();', 'performance in a core'],
    ['export const r = Math.random();', 'Math.random in a core'],
    ['setTimeout(() => undefined, 1);', 'setTimeout in a core'],
    ['export const e = process.env;', 'process in a core'],
    ["console.log('x');", 'console in a core'],
    ["export const m = () => import('../x.ts');", 'import() in a core'],
  ])('notices %s', (text, message) => {
    expect(planted(text)[0]).toContain(message);
  });

  it('lets the Connect core import less than the broker core', () => {
    const text = "import { errorCode } from '@millrace/protocol';";
    expect(planted(text)).toEqual([]);
    expect(planted(text, 'connect-runtime/src/core/herder/planted.ts')).toHaveLength(1);
  });

  it('takes members and keys of these names for what they are', () => {
    expect(
      planted('export const x = { process: 1, Date: 2 }; export const y = x.process; // Date.now()'),
    ).toEqual([]);
  });
});
