import { parseArgs } from 'node:util';
import { runCompactingCrash } from './compacting-load.ts';

const USAGE = `usage: npm run crash:compaction -- [--runs 10] [--kills 10] [--seed S]
Kills the broker with SIGKILL while it compacts, and checks that what must stay is there and nothing else came back.`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${USAGE}\n`);
else await main();

async function main(): Promise<void> {
  const first = Number(values.seed);
  for (let seed = first; seed < first + Number(values.runs); seed++) {
    const { violations, ...figures } = await runCompactingCrash({ seed, kills: Number(values.kills) });
    process.stdout.write(`seed ${seed}: ${JSON.stringify(figures)}\n`);
    for (const violation of violations) process.stdout.write(`WRONG  ${violation}\n`);
    if (violations.length > 0) process.exitCode = 1;
  }
}
