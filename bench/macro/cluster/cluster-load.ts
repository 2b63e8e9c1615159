import { setTimeout as passed } from 'node:timers/promises';
import { createAdmin, createProducer } from '@millrace/client';
import type { Figures } from '../../measure/figures.ts';
import { useOfTrees } from '../../measure/process-tree.ts';
import { JavaProbe, producerPerf } from '../broker/java-tools.ts';
import type { RunningCluster } from './cluster-side.ts';
import { makeTopic, removeTopic, untilWhole } from './whole-cluster.ts';

export type Clusters = ReadonlyMap<string, RunningCluster>;

const PARTITIONS = 3;
const LATENCY_RECORDS = 5_000;
const RECORD_BYTES = 100;
const LARGE_RECORD_BYTES = 1_024;
const LARGE_RECORDS_SHARE = 4;
const SEND_EVERY_MS = 2;
/** The producer has found its pace by then. */
const STEADY_MS = 1_000;
const FAILOVER_PATIENCE_MS = 120_000;

const WORKS = [
  { row: 'produce 100 B, default batches', recordBytes: RECORD_BYTES, share: 1, settings: {} },
  {
    row: 'produce 100 B, 128 KiB batches',
    recordBytes: RECORD_BYTES,
    share: 1,
    settings: { 'batch.size': '131072', 'linger.ms': '5' },
  },
  {
    row: 'produce 1 KiB, default batches',
    recordBytes: LARGE_RECORD_BYTES,
    share: LARGE_RECORDS_SHARE,
    settings: {},
  },
] as const;

/** `kafka-producer-perf-test` with acks=all to three partitions of three replicas; processor time is of all three brokers. */
export async function replicatedProduction(
  clusters: Clusters,
  records: number,
  figures: Figures,
): Promise<void> {
  for (const { row, recordBytes, share, settings } of WORKS)
    for (const [name, cluster] of clusters) {
      const topic = `produce-${Math.round(performance.now())}`;
      await makeTopic(cluster.bootstrap, topic, PARTITIONS);
      await untilWhole(cluster);
      const count = records / share;
      const before = useOfTrees(cluster.pids()).cpuSeconds;
      const rate = await producerPerf(cluster.bootstrap, {
        ...{ topic, records: count, recordBytes, settings: { ...settings, acks: 'all' } },
      });
      const used = useOfTrees(cluster.pids()).cpuSeconds - before;
      figures.note(`${row}: records/s`, name, rate);
      figures.note(`${row}: CPU s per million`, name, (used / count) * 1e6);
      await removeTopic(cluster.bootstrap, topic);
    }
}

/** One record at a time, from the send to the record in hand, by the Java client. */
export async function replicatedLatency(clusters: Clusters, figures: Figures): Promise<void> {
  for (const [name, cluster] of clusters) {
    const topic = `latency-${Math.round(performance.now())}`;
    await makeTopic(cluster.bootstrap, topic, 1);
    await untilWhole(cluster);
    const probe = await JavaProbe.start(cluster.bootstrap);
    const { p50, p99, p999 } = await probe.latency(topic, LATENCY_RECORDS, 'all', RECORD_BYTES);
    await probe.close();
    figures.note('latency: p50, us', name, p50);
    figures.note('latency: p99, us', name, p99);
    figures.note('latency: p99.9, us', name, p999);
    await removeTopic(cluster.bootstrap, topic);
  }
}

/** Memory of the three, after what was done so far. */
export function memoryOf(clusters: Clusters, figures: Figures): void {
  for (const [name, cluster] of clusters)
    figures.note('memory of the three, RSS, MiB', name, useOfTrees(cluster.pids()).rssMiB);
}

/** SIGKILL of a partition's leader under an idempotent producer of our client, until that has its next acknowledgement. */
export async function failovers(clusters: Clusters, figures: Figures): Promise<void> {
  for (const [name, cluster] of clusters) {
    const topic = `failover-${Math.round(performance.now())}`;
    await makeTopic(cluster.bootstrap, topic, 1);
    await untilWhole(cluster);
    const { seconds, killed } = await failover(cluster, topic);
    figures.note('kill -9 of a leader until its producer goes on, s', name, seconds);
    await cluster.resume(killed);
    await untilWhole(cluster);
    await removeTopic(cluster.bootstrap, topic);
  }
}

async function failover(cluster: RunningCluster, topic: string) {
  const bootstrapServers = cluster.bootstrap.split(',');
  const admin = createAdmin({ bootstrapServers });
  const [described] = await admin.describeTopics([topic]);
  await admin.close();
  const leader = described?.partitions[0]?.leader ?? -1;
  const producer = createProducer({ bootstrapServers, lingerMs: 0 });
  let lastMs = 0;
  let failure: Error | null = null;
  const sending = new AbortController();
  const load = (async () => {
    while (!sending.signal.aborted) {
      producer.produce({ topic, partition: 0, key: null, value: Buffer.alloc(RECORD_BYTES) }, (error) => {
        if (error === null) lastMs = performance.now();
        else failure = error;
      });
      await passed(SEND_EVERY_MS);
    }
  })();
  try {
    await passed(STEADY_MS);
    const killedMs = performance.now();
    await cluster.kill(leader);
    const goneMs = performance.now();
    // What the dead one had answered may still come in.
    await passed(SEND_EVERY_MS);
    const before = lastMs;
    while (lastMs === before || lastMs < goneMs) {
      if (failure !== null) throw failure;
      if (performance.now() - killedMs > FAILOVER_PATIENCE_MS) throw new Error('the producer does not go on');
      await passed(1);
    }
    return { seconds: (lastMs - killedMs) / 1000, killed: leader };
  } finally {
    sending.abort();
    await load;
    await producer.close(1_000).catch(() => undefined);
  }
}
