import { describe, expect, it } from 'vitest';
import { bannedFindings, staleExceptions } from './banned.ts';
import { SourceFile, sourceFiles } from './source-tree.ts';

const planted = (text: string, path = 'broker/src/runtime/planted.ts') =>
  bannedFindings(new SourceFile(path, text));

describe('banned names', () => {
  it('stand in no file', () => {
    expect(sourceFiles.flatMap(bannedFindings)).toEqual([]);
  });

  it('have no exception that nothing needs', () => {
    expect(staleExceptions(sourceFiles)).toEqual([]);
    expect(staleExceptions([])).not.toEqual([]);
  });

  it.each([
    'utils.ts',
    'string-utils.ts',
    'helpers.test.ts',
    'common.ts',
    'connection-manager.ts',
    'misc.tsx',
  ])('notices a file called %s', (name) => {
    expect(planted('', `client/src/${name}`)[0]).toContain('is named');
  });

  it.each(['FetchHandler.ts', 'fetch_handler.ts'])('notices that %s is not in kebab-case', (name) => {
    expect(planted('', `client/src/${name}`)[0]).toContain('kebab-case');
  });

  it.each([
    ['Math.random();', 'take the Random port'],
    ['Date.now();', 'take the Clock port'],
    ['new Date();', 'take the Clock port'],
    ['performance.now();', 'take the Clock port'],
    ['setTimeout(f, 1);', 'take the Timers port'],
    ['// TODO later', 'mend it now'],
    ['// @ts-ignore', '@ts-expect-error'],
    ['// @ts-expect-error', 'needs a reason'],
    ['// biome-ignore lint/suspicious/noExplicitAny: <explanation>', 'needs a reason'],
  ])('notices %s', (text, message) => {
    expect(planted(text).join()).toContain(message);
  });

  it.each([
    ["it.only('x', () => {});", 'all tests run'],
    ["describe.skip('x', () => {});", 'skipIf'],
    ["test.todo('x');", 'write the test'],
    ['expect(true).toBe(true);', 'expect what the code under test gave'],
  ])('notices %s in a test', (text, message) => {
    expect(planted(text, 'client/src/planted.test.ts')[0]).toContain(message);
  });

  it('lets a test skip by a condition, and a date be made of a time', () => {
    expect(planted("it.skipIf(process.env.X)('x', () => {});", 'client/src/planted.test.ts')).toEqual([]);
    expect(planted('export const day = new Date(0);')).toEqual([]);
  });
});
