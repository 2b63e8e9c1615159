import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './source-tree.ts';

const statements = (count: number) =>
  `export function f(x: string[]) {\n${"  x.push('y');\n".repeat(count)}}\n`;

/** What Biome and the compiler hold: one violation of each rule, so that a setting that went dead is noticed. */
const PLANTED: Readonly<Record<string, string>> = {
  noFloatingPromises: 'export async function f() {\n  return 1;\n}\nexport function g() {\n  f();\n}\n',
  noExplicitAny: 'export const x = 1 as any;\n',
  noNonNullAssertion: 'export const f = (x: string | null) => x!.length;\n',
  noConsole: "console.log('x');\n",
  noExcessiveLinesPerFunction: statements(71),
  noUndeclaredDependencies: "import x from 'left-pad';\n\nexport { x };\n",
  noUnusedVariables: 'const x = 1;\nexport {};\n',
  noParameterProperties: 'export class C {\n  constructor(readonly x: number) {}\n}\n',
};

describe('the linter', () => {
  let folder = '';
  const found = new Map<string, string[]>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-planted-'));
    cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    write('package.json', '{ "name": "planted" }\n');
    for (const [rule, text] of Object.entries(PLANTED)) write(`broker/src/${rule}.ts`, text);
    write('broker/src/long-enough.ts', statements(60));
    write('broker/src/cycle-a.ts', "export { b } from './cycle-b.ts';\nexport const a = 1;\n");
    write('broker/src/cycle-b.ts', "export { a } from './cycle-a.ts';\nexport const b = 1;\n");
    const run = spawnSync(
      join(root, 'node_modules/.bin/biome'),
      ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd: folder, encoding: 'utf8' },
    );
    for (const { category, location } of JSON.parse(run.stdout).diagnostics) {
      const path = typeof location.path === 'string' ? location.path : location.path.file;
      found.set(path, [...(found.get(path) ?? []), category]);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  it.each(Object.keys(PLANTED))('notices %s', (rule) => {
    expect(found.get(`broker/src/${rule}.ts`)?.join()).toContain(`/${rule}`);
  });

  it('notices a circle of imports', () => {
    expect(found.get('broker/src/cycle-a.ts')?.join()).toContain('/noImportCycles');
  });

  it('lets a function of 60 lines be', () => {
    expect(found.get('broker/src/long-enough.ts')).toBeUndefined();
  });
});

describe('the compiler', () => {
  it('refuses what Node cannot strip, and unchecked indexes', () => {
    const { compilerOptions } = JSON.parse(
      execFileSync(join(root, 'node_modules/.bin/tsc'), ['--showConfig'], { cwd: root, encoding: 'utf8' }),
    );
    expect(compilerOptions).toMatchObject({
      strict: true,
      erasableSyntaxOnly: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
    });
  });
});
