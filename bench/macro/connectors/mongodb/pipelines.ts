import { ask, untilRunning } from '../../connect/pipelines.ts';
import type { ConnectSide, RunningWorker } from '../../connect/side.ts';
import { cpuOf } from '../cpu-of.ts';
import type { Config, Note } from '../subject.ts';
import type { TopicWatch } from '../topic-watch.ts';
import { until } from '../until.ts';
import { DATABASE, type MongoServer } from './server.ts';

/** How much each measurement moves. */
export interface Amounts {
  readonly documents: number;
  readonly marks: number;
}

export interface Bench {
  readonly server: MongoServer;
  readonly topics: TopicWatch;
  readonly amounts: Amounts;
  readonly note: Note;
}

/** The collection that is copied, and the topic that the sinks read. */
export const COPIED = 'copied';
export const SINK_TOPIC = 'documents';

const MONGO_SOURCE = 'com.mongodb.kafka.connect.MongoSourceConnector';
const MONGO_SINK = 'com.mongodb.kafka.connect.MongoSinkConnector';
const STRING = 'org.apache.kafka.connect.storage.StringConverter';
const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';
const WARM_DOCUMENTS = 1_000;

const STRINGS: Config = { 'key.converter': STRING, 'value.converter': STRING };
const JSONS: Config = {
  'key.converter': JSON_CONVERTER,
  'value.converter': JSON_CONVERTER,
  'key.converter.schemas.enable': 'false',
  'value.converter.schemas.enable': 'false',
};

/** How connectors are configured. */
export interface Variant {
  readonly name: 'tuned' | 'defaults';
  readonly source: Config;
  readonly sink: Config;
}

const TUNED: Variant = {
  name: 'tuned',
  source: {
    'connector.class': MONGO_SOURCE,
    ...STRINGS,
    'producer.override.batch.size': '131072',
    'producer.override.linger.ms': '5',
    'producer.override.compression.type': 'lz4',
    'poll.max.batch.size': '8192',
    'poll.await.time.ms': '100',
  },
  sink: {
    'connector.class': MONGO_SINK,
    ...STRINGS,
    'consumer.override.max.poll.records': '5000',
    'bulk.write.ordered': 'false',
  },
};

/** Both sides are given `tuned`; of defaults each has its own. */
export function variantsOf(side: ConnectSide): readonly Variant[] {
  const [source, sink] =
    side.name === 'Millrace' ? ['MongoDbSource', 'MongoDbSink'] : [MONGO_SOURCE, MONGO_SINK];
  const values = { ...JSONS, 'key.converter': STRING };
  return [
    TUNED,
    {
      name: 'defaults',
      source: { 'connector.class': source, ...(side.name === 'Millrace' ? JSONS : STRINGS) },
      sink: { 'connector.class': sink, ...values },
    },
  ];
}

/** A collection of documents, from the request for the connector to the last record. */
export async function copy(
  bench: Bench,
  worker: RunningWorker,
  variant: Variant,
  name: string,
): Promise<void> {
  const { topics, amounts, note } = bench;
  const topic = `${name}.${DATABASE}.${COPIED}`;
  await topics.create(topic);
  const cpu = cpuOf(worker);
  const startedMs = performance.now();
  await ask(worker, 'PUT', `/connectors/${name}/config`, {
    ...sourceConfig(bench, variant, name, COPIED),
    'startup.mode': 'copy_existing',
  });
  const { lastMs } = await topics.wait(topic, amounts.documents);
  note(`source, copy, ${variant.name}: documents/s`, (amounts.documents * 1000) / (lastMs - startedMs));
  note(`source, copy, ${variant.name}: CPU s per million`, (cpu() * 1e6) / amounts.documents);
  await ask(worker, 'DELETE', `/connectors/${name}`);
}

/** A backlog of insertions, and then the way of single ones. */
export async function follow(
  bench: Bench,
  worker: RunningWorker,
  variant: Variant,
  name: string,
): Promise<void> {
  const { server, topics, amounts, note } = bench;
  const topic = `${name}.${DATABASE}.${name}`;
  await topics.create(topic);
  await ask(worker, 'PUT', `/connectors/${name}/config`, {
    ...sourceConfig(bench, variant, name, name),
    'startup.mode': 'latest',
  });
  await untilRunning(worker, [name]);
  // A task may run before its change stream is open: documents until one of them comes.
  await until('the first change', async () => {
    await server.insert(name, 1, 1);
    return (await topics.end(topic)) > 0;
  });
  await server.insert(name, 1, WARM_DOCUMENTS);
  await topics.wait(topic, WARM_DOCUMENTS);
  const before = await settled(topics, topic);
  await ask(worker, 'PUT', `/connectors/${name}/stop`);
  await until('no task', async () => (await tasksOf(worker, name)) === 0);
  await server.insert(name, 1, amounts.documents);
  const cpu = cpuOf(worker);
  await ask(worker, 'PUT', `/connectors/${name}/resume`);
  const { firstMs, lastMs } = await topics.wait(topic, amounts.documents, before);
  note(`source, backlog, ${variant.name}: documents/s`, (amounts.documents * 1000) / (lastMs - firstMs));
  note(`source, backlog, ${variant.name}: CPU s per million`, (cpu() * 1e6) / amounts.documents);
  const p50 = await topics.latencyMs(topic, amounts.marks, (mark) =>
    server.collection(name).insertOne({ mark }),
  );
  note(`insert to record, ${variant.name}: p50, ms`, p50);
  await ask(worker, 'DELETE', `/connectors/${name}`);
  await server.collection(name).drop();
}

/** The topic of documents into a collection, by key. */
export async function write(
  bench: Bench,
  worker: RunningWorker,
  variant: Variant,
  name: string,
): Promise<void> {
  const { server, amounts, note } = bench;
  const cpu = cpuOf(worker);
  const startedMs = performance.now();
  await ask(worker, 'PUT', `/connectors/${name}/config`, {
    ...variant.sink,
    'tasks.max': '1',
    topics: SINK_TOPIC,
    'connection.uri': server.uri,
    database: DATABASE,
    collection: name,
    'consumer.override.auto.offset.reset': 'earliest',
  });
  const collection = server.collection(name);
  await until(
    'the last document',
    async () => (await collection.estimatedDocumentCount()) >= amounts.documents,
  );
  note(`sink, ${variant.name}: documents/s`, (amounts.documents * 1000) / (performance.now() - startedMs));
  note(`sink, ${variant.name}: CPU s per million`, (cpu() * 1e6) / amounts.documents);
  await ask(worker, 'DELETE', `/connectors/${name}`);
  await collection.drop();
}

function sourceConfig({ server }: Bench, variant: Variant, prefix: string, collection: string): Config {
  return {
    ...variant.source,
    'tasks.max': '1',
    'connection.uri': server.uri,
    database: DATABASE,
    collection,
    'topic.prefix': prefix,
  };
}

/** The end of a topic that nothing more comes to for a while. */
async function settled(topics: TopicWatch, topic: string): Promise<number> {
  let [end, sinceMs] = [-1, performance.now()];
  await until(`${topic} to be at rest`, async () => {
    const now = await topics.end(topic);
    if (now !== end) [end, sinceMs] = [now, performance.now()];
    return performance.now() - sinceMs > 1000;
  });
  return end;
}

async function tasksOf(worker: RunningWorker, name: string): Promise<number> {
  const status = (await ask(worker, 'GET', `/connectors/${name}/status`)) as {
    readonly tasks: readonly unknown[];
  };
  return status.tasks.length;
}
