import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createAdmin, createProducer } from '@millrace/client';
import { type Service, startService } from '@millrace/test/support';
import { putSection } from '../../measure/benchmarks-page.ts';
import { circumstances } from '../../measure/machine.ts';
import { useOfTrees } from '../../measure/process-tree.ts';
import { spreadOf, spreadText } from '../../measure/spread.ts';
import { KafkaBroker, kafkaMissing } from '../connect/kafka.ts';
import { millraceWorkers } from '../connect/millrace.ts';
import { measured } from '../connect/pipelines.ts';
import { bodiesOf, documentOf, sendBodies } from './raw-bulk.ts';

const COMMAND = 'npm run bench:elasticsearch';
const TOPIC = 'documents';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    documents: { type: 'string', default: '300000' },
    'no-record': { type: 'boolean' },
  },
});
const missing = kafkaMissing();
if (missing) throw new Error(`the worker runs on Apache Kafka's broker: ${missing}`);
const [runs, documents] = [Number(values.runs), Number(values.documents)];

/** Figures by row. */
const figures = new Map<string, number[]>();
function note(row: string, figure: number): void {
  figures.set(row, [...(figures.get(row) ?? []), figure]);
  console.log(`${row}: ${figure.toFixed(2)}`);
}

const where = circumstances();
const broker = await KafkaBroker.start();
const workers = await millraceWorkers(broker.bootstrap);
const service = await startService('elasticsearch', {
  env: {
    ELASTICSEARCH_HEAP: '2g',
    ES_JAVA_OPTS: '-XX:TieredStopAtLevel=4 -XX:-UseSerialGC -XX:+UseG1GC',
    ELASTICSEARCH_YML: 'indices.breaker.total.use_real_memory: false',
  },
});
try {
  await fill();
  const worker = await workers.start(0);
  // The server under its start script: a child of this process, as the workers are.
  const server = () => useOfTrees([process.pid]).cpuSeconds - own() - useOfTrees([worker.pid]).cpuSeconds;
  for (let run = 0; run <= runs; run++) {
    for (const atATime of [1, 2]) {
      const index = `raw-${atATime}-${run}`;
      const bodies = bodiesOf(index, documents);
      await makeIndex(service, index);
      const before = server();
      const seconds = await sendBodies(service.url, bodies, atATime);
      const row = `raw bulk, ${atATime} at a time`;
      if (run > 0) note(`${row}: documents/s`, documents / seconds);
      if (run > 0) note(`${row}: server CPU s per million`, perMillion(server() - before));
      await dropIndex(service, index);
    }
    const index = `sink-${run}`;
    await makeIndex(service, index);
    const before = server();
    const moved = await measured(
      worker,
      { name: `sink-${run}`, lines: documents, config: sinkConfig(service.url, index) },
      async () => (await written(service, index)) >= documents,
    );
    if (run > 0) note('ElasticsearchSink: documents/s', moved.linesPerSecond);
    if (run > 0) note('ElasticsearchSink: CPU s per million', moved.cpuSecondsPerMillion);
    if (run > 0) note('ElasticsearchSink: server CPU s per million', perMillion(server() - before));
    await dropIndex(service, index);
  }
} finally {
  await workers.close();
  await service.stop();
  broker.close();
}
report();

function own(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function perMillion(cpuSeconds: number): number {
  return (cpuSeconds * 1e6) / documents;
}

function sinkConfig(url: string, index: string) {
  return {
    'connector.class': 'ElasticsearchSink',
    ...{ topics: TOPIC, 'connection.url': url, index, 'schema.ignore': 'true' },
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  };
}

async function fill(): Promise<void> {
  const admin = createAdmin({ bootstrapServers: [broker.bootstrap] });
  await admin.createTopics([{ name: TOPIC, partitions: 1 }]);
  await admin.close();
  const producer = createProducer({ bootstrapServers: [broker.bootstrap] });
  for (let n = 0; n < documents; n++) {
    const record = { topic: TOPIC, key: Buffer.from(String(n)), value: Buffer.from(documentOf(n)) };
    if (!producer.produce(record)) await producer.ready();
  }
  await producer.close();
}

async function makeIndex({ url }: Service, index: string): Promise<void> {
  await ask('PUT', `${url}/${index}`, { settings: { number_of_shards: 1, number_of_replicas: 0 } });
}

async function dropIndex({ url }: Service, index: string): Promise<void> {
  await ask('DELETE', `${url}/${index}`);
}

async function written({ url }: Service, index: string): Promise<number> {
  const stats = (await ask('GET', `${url}/${index}/_stats/indexing`)) as {
    readonly _all: { readonly primaries: { readonly indexing: { readonly index_total: number } } };
  };
  return stats._all.primaries.indexing.index_total;
}

async function ask(method: string, url: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return await answer.json();
}

function report(): void {
  const rows = [...figures].map(([row, samples]) => {
    const spread = spreadOf(samples);
    return `| ${row} | ${spreadText(spread, spread.median > 100 ? 0 : 2)} |`;
  });
  const table = ['| | |', '|---|---|', ...rows].join('\n');
  console.log(`\n${table}`);
  if (values['no-record']) return;
  const text = [
    `\`${COMMAND}\`, ${where.date}, commit ${where.commit}${where.modified ? ' with changes' : ''}, Node ${where.node}, ${where.processors}, ${where.memoryMiB} MiB,`,
    `load before ${where.loadBefore}. ${documents} documents of some 120 B, ${runs} runs in turn after one that does not count. What exactly is measured:`,
    '[bench/macro/elasticsearch](../bench/macro/elasticsearch/README.md).',
  ].join('\n');
  putSection('Elasticsearch', `${text}\n\n${table}`);
  writeFileSync(
    new URL('results.json', import.meta.url),
    `${JSON.stringify({ command: COMMAND, where, documents, samples: Object.fromEntries(figures) }, null, 2)}\n`,
  );
}
