/** Our client as a program that `line-client.ts` drives: `produce` and `join`, as said there. */
import { text } from 'node:stream/consumers';
import { type Consumer, createConsumer, createProducer } from '@millrace/client';
import type { SentRecord } from './kafka-client.ts';

const [what, address = '', ...rest] = process.argv.slice(2);
const bootstrapServers = [address];
let assigned: readonly number[] = [];
const print = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

if (what === 'produce') {
  const [topic = ''] = rest;
  const producer = createProducer({ bootstrapServers });
  const records = JSON.parse(await text(process.stdin)) as readonly SentRecord[];
  const bytes = (value: string | null) => (value === null ? null : Buffer.from(value));
  await producer.send(records.map(({ key, value }) => ({ topic, key: bytes(key), value: bytes(value) })));
  await producer.close();
} else if (what === 'join') {
  const [groupId = '', topic = '', sessionTimeoutMs, groupProtocol] = rest;
  const isConsumer = groupProtocol === 'consumer';
  const consumer = createConsumer({
    bootstrapServers,
    groupId,
    autoOffsetReset: 'earliest',
    enableAutoCommit: false,
    ...(isConsumer
      ? { groupProtocol }
      : { sessionTimeoutMs: Number(sessionTimeoutMs), heartbeatIntervalMs: 500 }),
  });
  consumer.subscribe([topic]);
  let isEnding = false;
  process.once('SIGTERM', () => {
    isEnding = true;
    consumer.wakeup();
  });
  while (!isEnding) await turn(consumer);
  await consumer.close();
} else {
  throw new Error(`there is no ${what}`);
}

/** What is read is committed, unless the member was put out meanwhile: then somebody else reads it. */
async function turn(consumer: Consumer): Promise<void> {
  const records = await consumer.poll(200);
  const now = consumer.assignment().map(({ partition }) => partition);
  if (now.join() !== assigned.join()) print({ assignment: now });
  assigned = now;
  for (const { value } of records) print({ value: value && String(value) });
  if (records.length > 0) await consumer.commit().catch((error: Error) => print({ failed: error.message }));
}
