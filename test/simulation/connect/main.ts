import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { RunProgress } from '../../support/run-progress.ts';
import { mutations } from './mutations.ts';
import { World } from './world.ts';

const USAGE = `usage: npm run simulate:connect -- [--count 100000] [--from 1] [--no-record]   plays many seeds; cut off, it goes on where it was
       npm run simulate:connect -- --seed 17 [--bug NAME]                     plays one and prints what happened
A line with the figures is added to docs/reliability.md unless --no-record is given. Bugs that can be planted:
${Object.keys(mutations).join('\n')}
`;
const PAGE = new URL('../../../docs/reliability.md', import.meta.url);
/** The table of simulated runs ends here. */
const END = '<!-- simulate:end -->';
const SOURCES = ['connect-runtime/src/core/**/*.ts', 'test/simulation/connect/*.ts'];
const SEEDS_A_STEP = 1_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '100000' },
    from: { type: 'string', default: '1' },
    bug: { type: 'string' },
    'no-record': { type: 'boolean', default: false },
  },
});

const mutation = values.bug === undefined ? undefined : mutations[values.bug];
const [from, count] = [Number(values.seed ?? values.from), Number(values.count)];
if ((values.bug !== undefined && !mutation) || !Number.isSafeInteger(from) || !(count > 0)) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else if (values.seed !== undefined) playOne(from);
else playMany();

function playOne(seed: number): void {
  const world = new World(seed, mutation);
  try {
    world.run();
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`seed ${seed}: ${(error as Error).stack}\n`);
  }
  process.stdout.write(`${world.trace.join('\n')}\n`);
}

function playMany(): void {
  const progress = new RunProgress({ name: 'simulate', asked: `${from} ${count}`, sources: SOURCES });
  let { done: played, seconds } = progress.read();
  if (played > 0) process.stdout.write(`goes on behind ${played} seeds\n`);
  while (played < count) {
    const beganMs = performance.now();
    const next = Math.min(count, played + SEEDS_A_STEP);
    for (; played < next; played++) {
      const finding = findingOf(from + played);
      if (finding === null) continue;
      process.stdout.write(`${finding}\nsee it by: npm run simulate:connect -- --seed ${from + played}\n`);
      process.exitCode = 1;
      return;
    }
    seconds += (performance.now() - beganMs) / 1_000;
    progress.write(played, seconds);
    process.stdout.write(`${played} of ${count} seeds, ${seconds.toFixed(0)} s\n`);
  }
  progress.forget();
  const figures = `${count} seeds, nothing found, ${seconds.toFixed(0)} s`;
  process.stdout.write(`${figures}\n`);
  if (!values['no-record']) record(`npm run simulate:connect -- --count ${count} --from ${from}`, figures);
}

function findingOf(seed: number): string | null {
  try {
    new World(seed, mutation).run();
    return null;
  } catch (error) {
    return String(error);
  }
}

function record(command: string, figures: string): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const row = `| ${new Date().toISOString().slice(0, 10)} | ${commit} | \`${command}\` | ${figures} |\n`;
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(END, `${row}${END}`));
}
