import { parseArgs } from 'node:util';
import { runCrashes } from './crash-run.ts';
import { recordResult, summaryOf } from './result-line.ts';

const USAGE = `usage: npm run crash -- [--kills 20] [--seed S] [--changes 200000] [--no-record]
Kills the whole process, and now and then the PostgreSQL server, with SIGKILL while row changes flow through them, and checks what arrived.
A line with the figures is added to docs/reliability.md unless --no-record is given.`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    changes: { type: 'string', default: '200000' },
    'no-record': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${USAGE}\n`);
else
  await main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });

async function main(): Promise<void> {
  const [kills, seed, changes] = [values.kills, values.seed, values.changes].map(Number);
  if (![kills, seed, changes].every((value) => Number.isSafeInteger(value) && value! >= 0) || kills === 0)
    throw new Error(USAGE);
  const options = { kills: kills!, seed: seed!, changes: changes! };
  const report = await runCrashes({ ...options, say: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`${summaryOf(report)}\n`);
  for (const violation of report.violations) process.stdout.write(`WRONG  ${violation}\n`);
  if (report.kept) process.stdout.write(`data and log are kept in ${report.kept}\n`);
  if (report.violations.length > 0) process.exitCode = 1;
  if (!values['no-record'])
    recordResult(`npm run crash -- --kills ${kills} --seed ${seed} --changes ${changes}`, report);
}
