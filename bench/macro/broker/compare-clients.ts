import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createAdmin } from '@millrace/client';
import type { Figures } from '../../measure/figures.ts';
import type { LatencyFigures } from './clients/load-client.ts';
import { javaCost } from './java-tools.ts';
import type { RunningBroker } from './side.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('client-load.ts', import.meta.url));
const RECORD_BYTES = 100;
/** By the name of `client-load.ts`, and by that of the table. */
const CLIENTS = { millrace: 'our client', platformatic: '@platformatic/kafka', kafkajs: 'kafkajs' } as const;

interface ClientWork {
  readonly topic: string;
  readonly records: number;
  readonly recordBytes: number;
}

async function clientLoad(client: string, kind: string, bootstrap: string, work: ClientWork) {
  const args = [SCRIPT, client, kind, bootstrap, work.topic, `${work.records}`, `${work.recordBytes}`];
  const { stdout } = await run(process.execPath, args, { timeout: 600_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** From a send to the record in hand, by our own client in a process of its own. */
export async function millraceLatency(broker: RunningBroker, work: ClientWork): Promise<LatencyFigures> {
  return await clientLoad('millrace', 'latency', broker.bootstrap, work);
}

/** Each client in turn writes and reads a topic of one partition; processor time is of the client's process. */
export async function compareClients(
  broker: RunningBroker,
  { records, runs }: { readonly records: number; readonly runs: number },
  figures: Figures,
): Promise<void> {
  const admin = createAdmin({ bootstrapServers: [broker.bootstrap] });
  for (let round = 0; round < runs; round++) {
    for (const [client, name] of Object.entries(CLIENTS)) {
      const work = { topic: `${client}-${round}-${process.pid}`, records, recordBytes: RECORD_BYTES };
      await admin.createTopics([{ name: work.topic, partitions: 1 }]);
      for (const kind of ['produce', 'consume']) {
        const figure = await clientLoad(client, kind, broker.bootstrap, work);
        figures.note(`${kind}: CPU s per million`, name, figure.cpuSecondsPerMillion);
        figures.note(`${kind}: records/s`, name, figure.recordsPerSecond);
      }
      await admin.deleteTopics([work.topic]);
    }
    const topic = `java-${round}-${process.pid}`;
    for (const kind of ['produce', 'consume'] as const) {
      const figure = await javaCost(kind, broker.bootstrap, { topic, records, recordBytes: RECORD_BYTES });
      figures.note(`${kind}: CPU s per million`, 'Java', figure.cpuSecondsPerMillion);
      figures.note(`${kind}: records/s`, 'Java', figure.recordsPerSecond);
    }
    await admin.deleteTopics([topic]);
  }
  await admin.close();
}
