import { parseArgs } from 'node:util';
import { runTransactionalCrash } from './transactional-load.ts';

const USAGE = `usage: npm run crash:transactions -- [--runs 10] [--kills 10] [--seed S]
Kills the broker with SIGKILL under transactions of both generations, and checks what readers of committed records see.`;

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
    const transactionVersion = 1 + (seed % 2);
    const result = await runTransactionalCrash({ seed, kills: Number(values.kills), transactionVersion });
    const { violations, ...figures } = result;
    process.stdout.write(
      `seed ${seed}, transaction.version ${transactionVersion}: ${JSON.stringify(figures)}\n`,
    );
    for (const violation of violations) process.stdout.write(`WRONG  ${violation}\n`);
    if (violations.length > 0) process.exitCode = 1;
  }
}
