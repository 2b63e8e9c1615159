import { parseArgs } from 'node:util';
import { runSearchCrashes } from './search-run.ts';

const USAGE = `usage: npm run crash:elasticsearch -- [--kills 10] [--changes 50000] [--seed S]
PostgreSQL to Elasticsearch: kills the whole of Millrace with SIGKILL and restarts Elasticsearch in turn while row changes flow, and
holds the indexes against the tables.`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    changes: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${USAGE}\n`);
else {
  const [kills, changes, seed] = [values.kills, values.changes, values.seed].map(Number);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const { violations, ...figures } = await runSearchCrashes({
    ...{ kills: kills!, changes: changes!, seed: seed!, say },
  });
  say(JSON.stringify(figures));
  for (const violation of violations) say(`WRONG  ${violation}`);
  if (violations.length > 0) process.exitCode = 1;
}
