import { createConsumer, createProducer } from '@millrace/client';
import type { Load, LoadClient } from './load-client.ts';

const POLL_MS = 1000;

async function produce({ bootstrap, topic, records, recordBytes }: Load): Promise<void> {
  const producer = createProducer({ bootstrapServers: [bootstrap] });
  // Until the topic is known, records would wait in the buffer; Java's producer holds up the caller meanwhile.
  await producer.partitionsFor(topic);
  const value = Buffer.alloc(recordBytes, 'x');
  for (let sent = 0; sent < records; sent++)
    if (!producer.produce({ topic, key: null, value })) await producer.ready();
  await producer.flush();
  await producer.close();
}

async function consume({ bootstrap, topic, records }: Load): Promise<void> {
  const consumer = createConsumer({
    bootstrapServers: [bootstrap],
    groupId: `bench-${performance.now()}`,
    autoOffsetReset: 'earliest',
  });
  consumer.subscribe([topic]);
  for (let read = 0; read < records; ) read += (await consumer.poll(POLL_MS)).length;
  await consumer.close();
}

async function latency({ bootstrap, topic, records, recordBytes }: Load) {
  const producer = createProducer({ bootstrapServers: [bootstrap], lingerMs: 0 });
  const consumer = createConsumer({ bootstrapServers: [bootstrap] });
  const partition = { topic, partition: 0 };
  consumer.assign([partition]);
  consumer.seek(partition, (await consumer.endOffsets([partition]))[0] ?? 0);
  const value = Buffer.alloc(recordBytes, 'x');
  const tookUs: number[] = [];
  for (let sent = 0; sent < records; sent++) {
    const startedMs = performance.now();
    await producer.send([{ topic, key: null, value }]);
    let read = 0;
    while (read === 0) read = (await consumer.poll(POLL_MS)).length;
    tookUs.push((performance.now() - startedMs) * 1000);
  }
  await consumer.close();
  await producer.close();
  tookUs.sort((a, b) => a - b);
  const at = (share: number) => Math.round(tookUs[Math.floor(records * share)] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}

/** Our own. */
export const millrace: LoadClient = { produce, consume, latency };
