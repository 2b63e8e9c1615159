import { createAdmin } from '@millrace/client';
import type { Figures } from '../../measure/figures.ts';
import { useOfTrees } from '../../measure/process-tree.ts';
import { watchIdle } from '../start-and-memory/sample.ts';
import { JavaProbe } from './java-tools.ts';
import type { Brokers } from './load.ts';
import type { BrokerSide, RunningBroker } from './side.ts';

const PARTITIONS = 5000;
const TOPICS = 5;

/** A start on a new data folder: until a Java client that keeps trying has its first record acknowledged; then idle. */
export async function startAndIdle(side: BrokerSide, figures: Figures | null): Promise<RunningBroker> {
  const probe = await warmProbe(side);
  side.prepare();
  const { broker, seconds } = await startToFirstRecord(side, probe);
  await probe.close();
  if (figures === null) return broker;
  figures.note('start to the first acknowledged record, s', side.name, seconds);
  const idle = await watchIdle([broker.pid]);
  figures.note('idle memory, RSS, MiB', side.name, idle.rssMiB);
  figures.note('CPU s in 10 idle s', side.name, idle.idleCpuSeconds);
  return broker;
}

export async function afterLoad(brokers: Brokers, figures: Figures): Promise<void> {
  for (const [name, { pid }] of brokers)
    figures.note('memory after the load, RSS, MiB', name, useOfTrees([pid]).rssMiB);
}

/** A broker with 5,000 partitions: made, held, started anew. */
export async function manyPartitions(side: BrokerSide, figures: Figures): Promise<void> {
  const probe = await warmProbe(side);
  side.prepare();
  const { broker } = await startToFirstRecord(side, probe);
  const admin = createAdmin({ bootstrapServers: [broker.bootstrap] });
  const startedMs = performance.now();
  for (let topic = 0; topic < TOPICS; topic++)
    await admin.createTopics([{ name: `many-${topic}`, partitions: PARTITIONS / TOPICS }]);
  figures.note('5,000 partitions: made in, s', side.name, (performance.now() - startedMs) / 1000);
  await admin.close();
  const idle = await watchIdle([broker.pid]);
  figures.note('5,000 partitions: memory, RSS, MiB', side.name, idle.rssMiB);
  figures.note('5,000 partitions: CPU s in 10 idle s', side.name, idle.idleCpuSeconds);
  await broker.stop();
  const again = await startToFirstRecord(side, probe);
  await probe.close();
  figures.note('5,000 partitions: start to the first acknowledged record, s', side.name, again.seconds);
  await again.broker.stop();
}

/** A Java client that has loaded its classes, so that it is the broker's start that is timed. */
async function warmProbe(side: BrokerSide): Promise<JavaProbe> {
  side.prepare();
  const probe = await JavaProbe.start(side.bootstrap);
  const broker = await side.start();
  await probe.first('warm');
  await broker.stop();
  return probe;
}

async function startToFirstRecord(side: BrokerSide, probe: JavaProbe) {
  const startedMs = Date.now();
  const acknowledged = probe.first('first');
  const broker = await side.start();
  return { broker, seconds: ((await acknowledged) - startedMs) / 1000 };
}
