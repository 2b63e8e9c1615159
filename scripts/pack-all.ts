/**
 * Packs everything that others install into tarballs: JavaScript and `.d.ts` in place of TypeScript, because Node strips no types under
 * node_modules, and the page as it is built. `node scripts/pack-all.ts [--out FOLDER]`, by default `dist/packages`.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildUi } from '@millrace/ui/build';

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: unknown;
  readonly scripts?: unknown;
}

const ROOT = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { out: { type: 'string', default: join(ROOT, 'dist', 'packages') } },
});
const OUT = resolve(values.out);
const WORK = join(ROOT, 'dist', 'packing');
const COMPILED = join(WORK, 'compiled');
const STAGE = join(WORK, 'stage');

/** Compiled as they are; `ui` and `plugins/template` are packed in ways of their own. */
const LIBRARIES = [
  ...['foundation', 'protocol', 'client', 'broker', 'connect-runtime', 'rest-api', 'cli'],
  ...[
    'plugins/sdk',
    'plugins/converters',
    'plugins/transforms',
    'plugins/predicates',
    'plugins/config-providers',
  ],
  ...readdirSync(join(ROOT, 'connectors')).map((name) => `connectors/${name}`),
];

rmSync(WORK, { recursive: true, force: true });
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
compile();
for (const folder of LIBRARIES) stageLibrary(folder);
stageTemplate('plugins/template');
await stageUi('ui');
pack();
rmSync(WORK, { recursive: true });

/** One program for all: they refer to one another's sources. */
function compile(): void {
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      ...{ noEmit: false, declaration: true, rewriteRelativeImportExtensions: true, incremental: false },
      ...{ rootDir: ROOT, outDir: COMPILED, typeRoots: [join(ROOT, 'node_modules/@types')] },
    },
    include: [...LIBRARIES.map((folder) => join(ROOT, folder, 'src')), join(ROOT, 'ui/*.ts')],
    exclude: ['**/*.test.ts', '**/fixtures/**', '**/testdata/**'].map((pattern) => join(ROOT, pattern)),
  };
  mkdirSync(WORK, { recursive: true });
  writeFileSync(join(WORK, 'tsconfig.json'), JSON.stringify(config));
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(WORK, 'tsconfig.json')],
    {
      stdio: 'inherit',
    },
  );
}

function stageLibrary(folder: string): void {
  const stage = begin(folder);
  cpSync(join(COMPILED, folder, 'src'), join(stage, 'dist'), { recursive: true });
  const manifest = manifestOf(folder);
  for (const file of Object.values(manifest.bin ?? {})) {
    const text = readFileSync(join(ROOT, folder, file), 'utf8');
    const launcher = text.replace('../src/main.ts', '../dist/main.js');
    if (launcher === text) throw new Error(`${folder}/${file} does not start src/main.ts`);
    put(join(stage, file), launcher);
  }
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([door, source]) => [door, compiledDoor(source, './dist/')]),
  );
  end(folder, stage, { ...manifest, exports });
}

/** Copied, not run: `create-connector` makes new packages of it. */
function stageTemplate(folder: string): void {
  const stage = begin(folder);
  for (const part of ['src', 'test'])
    cpSync(join(ROOT, folder, part), join(stage, part), { recursive: true });
  end(folder, stage, manifestOf(folder));
}

/** Without dependencies: what the page is built with is in its bundle. */
async function stageUi(folder: string): Promise<void> {
  const stage = begin(folder);
  const bundle = await buildUi();
  cpSync(bundle.folder, join(stage, 'bundle'), { recursive: true });
  for (const file of ['build', 'build-main'])
    for (const ending of ['.js', '.d.ts'])
      cpSync(join(COMPILED, folder, file + ending), join(stage, file + ending));
  const { exports, dependencies: _only, ...manifest } = manifestOf(folder);
  const doors = Object.entries(exports).map(([door, source]) => [door, compiledDoor(source, './')]);
  end(folder, stage, { ...manifest, exports: Object.fromEntries(doors) });
}

function begin(folder: string): string {
  const stage = join(STAGE, folder);
  mkdirSync(stage, { recursive: true });
  cpSync(join(ROOT, folder, 'README.md'), join(stage, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
  return stage;
}

/** Without what only a checkout needs; the command brings the Node that it runs on along. */
function end(folder: string, stage: string, manifest: object): void {
  const { devDependencies: _dev, scripts: _scripts, ...kept } = manifest as Manifest;
  const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const node = folder === 'cli' ? { optionalDependencies } : {};
  put(join(stage, 'package.json'), JSON.stringify({ ...kept, ...node }, null, 2));
}

/** `./src/x.ts` is `./dist/x.js`, with its types; patterns stay patterns. */
function compiledDoor(source: string, to: string): object {
  const path = source.replace(/^\.\/(?:src\/)?/, to).replace(/\.ts$/, '');
  return { types: `${path}.d.ts`, default: `${path}.js` };
}

function pack(): void {
  put(
    join(STAGE, 'package.json'),
    JSON.stringify({ name: 'stage', private: true, workspaces: ['*', '*/*'] }),
  );
  execFileSync('npm', ['pack', '--workspaces', '--silent', '--pack-destination', OUT], {
    cwd: STAGE,
    stdio: 'inherit',
  });
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}

function put(file: string, text: string): void {
  if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
