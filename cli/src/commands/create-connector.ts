import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MillraceError } from '@millrace/foundation';
import type { CreateConnectorOptions } from '../command-line.ts';
import { VERSION } from '../version.ts';

const TEMPLATE = { package: '@millrace/template', class: 'TemplateSource' };
/** The files of the template that a new package begins with, and how the template's names become its own. */
const FILES = ['README.md', 'src/config.ts', 'src/index.ts', 'test/acceptance.test.ts'];
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'esnext', module: 'nodenext', lib: ['esnext'], types: ['node'], strict: true },
    ...{ erasableSyntaxOnly: true, verbatimModuleSyntax: true, rewriteRelativeImportExtensions: true },
    ...{ skipLibCheck: true, declaration: true, rootDir: 'src', outDir: 'dist' },
  },
  include: ['src'],
};

const VITEST_CONFIG = `import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The suite must define its tests in the vitest that runs them.
  resolve: { dedupe: ['vitest'] },
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000 },
});
`;

/** millrace create-connector NAME: a package with a source that runs, its acceptance test and its README, to be changed from there. */
export async function createConnector({ name, dir }: CreateConnectorOptions): Promise<number> {
  if (!NAME.test(name)) {
    throw wrong(
      `"${name}" can't be the name of a connector.`,
      'Take lower-case letters, digits and dashes, such as weather or city-bikes.',
    );
  }
  const target = resolve(dir ?? name);
  await requireEmpty(target);
  const template = dirname(fileURLToPath(import.meta.resolve(`${TEMPLATE.package}/package.json`)));
  const packageName = `millrace-connector-${name}`;
  const className = `${name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}Source`;
  for (const file of FILES) {
    const text = await readFile(join(template, file), 'utf8');
    const own = text.replaceAll(TEMPLATE.package, packageName).replaceAll(TEMPLATE.class, className);
    await put(join(target, file), own);
  }
  await put(join(target, 'package.json'), json(packageManifest(packageName, target)));
  await put(join(target, 'tsconfig.json'), json(TSCONFIG));
  await put(join(target, 'vitest.config.ts'), VITEST_CONFIG);
  process.stdout.write(welcome(className, relative(process.cwd(), target) || '.'));
  return 0;
}

/** What makes it a plugin for `plugin.path` is `millrace`; the SDK of the worker itself is used where it runs. */
function packageManifest(name: string, target: string): object {
  return {
    name,
    version: '0.1.0',
    description: 'A connector for Millrace.',
    type: 'module',
    millrace: { sdk: '1' },
    exports: './src/index.ts',
    files: ['src', 'dist'],
    scripts: { test: 'vitest run', build: 'tsc' },
    devDependencies: {
      '@millrace/sdk': sdkDependency(target),
      '@types/node': '^26.0.0',
      typescript: '^7.0.0',
      vitest: '^5.0.0',
    },
  };
}

/** An installed Millrace has the SDK's version of the registry; a checkout has the SDK itself. */
function sdkDependency(target: string): string {
  const entry = fileURLToPath(import.meta.resolve('@millrace/sdk'));
  return entry.endsWith('.ts') ? `file:${relative(target, dirname(dirname(entry)))}` : `^${VERSION}`;
}

async function requireEmpty(target: string): Promise<void> {
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw wrong(`${target} can't be used: ${error.message}.`, 'Name another folder with --dir.');
  });
  if (entries.length > 0)
    throw wrong(`${target} is not empty.`, 'Name another folder with --dir: nothing is written over.');
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

function wrong(message: string, hint: string): MillraceError {
  return new MillraceError(message, { code: 'INVALID_CONFIG', class: 'config', hint });
}

function welcome(className: string, folder: string): string {
  return `${className} is in ${folder}. Next:

  cd ${folder}
  npm install
  npm test                                            # the acceptance suite of the SDK
  millrace dev --set plugins=./src/index.ts           # runs it; http://127.0.0.1:8083/ui/

Or put the folder into one that the worker's plugin.path names: it is seen without a restart.
To publish it, "npm run build" and let "exports" name ./dist/index.js: Node strips no types under node_modules.
`;
}
