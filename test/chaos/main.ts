import { parseArgs } from 'node:util';
import { runChaos } from './chaos-run.ts';
import { recordResult, summaryOf } from './result-line.ts';

const USAGE = `usage: npm run chaos -- [--minutes 20] [--seed S] [--connectors 40] [--broker millrace|kafka] [--at-least-once] [--no-record]
Three workers and a broker as processes; workers, task hosts and the broker are killed, held up and restarted, connectors
paused, changed and restarted. Sources write exactly once, unless --at-least-once is given.
A line with the figures is added to docs/reliability.md unless --no-record is given.`;

const SHOWN_MAX = 50;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    connectors: { type: 'string', default: '40' },
    broker: { type: 'string', default: 'millrace' },
    'at-least-once': { type: 'boolean', default: false },
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
  const [minutes, seed, connectors] = [values.minutes, values.seed, values.connectors].map(Number);
  if (!(minutes! > 0) || !Number.isSafeInteger(seed) || !(connectors! >= 6)) throw new Error(USAGE);
  const { broker } = values;
  if (broker !== 'millrace' && broker !== 'kafka') throw new Error(USAGE);
  const exactlyOnce = !values['at-least-once'];
  const options = { minutes: minutes!, seed: seed!, connectors: connectors!, broker, exactlyOnce } as const;
  const startedMs = performance.now();
  const since = () => `${((performance.now() - startedMs) / 1000).toFixed(1).padStart(7)} s`;
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  const say = (line: string) => process.stdout.write(`${since()}  ${line}\n`);
  const report = await runChaos({ ...options, say, signal: interruption.signal }).catch((error: Error) => {
    // Some of what was under way waits for processes that are gone.
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  process.stdout.write(`${summaryOf(report)}\n`);
  for (const violation of report.violations.slice(0, SHOWN_MAX))
    process.stdout.write(`WRONG  ${violation}\n`);
  if (report.kept) process.stdout.write(`data, journals and logs are kept in ${report.kept}\n`);
  if (report.violations.length > 0) process.exitCode = 1;
  if (!values['no-record'])
    recordResult(
      `npm run chaos -- --minutes ${minutes} --seed ${seed} --broker ${broker}${exactlyOnce ? '' : ' --at-least-once'}`,
      report,
    );
}
