import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RunProgress } from '../../support/run-progress.ts';
import { runCluster } from './cluster-run.ts';
import { plantedBugs } from './planted-bugs.ts';
import { playSeeds } from './seed-pool.ts';

const USAGE = `usage: npm run simulate -- [--seeds 20000] [--from 1] [--workers N] [--no-record]
                                      plays many seeds of whole brokers; cut off, it goes on where it was
       npm run simulate -- --seed 17 [--bug NAME]      plays one and prints what happened
       npm run simulate -- --bugs [--seeds 500] [--no-record]   plants each bug of the list, which must be found
       npm run simulate -- --bug NAME                          plants this one
Lines with the figures are added to docs/reliability.md unless --no-record is given. Bugs that can be planted:
${Object.keys(plantedBugs).join('\n')}
`;
const PAGE = new URL('../../../docs/reliability.md', import.meta.url);
const SOURCES = ['broker/src/**/*.ts', 'protocol/src/**/*.ts', 'test/simulation/cluster/*.ts'];
/** A planted bug is found within so many seeds, or so long. */
const SEEDS_FOR_A_BUG = 500;
const SECONDS_FOR_A_BUG = 300;
const SEEDS_A_LINE = 100;
const SEEDS = 20_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    'no-record': { type: 'boolean', default: false },
  },
});

const isHunt = values.bugs || (values.bug !== undefined && values.seed === undefined);
const numbers = [
  values.seed ?? '1',
  values.seeds ?? (isHunt ? SEEDS_FOR_A_BUG : SEEDS),
  values.from,
  values.workers,
].map(Number);
const [seed = 1, seeds = 1, from = 1, workers = 1] = numbers;
const isKnown = values.bug === undefined || plantedBugs[values.bug] !== undefined;
if (!isKnown || !numbers.every((number) => Number.isSafeInteger(number) && number > 0)) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else if (values.seed !== undefined) await playOne(seed, values.bug);
else if (values.bugs) await plantAll(Object.keys(plantedBugs));
else if (values.bug !== undefined) await plantAll([values.bug]);
else await playMany();

async function playOne(one: number, bug: string | undefined): Promise<void> {
  if (bug !== undefined && process.env.PLANTED_BUG !== bug) {
    // The sources are loaded already: with the bug they are in another process.
    const plant = new URL('./plant-bug.ts', import.meta.url).href;
    const again = [fileURLToPath(import.meta.url), '--seed', String(one), '--bug', bug];
    const env = { ...process.env, PLANTED_BUG: bug };
    const { status } = spawnSync(process.execPath, ['--import', plant, ...again], { env, stdio: 'inherit' });
    process.exitCode = status ?? 1;
    return;
  }
  const { violation, ...counts } = await runCluster({
    seed: one,
    say: (line) => process.stdout.write(`${line}\n`),
  });
  process.stdout.write(`${violation ?? 'nothing found'}\n${JSON.stringify(counts)}\n`);
  if (violation !== null) process.exitCode = 1;
}

async function playMany(): Promise<void> {
  const progress = new RunProgress({ name: 'simulate-cluster', asked: `${from} ${seeds}`, sources: SOURCES });
  const before = progress.read();
  const failed = [...(before.failed ?? [])];
  if (before.done > 0) process.stdout.write(`goes on behind ${before.done} seeds\n`);
  const beganMs = performance.now();
  const seconds = () => before.seconds + (performance.now() - beganMs) / 1_000;
  const ends = new Map<number, number>();
  let done = before.done;
  let nextTold = done + SEEDS_A_LINE;
  await playSeeds({
    workers,
    bug: null,
    from: from + done,
    count: seeds - done,
    played(played) {
      for (const { seed: one, violation } of played.failed) {
        failed.push(one);
        process.stdout.write(`seed ${one}: ${violation}\nsee it by: npm run simulate -- --seed ${one}\n`);
      }
      ends.set(played.from, played.count);
      for (let count = ends.get(from + done); count !== undefined; count = ends.get(from + done)) {
        ends.delete(from + done);
        done += count;
      }
      progress.write(done, seconds(), failed);
      if (done >= nextTold) {
        nextTold = done + SEEDS_A_LINE;
        process.stdout.write(`${done} of ${seeds} seeds, ${rate(done)}, ${failed.length} failed\n`);
      }
      return true;
    },
  });
  progress.forget();
  const found = failed.length === 0 ? 'nothing found' : `${failed.length} failed: ${failed.join(', ')}`;
  const figures = `${seeds} seeds, ${found}, ${rate(seeds)}`;
  process.stdout.write(`${figures}\n`);
  if (failed.length > 0) process.exitCode = 1;
  if (!values['no-record'])
    record('simulate-cluster', [
      `| ${today()} | ${commit()} | \`npm run simulate -- --seeds ${seeds} --from ${from}\` | ${figures} |`,
    ]);

  function rate(count: number): string {
    return `${seconds().toFixed(0)} s, ${(count / seconds()).toFixed(1)} seeds/s`;
  }
}

async function plantAll(names: readonly string[]): Promise<void> {
  const rows: string[] = [];
  for (const name of names) {
    const found = await hunt(name);
    process.stdout.write(`${found === null ? 'NOT FOUND' : `seed ${found.seed}`}: ${name}\n`);
    if (found === null) process.exitCode = 1;
    const violation = found?.violation.split('\n')[0]?.replaceAll('|', '/').slice(0, 100) ?? '**not found**';
    rows.push(`| ${name} | ${found?.seed ?? `> ${seeds}`} | ${violation} |`);
  }
  if (values.bugs && !values['no-record']) replace('planted', rows);
}

async function hunt(bug: string): Promise<{ readonly seed: number; readonly violation: string } | null> {
  const untilMs = performance.now() + SECONDS_FOR_A_BUG * 1_000;
  let found: { readonly seed: number; readonly violation: string } | null = null;
  await playSeeds({
    workers,
    bug,
    from,
    count: seeds,
    played({ failed }) {
      for (const one of failed) if (found === null || one.seed < found.seed) found = one;
      return found === null && performance.now() < untilMs;
    },
  });
  return found;
}

/** Adds rows to the table that ends at the mark. */
function record(mark: string, rows: readonly string[]): void {
  const end = `<!-- ${mark}:end -->`;
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(end, `${rows.join('\n')}\n${end}`));
}

/** Puts rows in the place of those between the marks. */
function replace(mark: string, rows: readonly string[]): void {
  const [start, end] = [`<!-- ${mark}:start -->\n`, `<!-- ${mark}:end -->`];
  const page = readFileSync(PAGE, 'utf8');
  const [head = '', rest = ''] = page.split(start);
  const tail = rest.slice(rest.indexOf(end));
  const header = '| planted | found at seed | by |\n| --- | --- | --- |\n';
  writeFileSync(PAGE, `${head}${start}${header}${rows.join('\n')}\n${tail}`);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}
