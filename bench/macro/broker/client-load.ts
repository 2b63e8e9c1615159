/**
 * One client at one work, as a process of its own: `node client-load.ts CLIENT WORK BOOTSTRAP TOPIC RECORDS RECORD_BYTES`, where CLIENT
 * is millrace, platformatic or kafkajs, and WORK is produce, consume or latency (millrace only). Prints its figures as one line of JSON.
 */
import type { LoadClient } from './clients/load-client.ts';

/** Each is loaded where it is asked for: none pays for the others. */
const clients: Readonly<Record<string, () => Promise<LoadClient>>> = {
  millrace: async () => (await import('./clients/millrace.ts')).millrace,
  platformatic: async () => (await import('./clients/platformatic.ts')).platformatic,
  kafkajs: async () => (await import('./clients/kafkajs.ts')).kafkajs,
};
const [name = '', work = '', bootstrap = '', topic = '', records = '', recordBytes = ''] =
  process.argv.slice(2);
const client = await clients[name]?.();
if (client === undefined) throw new Error(`no client ${name}`);
const load = { bootstrap, topic, records: Number(records), recordBytes: Number(recordBytes) };

if (work === 'latency') console.log(JSON.stringify(await client.latency?.(load)));
else if (work === 'produce') console.log(JSON.stringify(await measured(() => client.produce(load))));
else console.log(JSON.stringify(await measured(() => client.consume(load))));
process.exit();

async function measured(run: () => Promise<void>) {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return {
    recordsPerSecond: (load.records / (performance.now() - startedMs)) * 1000,
    cpuSecondsPerMillion: (user + system) / load.records,
  };
}
