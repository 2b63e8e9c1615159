import { describe, expect, it } from 'vitest';
import { packageFindings } from './packages.ts';
import { readTracked, trackedPaths } from './source-tree.ts';

const GOOD: Readonly<Record<string, string>> = {
  'client/package.json': '{ "license": "Apache-2.0", "exports": { ".": "./src/index.ts" } }',
  'client/src/index.ts': '',
  'client/README.md': '',
  'connectors/x/package.json': '{ "license": "Apache-2.0", "exports": { ".": "./src/index.ts" } }',
  'connectors/x/src/index.ts': '',
  'connectors/x/src/config.ts': '',
  'connectors/x/src/sink.ts': '',
  'connectors/x/test/acceptance.test.ts': '',
  'connectors/x/README.md': '<!-- options:start -->\n<!-- options:end -->',
};

function planted(changes: Readonly<Record<string, string | null>>): string[] {
  const files = Object.entries({ ...GOOD, ...changes }).filter(([, text]) => text !== null);
  const texts = new Map(files as [string, string][]);
  return packageFindings({ paths: [...texts.keys()], read: (path) => texts.get(path) ?? '' });
}

describe('packages', () => {
  it('have a README, one public door and, as connectors, the same files', () => {
    expect(packageFindings({ paths: trackedPaths, read: (path) => readTracked(path).text })).toEqual([]);
  });

  it('pass as they should be', () => {
    expect(planted({})).toEqual([]);
  });

  it.each([
    ['client/README.md', null, 'client has no README.md'],
    ['client/src/index.ts', null, 'the door . leads to ./src/index.ts'],
    ['client/package.json', '{ "license": "Apache-2.0" }', 'has no exports'],
    ['client/package.json', '{ "license": "Apache-2.0", "exports": {} }', 'exports nothing'],
    ['client/package.json', '{ "exports": { ".": "./src/index.ts" } }', 'no license'],
    ['connectors/x/src/config.ts', null, 'connectors/x has no src/config.ts'],
    ['connectors/x/test/acceptance.test.ts', null, 'connectors/x has no test/acceptance.test.ts'],
    ['connectors/x/src/sink.ts', null, 'neither src/source.ts nor src/sink.ts'],
    ['connectors/x/README.md', 'no table', 'has no option table'],
    ['connectors/errors.ts', '', 'lies on a shelf'],
  ])('notice %s as %j', (path, text, message) => {
    expect(planted({ [path]: text }).join()).toContain(message);
  });
});
