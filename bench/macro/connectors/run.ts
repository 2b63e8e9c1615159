/** `npm run bench:connectors -- postgres|mongodb|elasticsearch`: see README.md. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Figures } from '../../measure/figures.ts';
import { circumstances } from '../../measure/machine.ts';
import { record } from '../../measure/record.ts';
import { KafkaBroker, kafkaConnect, kafkaMissing } from '../connect/kafka.ts';
import { millraceWorkers } from '../connect/millrace.ts';
import type { ConnectSide, RunningWorker } from '../connect/side.ts';
import { elasticsearchSubject } from './elasticsearch/subject.ts';
import { mongodbSubject } from './mongodb/subject.ts';
import { postgresSubject } from './postgres/subject.ts';
import { SERVER } from './subject.ts';
import { TopicWatch } from './topic-watch.ts';

const PLUGINS = join(
  process.env.CONNECTOR_PEERS_HOME ?? join(homedir(), '.cache/connector-peers'),
  'plugins',
);
const SUBJECTS = { postgres: postgresSubject, mongodb: mongodbSubject, elasticsearch: elasticsearchSubject };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    /** Of the amounts that are moved; less is quicker, and says less. */
    scale: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    'no-record': { type: 'boolean' },
  },
});
const [wanted = ''] = positionals;
const startSubject = Object.entries(SUBJECTS).find(([name]) => name === wanted)?.[1];
if (positionals.length !== 1 || startSubject === undefined)
  throw new Error(
    `usage: npm run bench:connectors -- ${Object.keys(SUBJECTS).join('|')} [--runs 3] [--scale 1] [--only Millrace] [--no-record]`,
  );
const command = `npm run bench:connectors -- ${wanted}`;
const missing = kafkaMissing() ?? (existsSync(PLUGINS) ? null : `${PLUGINS} is not there: run fetch.sh`);
if (missing)
  throw new Error(`both sides run on Apache Kafka's broker, theirs with its connectors: ${missing}`);
process.env.KAFKA_CONNECT_PLUGINS = PLUGINS;

const runs = Number(values.runs);
const where = circumstances();
const figures = new Figures();
const broker = await KafkaBroker.start();
const topics = new TopicWatch(broker.bootstrap);
const subject = await startSubject({ scale: Number(values.scale) });
const sides = [await millraceWorkers(broker.bootstrap), await kafkaConnect(broker.bootstrap)].filter(
  ({ name }) => subject.sides.includes(name) && name.startsWith(values.only),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));
try {
  await measure();
} finally {
  await stopAll();
}
report();

/** Sides and server in turn. The first round is for all of them to come to their speed. */
async function measure(): Promise<void> {
  await subject.prepare(topics);
  const workers = new Map<ConnectSide, RunningWorker>();
  for (const side of sides) workers.set(side, await side.start(0));
  for (let run = 0; run <= runs; run++) {
    const into = run === 0 ? new Figures() : figures;
    for (const [side, worker] of workers) {
      const prefix = `${side.name.slice(0, 1).toLowerCase()}${run}`;
      const note = (row: string, figure: number) => into.note(row, side.name, figure);
      await subject.round({ side, worker, topics, prefix, note });
    }
    await subject.alone((row, figure) => into.note(row, SERVER, figure));
  }
}

async function stopAll(): Promise<void> {
  for (const side of sides) await side.close();
  await topics.close();
  await subject.close();
  broker.close();
}

function report(): void {
  const tables = figures.table([...sides.map(({ name }) => name), SERVER], { ratio: sides.length > 1 });
  console.log(`\n${tables}`);
  if (values['no-record'] || values.only !== '') return;
  const about = [
    `${subject.about} ${runs} runs in turn after one that`,
    'does not count; ratio: ours to theirs. Processor time is of the worker and its task hosts.',
  ].join('\n');
  const benchmark = { title: subject.title, command, folder: 'connectors', about };
  record(benchmark, where, { tables, results: { scale: values.scale, samples: figures.samples } });
}
