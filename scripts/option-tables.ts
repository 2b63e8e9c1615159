/**
 * Writes the option tables of the plugin packages into their READMEs, between `<!-- options:start -->` and
 * `<!-- options:end -->`. With `--check` it writes nothing, and fails where a table is not what it should be.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { optionTable, type PluginManifest } from '@millrace/sdk';

const ROOT = join(import.meta.dirname, '..');
const START = '<!-- options:start -->';
const END = '<!-- options:end -->';

const check = process.argv.includes('--check');
const problems: string[] = [];
for (const index of globSync(
  [
    'connectors/*/src/index.ts',
    'plugins/{converters,transforms,predicates,config-providers}/src/index.ts',
    'plugins/template/src/index.ts',
  ],
  {
    cwd: ROOT,
  },
).sort()) {
  const problem = await renew(join(dirname(dirname(index)), 'README.md'), index);
  if (problem !== null) problems.push(problem);
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Brings one README up to date; answers what is wrong with it. */
async function renew(readme: string, index: string): Promise<string | null> {
  const path = join(ROOT, readme);
  if (!existsSync(path)) return `${readme}: is missing`;
  const text = readFileSync(path, 'utf8');
  const start = text.indexOf(START);
  const end = text.indexOf(END, start);
  if (start === -1 || end === -1) return `${readme}: has no lines ${START} and ${END}`;
  const { default: manifest } = (await import(pathToFileURL(join(ROOT, index)).href)) as {
    default: PluginManifest;
  };
  const renewed = `${text.slice(0, start + START.length)}\n\n${tables(manifest)}\n${text.slice(end)}`;
  if (renewed === text) return null;
  if (check) return `${readme}: the option tables are out of date; run node scripts/option-tables.ts`;
  writeFileSync(path, renewed);
  console.log(`${readme}: written`);
  return null;
}

function tables({ plugins }: PluginManifest): string {
  return plugins
    .filter((plugin) => !plugin.class.endsWith('$Key'))
    .map((plugin) => `### ${titleOf(plugin.class)}\n\n${optionTable(plugin.config)}`)
    .join('\n');
}

/** A transform's forms for key and value have the same options. */
function titleOf(name: string): string {
  const [plain, side] = name.split('$');
  return side === undefined ? name : `${plain}$Key, ${plain}$Value`;
}
