import { parseArgs } from 'node:util';
import { runClusterFaults } from './faults-run.ts';
import { recordResult, summaryOf } from './result-line.ts';

const USAGE = `usage: npm run faults:cluster -- [--faults 300] [--seed S] [--no-record]
Three brokers as processes under idempotent producers with acks=all, transactions and a consumer group: killed, stopped, held up, their
links cut and delayed, as the seed draws. A line with the figures is added to docs/reliability.md unless --no-record is given.`;

const SHOWN_MAX = 50;
/** What a kill may cost at most; where the killed one led the quorum, an election comes before the other one. */
const GAP_MAX_MS = 10_000;
const GAP_OF_QUORUM_MAX_MS = 15_000;

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
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
  const [faults, seed] = [Number(values.faults), Number(values.seed)];
  if (!(faults >= 1) || !Number.isSafeInteger(seed)) throw new Error(USAGE);
  const startedMs = performance.now();
  const since = () => `${((performance.now() - startedMs) / 1000).toFixed(1).padStart(7)} s`;
  const say = (line: string) => void process.stdout.write(`${since()}  ${line}\n`);
  say(`seed ${seed}`);
  const report = await runClusterFaults({ seed, faults, say });
  process.stdout.write(`${summaryOf(report)}\n`);
  const slow = report.outages.filter(
    ({ kind, overlaps, ledQuorum, gapMs }) =>
      kind === 'kill' && !overlaps && gapMs > (ledQuorum ? GAP_OF_QUORUM_MAX_MS : GAP_MAX_MS),
  );
  if (slow.length > 0) process.stdout.write(`SLOW   ${slow.length} kills cost more than they may\n`);
  for (const violation of report.violations.slice(0, SHOWN_MAX))
    process.stdout.write(`WRONG  ${violation}\n`);
  if (report.kept) process.stdout.write(`data and logs are kept in ${report.kept}\n`);
  if (report.violations.length > 0 || slow.length > 0) process.exitCode = 1;
  if (!values['no-record'])
    recordResult(`npm run faults:cluster -- --faults ${faults} --seed ${seed}`, report);
}
