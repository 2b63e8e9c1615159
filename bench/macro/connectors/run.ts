import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { putSection } from '../../measure/benchmarks-page.ts';
import { circumstances } from '../../measure/machine.ts';
import { spreadOf, spreadText } from '../../measure/spread.ts';
import { KafkaBroker, kafkaConnect, kafkaMissing } from '../connect/kafka.ts';
import { millraceWorkers } from '../connect/millrace.ts';
import type { ConnectSide, RunningWorker } from '../connect/side.ts';
import { type Bench, snapshot, stream, upsert, variantsOf } from './postgres.ts';
import { PostgresServer } from './postgres-server.ts';
import { TopicWatch } from './topic-watch.ts';

const COMMAND = 'npm run bench:connectors -- postgres';
const PLUGINS = join(
  process.env.CONNECTOR_PEERS_HOME ?? join(homedir(), '.cache/connector-peers'),
  'plugins',
);
const SERVER = 'the server alone';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    rows: { type: 'string', default: '1000000' },
    changes: { type: 'string', default: '300000' },
    sink: { type: 'string', default: '500000' },
    commits: { type: 'string', default: '5000' },
    only: { type: 'string', default: '' },
    'no-record': { type: 'boolean' },
  },
});
if (positionals.join() !== 'postgres')
  throw new Error(
    `usage: ${COMMAND} [--runs 3] [--rows 1000000] [--changes 300000] [--sink 500000] [--only Millrace] [--no-record]`,
  );
const missing = kafkaMissing() ?? (existsSync(PLUGINS) ? null : `${PLUGINS} is not there: run fetch.sh`);
if (missing)
  throw new Error(`both sides run on Apache Kafka's broker, theirs with its connectors: ${missing}`);
process.env.KAFKA_CONNECT_PLUGINS = PLUGINS;

const amounts = {
  rows: Number(values.rows),
  changes: Number(values.changes),
  sink: Number(values.sink),
  commits: Number(values.commits),
};
const where = circumstances();
/** Figures by row, then by side. */
const figures = new Map<string, Map<string, number[]>>();

const broker = await KafkaBroker.start();
const server = await PostgresServer.start();
const topics = new TopicWatch(broker.bootstrap);
const sides = [await millraceWorkers(broker.bootstrap), await kafkaConnect(broker.bootstrap)].filter(
  ({ name }) => name.startsWith(values.only),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));
try {
  await measure();
} finally {
  await stopAll();
}
report();

async function measure(): Promise<void> {
  await server.table('bench', amounts.rows);
  await topics.fill('rows', amounts.sink);
  const workers = new Map<ConnectSide, RunningWorker>();
  for (const side of sides) workers.set(side, await side.start(0));
  for (let run = 0; run <= Number(values.runs); run++) {
    for (const [side, worker] of workers) await round(side, worker, run);
    if (run > 0) await alone();
  }
}

/** The first one is for both sides to come to their speed. */
async function round(side: ConnectSide, worker: RunningWorker, run: number): Promise<void> {
  const prefix = `${side.name.slice(0, 1).toLowerCase()}${run}`;
  const bench: Bench = {
    ...{ server, topics, amounts },
    note: (row, figure) => {
      if (run > 0) note(row, side.name, figure);
      else console.log(`${side.name}: warm-up: ${row}: ${figure.toFixed(2)}`);
    },
  };
  for (const variant of variantsOf(side)) {
    const letter = variant.name.slice(0, 1);
    await snapshot(bench, worker, variant, `${prefix}s${letter}`);
    await stream(bench, worker, variant, `${prefix}c${letter}`);
  }
  await upsert(bench, worker, side, `${prefix}u`);
}

async function alone(): Promise<void> {
  const copy = await server.copyRates(amounts.rows);
  const received = await server.recvRate(amounts.changes);
  for (const variant of ['tuned', 'defaults']) {
    note(`snapshot, ${variant}: rows/s`, SERVER, copy.out);
    note(`stream, backlog, ${variant}: changes/s`, SERVER, received);
  }
  note('sink, upsert: records/s', SERVER, await server.upsertRate(amounts.sink));
  note('COPY in: rows/s', SERVER, copy.in);
}

function note(row: string, side: string, figure: number): void {
  const ofRow = figures.get(row) ?? new Map<string, number[]>();
  figures.set(row, ofRow.set(side, [...(ofRow.get(side) ?? []), figure]));
  console.log(`${side}: ${row}: ${figure.toFixed(2)}`);
}

async function stopAll(): Promise<void> {
  for (const side of sides) await side.close();
  await topics.close();
  await server.close();
  broker.close();
}

function report(): void {
  const names = [...sides.map(({ name }) => name), SERVER];
  const rows = [...figures].map(([row, bySide]) => {
    const spreads = names.map((name) => {
      const found = bySide.get(name);
      return found ? spreadOf(found) : null;
    });
    const digits = (spreads.find((one) => one !== null)?.median ?? 0) > 1000 ? 0 : 2;
    const [ours, theirs] = [spreads[0]?.median, sides.length > 1 ? spreads[1]?.median : undefined];
    const ratio = ours !== undefined && theirs !== undefined ? (ours / theirs).toFixed(2) : '';
    return `| ${row} | ${spreads.map((one) => (one ? spreadText(one, digits) : '')).join(' | ')} | ${ratio} |`;
  });
  const table = [
    `| | ${names.join(' | ')} | ratio |`,
    `|---|${'---|'.repeat(names.length + 1)}`,
    ...rows,
  ].join('\n');
  console.log(`\n${table}`);
  if (values['no-record'] || values.only !== '') return;
  const text = [
    `\`${COMMAND}\`, ${where.date}, commit ${where.commit}${where.modified ? ' with changes' : ''}, Node ${where.node}, ${where.processors}, ${where.memoryMiB} MiB,`,
    `load before ${where.loadBefore}. Debezium PostgreSQL and Debezium's JDBC sink on the side of Kafka Connect; ${amounts.rows} rows, ${amounts.changes} changes and ${amounts.sink}`,
    `records, ${values.runs} runs of each side in turn after one that does not count; ratio: ours to theirs. Processor time is of the worker and its task hosts. What exactly is measured:`,
    '[bench/macro/connectors](../bench/macro/connectors/README.md).',
  ].join('\n');
  putSection('PostgreSQL connectors', `${text}\n\n${table}`);
  const samples = Object.fromEntries([...figures].map(([row, bySide]) => [row, Object.fromEntries(bySide)]));
  writeFileSync(
    new URL('results.json', import.meta.url),
    `${JSON.stringify({ command: COMMAND, where, amounts, samples }, null, 2)}\n`,
  );
}
