import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/index.ts';
import type { TalkingChild } from './clients/child.ts';
import { java, javaProgram } from './clients/java.ts';
import { type Peer, startOurs } from './peer.ts';

const INPUT = 'streams-plaintext-input';
const OUTPUT = 'streams-wordcount-output';
const LINES = 300;
const WORDS = 7;
const PATIENCE_MS = 90_000;

describe.skipIf(java.unavailable() !== undefined)('Kafka Streams on our broker', () => {
  let peer: Peer;
  let folder: string;
  beforeAll(async () => {
    [peer, folder] = await Promise.all([startOurs(), mkdtemp(join(tmpdir(), 'millrace-streams-'))]);
  });
  afterAll(async () => {
    await peer?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('its word count, exactly_once_v2, is killed in the middle and counts each word once', async () => {
    const bootstrapServers = [peer.address];
    const admin = createAdmin({ bootstrapServers });
    await admin.createTopics([INPUT, OUTPUT].map((name) => ({ name, partitions: 2 })));
    await admin.close();
    const producer = createProducer({ bootstrapServers });
    const lines = async (from: number, to: number) => {
      const values = Array.from({ length: to - from }, (_, index) => `alpha w${(from + index) % WORDS}`);
      await producer.send(
        values.map((value, index) => ({
          topic: INPUT,
          partition: index % 2,
          key: null,
          value: Buffer.from(value),
        })),
      );
    };
    const counts = new Map<string, number>();
    const consumer = createConsumer({
      bootstrapServers,
      isolationLevel: 'read_committed',
      autoOffsetReset: 'earliest',
    });
    consumer.assign([0, 1].map((partition) => ({ topic: OUTPUT, partition })));
    const counted = async (total: number) => {
      await eventually(
        async () => {
          for (const { key, value } of await consumer.poll(200))
            counts.set(String(key), Number(value?.readBigInt64BE() ?? 0));
          return isDeepStrictEqual(Object.fromEntries(counts), countsOf(total));
        },
        { what: `${total} lines to be counted`, timeoutMs: PATIENCE_MS },
      );
    };
    await lines(0, LINES / 2);
    const first = await wordCount(peer, folder, 'first');
    await counted(LINES / 2);
    await lines(LINES / 2, LINES);
    await first.end('SIGKILL');
    const second = await wordCount(peer, folder, 'second');
    await counted(LINES);
    await second.end('SIGKILL');
    await consumer.close();
    await producer.close();
    expect(Object.fromEntries(counts)).toEqual(countsOf(LINES));
  });
});

/** How often each word stands in the first lines. */
function countsOf(lines: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { alpha: lines };
  for (let word = 0; word < WORDS; word++) counts[`w${word}`] = Math.ceil((lines - word) / WORDS);
  return counts;
}

async function wordCount(peer: Peer, folder: string, name: string): Promise<TalkingChild> {
  const properties = {
    'bootstrap.servers': peer.address,
    'processing.guarantee': 'exactly_once_v2',
    'state.dir': join(folder, name),
    'commit.interval.ms': '100',
    'replication.factor': '1',
    'session.timeout.ms': '6000',
    'statestore.cache.max.bytes': '0',
  };
  const file = join(folder, `${name}.properties`);
  const text = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(file, text.join(''));
  return javaProgram('org.apache.kafka.streams.examples.wordcount.WordCountDemo', [file]);
}
