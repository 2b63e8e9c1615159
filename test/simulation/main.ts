import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { longRun } from './long-run.ts';
import type { Simulation } from './simulation.ts';
import { simulations } from './simulations.ts';

const USAGE = `usage: npm run simulate:cores -- WHAT [--seeds 100000] [--from 1] [--threads N] [--no-record]
           plays many seeds on all processors; cut off, it goes on where it was; its figures go to docs/reliability.md
       npm run simulate:cores -- WHAT --seed 17 [--bug NAME]
           plays one seed and prints what happened
       npm run simulate:cores -- WHAT --bugs
           plants each bug and prints which seed finds it
WHAT is one of
${Object.entries(simulations)
  .map(([name, { about }]) => `       ${name.padEnd(10)} ${about}`)
  .join('\n')}
`;
const PAGE = new URL('../../docs/reliability.md', import.meta.url);
/** The table of simulated runs ends here. */
const END = '<!-- simulate:end -->';
/** A bug that so many seeds do not find is not found. */
const BUG_SEEDS = 20_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '100000' },
    from: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    'no-record': { type: 'boolean', default: false },
  },
});
const [name = ''] = positionals;
const simulation = simulations[name];
const bug = values.bug ?? null;
const numbers = [values.seed ?? values.from, values.seeds, values.threads].map(Number);
const [from = 0, count = 0, threads = 0] = numbers;

if (
  simulation === undefined ||
  positionals.length !== 1 ||
  !numbers.every((n) => Number.isSafeInteger(n) && n > 0)
) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else if (bug !== null && !simulation.bugs.includes(bug)) {
  process.stderr.write(`There is no such bug in ${name}. There are:\n${simulation.bugs.join('\n')}\n`);
  process.exitCode = 2;
} else if (values.bugs) await plantAll(simulation);
else if (values.seed !== undefined) await playOne(simulation);
else await playMany(simulation);

async function playOne({ play }: Simulation): Promise<void> {
  const { broken, trace } = await play(from, bug);
  process.stdout.write(`${trace.join('\n')}\n${broken === null ? 'every promise was kept' : broken}\n`);
  if (broken !== null) process.exitCode = 1;
}

async function playMany(what: Simulation): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const { finding, seconds } = await longRun({ name, simulation: what, from, count, threads, say });
  if (finding !== null) {
    say(
      `seed ${finding.seed}: ${finding.broken}\nsee it by: npm run simulate:cores -- ${name} --seed ${finding.seed}`,
    );
    process.exitCode = 1;
    return;
  }
  const figures = `${count} seeds, nothing found, ${seconds.toFixed(0)} s`;
  say(figures);
  if (!values['no-record']) record(figures);
}

async function plantAll({ bugs, play }: Simulation): Promise<void> {
  for (const planted of bugs) {
    let seed = from;
    while (seed < from + BUG_SEEDS && (await play(seed, planted)).broken === null) seed++;
    const isFound = seed < from + BUG_SEEDS;
    process.stdout.write(`${isFound ? `found by seed ${seed}` : 'NOT FOUND'}: ${planted}\n`);
    if (!isFound) process.exitCode = 1;
  }
}

function record(figures: string): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const command = `npm run simulate:cores -- ${name} --seeds ${count} --from ${from}`;
  const row = `| ${new Date().toISOString().slice(0, 10)} | ${commit} | \`${command}\` | ${figures} |\n`;
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(END, `${row}${END}`));
}
