import { parseArgs } from 'node:util';
import { Figures } from '../../measure/figures.ts';
import { circumstances } from '../../measure/machine.ts';
import { record } from '../../measure/record.ts';
import { compareClients } from './compare-clients.ts';
import { kafkaBroker, kafkaMissing } from './kafka.ts';
import { afterLoad, manyPartitions, startAndIdle } from './life.ts';
import { consumption, latencies, production } from './load.ts';
import { millraceBroker } from './millrace.ts';
import type { RunningBroker } from './side.ts';

const COMMAND = 'npm run bench:broker';
const SECTIONS = ['start', 'produce', 'consume', 'latency', 'clients', 'partitions'];
const CLIENTS = ['our client', '@platformatic/kafka', 'kafkajs', 'Java'];

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    records: { type: 'string', default: '2000000' },
    only: { type: 'string', default: SECTIONS.join(',') },
    /** Of produce and consume, those rows whose title holds this. */
    rows: { type: 'string', default: '' },
    'no-record': { type: 'boolean' },
  },
});
const missing = kafkaMissing();
if (missing) throw new Error(`there is no Apache Kafka to compare with: ${missing}`);
const runs = Number(values.runs);
const records = Number(values.records);
const wanted = (section: string) => values.only.split(',').includes(section);

const where = circumstances();
const figures = new Figures();
const clientFigures = new Figures();
const sides = [await millraceBroker(), await kafkaBroker()];
const running = new Map<string, RunningBroker>();
try {
  for (let run = 0; run <= (wanted('start') ? runs : 0); run++)
    for (const side of sides) {
      await running.get(side.name)?.stop();
      running.set(side.name, await startAndIdle(side, run === 0 ? null : figures));
    }
  for (let run = 0; run <= runs; run++) {
    const into = run === 0 ? new Figures() : figures;
    if (wanted('produce')) await production(running, { records, rows: values.rows }, into);
    if (wanted('consume')) await consumption(running, { records, rows: values.rows }, into);
    if (wanted('latency')) await latencies(running, into);
  }
  if (wanted('produce')) await afterLoad(running, figures);
  const [ours] = running.values();
  if (wanted('clients') && ours !== undefined) await compareClients(ours, { records, runs }, clientFigures);
  if (wanted('partitions'))
    for (const side of sides) {
      await running.get(side.name)?.stop();
      running.delete(side.name);
      await manyPartitions(side, figures);
    }
} finally {
  for (const broker of running.values()) await broker.stop();
  for (const side of sides) side.close();
}
report();

function report(): void {
  const table = figures.table(
    sides.map(({ name }) => name),
    { ratio: true },
  );
  const ofClients = clientFigures.table(CLIENTS, { ratio: false });
  console.log(`\n${table}\n\n${ofClients}`);
  if (values['no-record'] || values.only !== SECTIONS.join(',')) return;
  const tables = `${table}\n\nClients, on our broker, acks=all, 100 B:\n\n${ofClients}`;
  record(
    {
      title: 'Broker',
      command: COMMAND,
      folder: 'broker',
      about: `${runs} runs of each side in turn after one that does not count. Processor time is of the broker's process.`,
    },
    where,
    { tables: tables, results: { records, samples: figures.samples, clients: clientFigures.samples } },
  );
}
