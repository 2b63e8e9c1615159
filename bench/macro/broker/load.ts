import type { Figures } from '../../measure/figures.ts';
import { useOfTrees } from '../../measure/process-tree.ts';
import { millraceLatency } from './compare-clients.ts';
import { consumerPerf, JavaProbe, producerPerf } from './java-tools.ts';
import type { RunningBroker } from './side.ts';

export type Brokers = ReadonlyMap<string, RunningBroker>;

/** Of the larger records there are so many times fewer. */
const LARGE_RECORDS_SHARE = 4;
const LARGE_RECORD_BYTES = 1024;
const SMALL_RECORD_BYTES = 100;
const LATENCY_RECORDS = 5000;
const BATCHES = {
  'default batches': {},
  '128 KiB batches': { 'batch.size': '131072', 'linger.ms': '5' },
} as const;

/** What one work costs the broker's process, and how fast the tool says that it went. */
async function measured(
  broker: RunningBroker,
  records: number,
  work: () => Promise<number>,
): Promise<{ readonly recordsPerSecond: number; readonly cpuSecondsPerMillion: number }> {
  const before = useOfTrees([broker.pid]).cpuSeconds;
  const recordsPerSecond = await work();
  const used = useOfTrees([broker.pid]).cpuSeconds - before;
  return { recordsPerSecond, cpuSecondsPerMillion: (used / records) * 1e6 };
}

/** `kafka-producer-perf-test`, each combination to a new topic of one partition, each side in turn. */
export async function production(
  brokers: Brokers,
  options: { readonly records: number; readonly rows: string },
  figures: Figures,
): Promise<void> {
  const combinations = [SMALL_RECORD_BYTES, LARGE_RECORD_BYTES].flatMap((recordBytes) =>
    Object.entries(BATCHES).flatMap(([batches, settings]) =>
      ['none', 'lz4'].flatMap((compression) =>
        ['1', 'all'].map((acks) => ({
          row: `produce ${recordBytes} B, ${batches}, ${compression}, acks=${acks}`,
          recordBytes,
          settings: { ...settings, acks, 'compression.type': compression },
        })),
      ),
    ),
  );
  for (const { row, recordBytes, settings } of combinations) {
    if (!row.includes(options.rows)) continue;
    for (const [name, broker] of brokers) {
      const records = countOf(options.records, recordBytes);
      const topic = `produce-${performance.now()}`;
      const figure = await measured(broker, records, () =>
        producerPerf(broker.bootstrap, { topic, records, recordBytes, settings }),
      );
      figures.note(`${row}: records/s`, name, figure.recordsPerSecond);
      figures.note(`${row}: CPU s per million`, name, figure.cpuSecondsPerMillion);
      await remove(broker, topic);
    }
  }
}

/** `kafka-consumer-perf-test` of a topic that is read twice: once to have it in the page cache alone, then measured. */
export async function consumption(
  brokers: Brokers,
  options: { readonly records: number; readonly rows: string },
  figures: Figures,
): Promise<void> {
  for (const recordBytes of [SMALL_RECORD_BYTES, LARGE_RECORD_BYTES])
    for (const [batches, settings] of Object.entries(BATCHES))
      for (const [name, broker] of brokers) {
        const records = countOf(options.records, recordBytes);
        const topic = `consume-${performance.now()}`;
        const row = `consume ${recordBytes} B, written by ${batches}`;
        if (!row.includes(options.rows)) continue;
        const written = { topic, records, recordBytes, settings: { ...settings, acks: '1' } };
        await producerPerf(broker.bootstrap, written);
        const figure = await measured(broker, records, () => consumerPerf(broker.bootstrap, topic, records));
        figures.note(`${row}: records/s`, name, figure.recordsPerSecond);
        figures.note(`${row}: CPU s per million`, name, figure.cpuSecondsPerMillion);
        await remove(broker, topic);
      }
}

/** One record at a time, from the send to the record in hand, by the Java client and by ours. */
export async function latencies(brokers: Brokers, figures: Figures): Promise<void> {
  for (const acks of ['1', 'all'])
    for (const [name, broker] of brokers) {
      const topic = `latency-${performance.now()}`;
      const probe = await JavaProbe.start(broker.bootstrap);
      await probe.create(topic, 1);
      const { p50, p99, p999 } = await probe.latency(topic, LATENCY_RECORDS, acks, SMALL_RECORD_BYTES);
      figures.note(`latency, Java client, acks=${acks}: p50, us`, name, p50);
      figures.note(`latency, Java client, acks=${acks}: p99, us`, name, p99);
      figures.note(`latency, Java client, acks=${acks}: p99.9, us`, name, p999);
      if (acks === 'all') {
        const ours = await millraceLatency(broker, {
          topic,
          records: LATENCY_RECORDS,
          recordBytes: SMALL_RECORD_BYTES,
        });
        figures.note('latency, our client, acks=all: p50, us', name, ours.p50);
        figures.note('latency, our client, acks=all: p99, us', name, ours.p99);
        figures.note('latency, our client, acks=all: p99.9, us', name, ours.p999);
      }
      await probe.delete(topic);
      await probe.close();
    }
}

function countOf(records: number, recordBytes: number): number {
  return recordBytes === SMALL_RECORD_BYTES ? records : records / LARGE_RECORDS_SHARE;
}

/** Data of rows that are done would fill disk and page cache. */
async function remove(broker: RunningBroker, topic: string): Promise<void> {
  const { createAdmin } = await import('@millrace/client');
  const admin = createAdmin({ bootstrapServers: [broker.bootstrap] });
  await admin.deleteTopics([topic]);
  await admin.close();
}
