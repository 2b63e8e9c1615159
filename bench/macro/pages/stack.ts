import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createProducer } from '@millrace/client';
import { type Millrace, startMillrace } from '@millrace/test/support';

const READY_TIMEOUT_MS = 120_000;
const TOPICS_AT_ONCE = 200;
const CONNECTORS_AT_ONCE = 8;
const BATCH = 10_000;
export const LARGE = 'large';
const LARGE_PARTITIONS = 6;
/** Between two records that a running sink gets, ms. */
const TRICKLE_MS = 200;

export interface Size {
  readonly connectors: number;
  readonly running: number;
  readonly topics: number;
  readonly records: number;
}

/** A `millrace dev` with much in it, and something that moves. */
export interface Stack {
  readonly millrace: Millrace;
  /** Gives a running sink a record that it cannot read; resolves when that is acknowledged. */
  spoil(sink: number): Promise<void>;
  close(): Promise<void>;
}

const topicName = (index: number) => `topic-${String(index).padStart(5, '0')}`;
export const sinkName = (index: number) => `sink-${String(index).padStart(5, '0')}`;

export async function startStack(size: Size): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pages-'));
  const millrace = await startMillrace({ readyTimeoutMs: READY_TIMEOUT_MS });
  const client = { bootstrapServers: [millrace.kafka] };
  await createTopics(client, size);
  await fill(client, size.records);
  await createConnectors(millrace, folder, size);
  const producer = createProducer(client);
  const send = (index: number, value: string) =>
    producer.send([{ topic: topicName(index), key: null, value: Buffer.from(value) }]);
  const trickle = setInterval(() => {
    for (let index = 0; index < size.running; index++) void send(index, '{"n":1}').catch(() => undefined);
  }, TRICKLE_MS);
  return {
    millrace,
    async spoil(sink) {
      await send(sink, 'not JSON');
    },
    async close() {
      clearInterval(trickle);
      await producer.close();
      await millrace.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type ClientConfig = Parameters<typeof createAdmin>[0];

async function createTopics(client: ClientConfig, { topics }: Size): Promise<void> {
  const admin = createAdmin(client);
  await admin.createTopics([{ name: LARGE, partitions: LARGE_PARTITIONS }]);
  for (let from = 0; from < topics; from += TOPICS_AT_ONCE) {
    const count = Math.min(TOPICS_AT_ONCE, topics - from);
    await admin.createTopics(
      Array.from({ length: count }, (_, index) => ({ name: topicName(from + index), partitions: 1 })),
    );
    console.log(`${from + count} topics`);
  }
  await admin.close();
}

async function fill(client: ClientConfig, records: number): Promise<void> {
  const producer = createProducer(client);
  for (let from = 0; from < records; from += BATCH) {
    const count = Math.min(BATCH, records - from);
    await producer.send(
      Array.from({ length: count }, (_, index) => ({
        ...{ topic: LARGE, key: Buffer.from(String(from + index)) },
        value: Buffer.from(
          `{"id":${from + index},"item":"a thing with a name","total":12.5,"region":"eu-west"}`,
        ),
      })),
    );
    if ((from + count) % 1_000_000 === 0) console.log(`${from + count} records`);
  }
  await producer.close();
}

async function createConnectors(millrace: Millrace, folder: string, size: Size): Promise<void> {
  const waiting = Array.from({ length: size.connectors }, (_, index) => index);
  const worker = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const response = await fetch(`${millrace.rest}/connectors`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          name: sinkName(index),
          config: {
            ...{ 'connector.class': 'FileSink', topics: topicName(index % Math.max(size.topics, 1)) },
            file: join(folder, `${index}.jsonl`),
          },
          initial_state: index < size.running ? 'RUNNING' : 'STOPPED',
        }),
      });
      if (response.status !== 201) throw new Error(`${sinkName(index)}: ${await response.text()}`);
      if (index % TOPICS_AT_ONCE === 0) console.log(`${index} connectors`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTORS_AT_ONCE }, worker));
}
