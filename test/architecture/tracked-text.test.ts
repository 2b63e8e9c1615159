import { describe, expect, it } from 'vitest';
import { readTracked, SourceFile, trackedPaths } from './source-tree.ts';
import { foreignFindings } from './tracked-text.ts';

const BINARY = /\.(?:png|webp|ico|woff2|gz|bin|snappy|zst)$/;
/** The rule and its plants name what they forbid. */
const THE_RULE = /^test\/architecture\/tracked-text/;

const planted = (text: string) => foreignFindings(new SourceFile('docs/x.md', text));

describe('tracked text', () => {
  it('names no machine and no registry', () => {
    const files = trackedPaths.filter((path) => !BINARY.test(path) && !THE_RULE.test(path));
    expect(files.map(readTracked).flatMap(foreignFindings)).toEqual([]);
  });

  it.each([
    'see /work/main/broker',
    'cd /home/jo/millrace/',
    'cd /Users/jo/millrace/',
    '"resolved": "https://packages.example/x.tgz"',
    'https://registry.npmjs.org/',
    'registry=http://localhost:4873',
  ])('notices %j', (text) => {
    expect(planted(text)).toHaveLength(1);
  });

  it('lets a path within the repository be', () => {
    expect(planted('broker/src/work/queue.ts, /home/node/app, ../shared/services')).toEqual([]);
  });
});
