/**
 * `npm run bench:share -- [--runs 5] [--records 1000000] [--no-record]`: share groups beside Apache Kafka's, each side in turn. See README.md.
 */
import { parseArgs } from 'node:util';
import { Figures } from '../../measure/figures.ts';
import { circumstances } from '../../measure/machine.ts';
import { record } from '../../measure/record.ts';
import { kafkaBroker, kafkaMissing } from '../broker/kafka.ts';
import { millraceBroker } from '../broker/millrace.ts';
import { firstRecordMs, javaSteady, ourSteady, written } from './share-load.ts';

const COMMAND = 'npm run bench:share';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    /** Measured; as many before them are not. */
    records: { type: 'string', default: '1000000' },
    'no-record': { type: 'boolean' },
  },
});
const missing = kafkaMissing();
if (missing) throw new Error(`there is no Apache Kafka to compare with: ${missing}`);
const runs = Number(values.runs);
const records = Number(values.records);
const where = circumstances();
const figures = new Figures();
const sides = [await millraceBroker(), await kafkaBroker()];
try {
  const running = [];
  for (const side of sides) {
    side.prepare();
    running.push({ name: side.name, broker: await side.start() });
  }
  try {
    for (const { broker } of running) await written(broker.bootstrap, 2 * records);
    for (let run = 0; run <= runs; run++) {
      // The first run warms both sides.
      const into = run === 0 ? new Figures() : figures;
      for (const { name, broker } of running) {
        into.note('first record of a new group, ms', name, await firstRecordMs(broker.bootstrap));
        const java = await javaSteady(broker, records);
        into.note("Java's share consumer, 100 B: records/s", name, java.recordsPerSecond);
        into.note(
          "Java's share consumer, 100 B: broker's CPU s per million",
          name,
          java.cpuSecondsPerMillion,
        );
        const ours = await ourSteady(broker, records);
        into.note('our share consumer, 100 B: records/s', name, ours.recordsPerSecond);
        into.note("our share consumer, 100 B: broker's CPU s per million", name, ours.cpuSecondsPerMillion);
      }
    }
  } finally {
    for (const { broker } of running) await broker.stop();
  }
} finally {
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
      title: 'Share groups',
      command: COMMAND,
      folder: 'share',
      about: `${runs} runs of each side in turn after one that does not count.`,
    },
    where,
    { tables: table, results: { records, samples: figures.samples } },
  );
