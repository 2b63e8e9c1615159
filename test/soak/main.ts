import { parseArgs } from 'node:util';
import { recordSoak, soakSummary } from './result-line.ts';
import { runSoak } from './soak-run.ts';

const USAGE = `usage: npm run soak -- [--minutes 30] [--no-record]
Moves a busy table and a quiet one from PostgreSQL to PostgreSQL for so long; memory must stay flat and no slot fall behind.
A line with the figures is added to docs/reliability.md unless --no-record is given.`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
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
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(USAGE);
  const report = await runSoak({ minutes, say: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`${soakSummary(report)}\n`);
  for (const violation of report.violations) process.stdout.write(`WRONG  ${violation}\n`);
  if (report.violations.length > 0) process.exitCode = 1;
  if (!values['no-record']) recordSoak(`npm run soak -- --minutes ${minutes}`, report);
}
