import { parseArgs } from 'node:util';
import { Figures } from '../../measure/figures.ts';
import { circumstances } from '../../measure/machine.ts';
import { record } from '../../measure/record.ts';
import { kafkaMissing } from '../broker/kafka.ts';
import { failovers, memoryOf, replicatedLatency, replicatedProduction } from './cluster-load.ts';
import type { ClusterSide, RunningCluster } from './cluster-side.ts';
import { kafkaCluster } from './kafka.ts';
import { millraceCluster } from './millrace.ts';
import { untilWhole } from './whole-cluster.ts';

const COMMAND = 'npm run bench:cluster';
const SECTIONS = ['start', 'produce', 'latency', 'failover'];

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    records: { type: 'string', default: '1000000' },
    only: { type: 'string', default: SECTIONS.join(',') },
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
const sides = [await millraceCluster(), await kafkaCluster()];
const running = new Map<string, RunningCluster>();
try {
  for (let run = 0; run <= (wanted('start') ? runs : 0); run++)
    for (const side of sides) {
      await running.get(side.name)?.stop();
      running.set(side.name, await start(side, run === 0 ? new Figures() : figures));
    }
  for (let run = 0; run <= runs; run++) {
    const into = run === 0 ? new Figures() : figures;
    if (wanted('produce')) await replicatedProduction(running, records, into);
    if (wanted('latency')) await replicatedLatency(running, into);
  }
  memoryOf(running, figures);
  if (wanted('failover')) for (let run = 0; run < runs; run++) await failovers(running, figures);
} finally {
  for (const cluster of running.values()) await cluster.stop();
  for (const side of sides) side.close();
}
report();

/** On new data folders, until all brokers serve. */
async function start(side: ClusterSide, into: Figures): Promise<RunningCluster> {
  side.prepare();
  const startedMs = performance.now();
  const cluster = await side.start();
  await untilWhole(cluster);
  into.note('start until all are ready, s', side.name, (performance.now() - startedMs) / 1000);
  return cluster;
}

function report(): void {
  const table = figures.table(
    sides.map(({ name }) => name),
    { ratio: true },
  );
  console.log(`\n${table}`);
  if (values['no-record'] || values.only !== SECTIONS.join(',')) return;
  record(
    {
      title: 'Cluster',
      command: COMMAND,
      folder: 'cluster',
      about: `Three brokers, each a controller too, three replicas, acks=all. ${runs} runs of each side in turn\nafter one that does not count. Processor time and memory are of the three processes together.`,
    },
    where,
    { tables: table, results: { records, samples: figures.samples } },
  );
}
