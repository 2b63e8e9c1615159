/**
 * `node protocol/generator/main.ts` writes `protocol/src/generated` from `protocol/schemas`; with `--check` it writes
 * nothing, names the files that differ, and exits with 1 if there are any.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { generate } from './generate.ts';

const TARGET = new URL('../src/generated/', import.meta.url);

function present(): Map<string, string> {
  for (const folder of ['internal/', 'wasm/']) mkdirSync(new URL(folder, TARGET), { recursive: true });
  const names = readdirSync(TARGET, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts'));
  return new Map(names.map((name) => [name, readFileSync(new URL(name, TARGET), 'utf8')]));
}

const wanted = await generate();
const before = present();
const differing = [...new Set([...wanted.keys(), ...before.keys()])]
  .filter((name) => wanted.get(name) !== before.get(name))
  .sort();

if (process.argv.includes('--check')) {
  for (const name of differing) console.error(`protocol/src/generated/${name} is not what its schema gives`);
  if (differing.length > 0) {
    console.error('run: node protocol/generator/main.ts');
    process.exitCode = 1;
  }
} else {
  for (const name of differing) {
    const content = wanted.get(name);
    if (content === undefined) rmSync(new URL(name, TARGET));
    else writeFileSync(new URL(name, TARGET), content);
  }
  console.log(`${wanted.size} files, ${differing.length} changed`);
}
