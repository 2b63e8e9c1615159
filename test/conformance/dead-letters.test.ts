import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConsumerRecord, createAdmin, createConsumer, createProducer } from '@millrace/client';
import { Worker } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/index.ts';
import {
  type KafkaConnectPeer,
  type KafkaPeer,
  kafkaPeerSkipReason,
  startKafkaConnect,
  startKafkaPeer,
} from '../support/kafka-peer.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason) console.warn(`dead letters beside Kafka Connect: skipped, ${skipReason}`);

const TOPIC = 'rows';
const TIMESTAMP_MS = 1_700_000_000_000;
const bytes = (text: string) => Buffer.from(text);
/** One that is fine, and one for each stage in which a record can fail before it reaches a sink. */
const ROWS = [
  ['"fine"', '{"f":1}'],
  ['"value"', 'no json'],
  ['no json', '{"f":2}'],
  ['"transform"', '"a text has no fields"'],
  [null, 'no json, no key'],
] as const;
const DEAD = 4;

/** Headers whose text is each side's own. */
const OWN_WORDS = [
  '__connect.errors.exception.class.name',
  '__connect.errors.exception.message',
  '__connect.errors.exception.stacktrace',
];

describe.skipIf(skipReason !== null)('dead letters beside those of Kafka Connect', () => {
  let folder: string;
  let kafka: KafkaPeer;
  let theirs: KafkaConnectPeer;
  let ours: Worker;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dead-letters-'));
    kafka = await startKafkaPeer();
    theirs = await startKafkaConnect({ bootstrapServers: kafka.bootstrapServers, group: 'theirs' });
    ours = await startOurs(kafka.bootstrapServers);
  });

  afterAll(async () => {
    await ours?.close();
    await theirs?.stop();
    await kafka?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const configOf = (side: string) => ({
    'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
    topics: TOPIC,
    file: join(folder, `${side}.txt`),
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    transforms: 'field',
    'transforms.field.type': 'org.apache.kafka.connect.transforms.ExtractField$Value',
    'transforms.field.field': 'f',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': `dead-${side}`,
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
  });

  test('have the same bytes, timestamps, and headers, but for the words of the exception', async () => {
    const { bootstrapServers } = kafka;
    await produceRows(bootstrapServers);
    const put = await fetch(`${theirs.url}/connectors/theirs/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(configOf('theirs')),
    });
    expect(put.status).toBe(201);
    await ours.createConnector('ours', { name: 'ours', ...configOf('ours') }, 'RUNNING');
    const [wanted, given] = await Promise.all(
      ['theirs', 'ours'].map((side) => lettersOf(bootstrapServers, `dead-${side}`)),
    );
    expect(given!.map((letter) => comparable(letter, 'ours'))).toEqual(
      wanted!.map((letter) => comparable(letter, 'theirs')),
    );
    for (const letter of given!) {
      const text = Object.fromEntries(letter.headers.map(({ key, value }) => [key, String(value)]));
      for (const name of OWN_WORDS) expect(text[name]).not.toBe('');
    }
    const partitions = await Promise.all(
      ['theirs', 'ours'].map((side) => partitionsOf(bootstrapServers, `dead-${side}`)),
    );
    expect(partitions).toEqual([1, 1]);
  });
});

/** A dead letter without what can't be the same: the connector's name, the words of exceptions, and our own headers. */
function comparable({ key, value, timestamp, headers }: ConsumerRecord, side: string) {
  return {
    key: key === null ? null : String(key),
    value: String(value),
    timestamp,
    headers: headers
      .filter((header) => !header.key.startsWith('millrace.'))
      .map((header) => [
        header.key,
        OWN_WORDS.includes(header.key)
          ? '(own words)'
          : String(header.value) === side
            ? '(name)'
            : header.value?.toString('hex'),
      ]),
  };
}

async function startOurs(bootstrapServers: readonly string[]): Promise<Worker> {
  const topic = (name: string) => ({
    [`${name}.storage.topic`]: `ours-${name}`,
    [`${name}.storage.replication.factor`]: '1',
  });
  const worker = new Worker(
    {
      'bootstrap.servers': bootstrapServers.join(','),
      'group.id': 'ours',
      ...{ ...topic('config'), ...topic('offset'), ...topic('status') },
      'key.converter': 'StringConverter',
      'value.converter': 'StringConverter',
      plugins: '@millrace/connector-files,@millrace/converters,@millrace/transforms',
    },
    {
      logger: createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
      ...{ restAddress: '127.0.0.1:18001', version: 'test', commit: 'test' },
    },
  );
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', { what: 'our worker', timeoutMs: 30_000 });
  return worker;
}

async function produceRows(bootstrapServers: readonly string[]): Promise<void> {
  const admin = createAdmin({ bootstrapServers });
  await admin.ensureTopics([{ name: TOPIC, partitions: 1, replicationFactor: 1 }]);
  await admin.close();
  const producer = createProducer({ bootstrapServers });
  await producer.send(
    ROWS.map(([key, value], index) => ({
      topic: TOPIC,
      key: key === null ? null : bytes(key),
      value: bytes(value),
      headers: [
        { key: 'own', value: bytes(`header ${index}`) },
        { key: 'empty', value: null },
      ],
      timestamp: TIMESTAMP_MS + index,
    })),
  );
  await producer.close();
}

async function lettersOf(
  bootstrapServers: readonly string[],
  topic: string,
): Promise<readonly ConsumerRecord[]> {
  const consumer = createConsumer({ bootstrapServers, autoOffsetReset: 'earliest' });
  const records: ConsumerRecord[] = [];
  await eventually(async () => (await partitionsOf(bootstrapServers, topic)) > 0, {
    what: `the topic ${topic}`,
    timeoutMs: 60_000,
  });
  consumer.assign([{ topic, partition: 0 }]);
  try {
    await eventually(
      async () => {
        records.push(...(await consumer.poll(500)));
        return records.length >= DEAD;
      },
      { what: `${DEAD} dead letters in ${topic}`, timeoutMs: 60_000 },
    );
    return [...records, ...(await consumer.poll(1_000))];
  } finally {
    await consumer.close();
  }
}

async function partitionsOf(bootstrapServers: readonly string[], topic: string): Promise<number> {
  const admin = createAdmin({ bootstrapServers });
  try {
    return (await admin.listTopics()).find(({ name }) => name === topic)?.partitions.length ?? 0;
  } finally {
    await admin.close();
  }
}
