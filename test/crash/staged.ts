import { parseArgs } from 'node:util';
import { DocumentLoad } from './document-load.ts';
import { JobLoad } from './job-load.ts';
import { runStages, type StagedLoad } from './staged-run.ts';

const USAGE = `usage: npm run crash:mongodb -- [--kills 10] [--changes 50000] [--seed S]
       npm run crash:bullmq -- [--kills 10] [--changes 50000]
MongoDB to MongoDB, or a topic to BullMQ: kills the whole of Millrace, and the server, with SIGKILL in turn while changes flow, and
compares what is on both sides in the end.`;

const { values, positionals } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    changes: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const loads: Readonly<Record<string, (seed: number) => StagedLoad>> = {
  mongodb: (seed) => new DocumentLoad(seed),
  bullmq: () => new JobLoad(),
};

const load = loads[positionals[0] ?? ''];
const [kills, changes, seed] = [values.kills, values.changes, values.seed].map(Number) as [
  number,
  number,
  number,
];
const isWrong = !load || ![kills, changes, seed].every((value) => Number.isSafeInteger(value) && value >= 0);
if (values.help || isWrong || !load) {
  process.stdout.write(`${USAGE}\n`);
  process.exitCode = values.help ? 0 : 2;
} else {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const { violations, ...figures } = await runStages(load(seed), { kills, changes, say });
  say(JSON.stringify(figures));
  for (const violation of violations) say(`WRONG  ${violation}`);
  if (violations.length > 0) process.exitCode = 1;
}
