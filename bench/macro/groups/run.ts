import { parseArgs } from 'node:util';
import { Figures } from '../../measure/figures.ts';
import { circumstances } from '../../measure/machine.ts';
import { record } from '../../measure/record.ts';
import { kafkaBroker, kafkaMissing } from '../broker/kafka.ts';
import { millraceBroker } from '../broker/millrace.ts';
import { commits, rebalances } from './load.ts';

const COMMAND = 'npm run bench:groups';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    members: { type: 'string', default: '50' },
    commits: { type: 'string', default: '20000' },
    'no-record': { type: 'boolean', default: false },
  },
});
const missing = kafkaMissing();
if (missing) throw new Error(`there is no Apache Kafka to compare with: ${missing}`);
const [runs, members, count] = [values.runs, values.members, values.commits].map(Number) as [
  number,
  number,
  number,
];

const where = circumstances();
const figures = new Figures();
const sides = [await millraceBroker(), await kafkaBroker()];
const running = [];
try {
  for (const side of sides) {
    side.prepare();
    running.push({ side, broker: await side.start() });
  }
  for (let run = 0; run <= runs; run++)
    for (const { side, broker } of running) {
      const into = run === 0 ? new Figures() : figures;
      for (const protocol of ['classic', 'consumer'] as const)
        await rebalances({ side: side.name, broker, members, protocol }, into);
      await commits({ side: side.name, broker, count }, into);
    }
} finally {
  for (const { broker } of running) await broker.stop();
  for (const side of sides) side.close();
}
const table = figures.table(
  sides.map(({ name }) => name),
  { ratio: true },
);
console.log(`\n${table}`);
if (!values['no-record'])
  record(
    {
      title: 'Consumer groups',
      command: COMMAND,
      folder: 'groups',
      about: `${runs} runs of each side in turn after one that does not count. ${members} of our own consumers in one\nprocess, one topic with two partitions for each; ready is when every partition has its one owner. Commits come from one member, 100 under way.`,
    },
    where,
    { tables: table, results: { members, commits: count, samples: figures.samples } },
  );
