import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin } from '@millrace/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RestOfAny } from '../chaos/rest.ts';
import { eventually, type MillraceWorker, startMillraceWorker } from '../support/index.ts';
import { type ClusterNode, type MillraceCluster, startMillraceCluster } from '../support/millrace-cluster.ts';

const TIMEOUT_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'cluster-pipelines-'));
const input = join(folder, 'in.txt');
const output = join(folder, 'out.txt');
let cluster: MillraceCluster;
let workers: readonly MillraceWorker[] = [];
let rest: RestOfAny;
let written = 0;

beforeAll(async () => {
  cluster = await startMillraceCluster(3, { 'default.replication.factor': '3', 'min.insync.replicas': '2' });
  const { bootstrapServers } = cluster;
  const replicas = (name: string) => [`${name}.storage.replication.factor`, '3'] as const;
  const config = {
    'key.converter': 'StringConverter',
    'value.converter': 'StringConverter',
    'offset.flush.interval.ms': '300',
    ...Object.fromEntries(['config', 'offset', 'status'].map(replicas)),
  };
  const start = () => startMillraceWorker({ bootstrapServers, group: 'pipelines', config });
  workers = await Promise.all([start(), start()]);
  rest = new RestOfAny(workers.map(({ url }) => Number(new URL(url).port)));
  writeFileSync(input, '');
  await rest.ask('PUT', '/connectors/lines-in/config', {
    'connector.class': 'FileSource',
    file: input,
    topic: 'lines',
  });
  await rest.ask('PUT', '/connectors/lines-out/config', {
    'connector.class': 'FileSink',
    file: output,
    topics: 'lines',
    format: 'lines',
  });
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await cluster?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('pipelines go on while each broker is killed, and while all are restarted in turn', async () => {
  await linesComeThrough('at the start');
  for (const node of cluster.nodes) {
    await node.kill();
    await linesComeThrough(`without broker ${node.nodeId}`);
    await node.start();
    await whole();
  }
  for (const node of cluster.nodes) {
    await rolled(node);
    await linesComeThrough(`after the restart of broker ${node.nodeId}`);
  }
  // Each line once and in order, but for what a sink writes again whose commit did not come through.
  const seen = [...new Set(lines())];
  expect(seen).toEqual(Array.from({ length: written }, (_, index) => `line ${index}`));
  await eventually(async () => (await rest.tasks()).every(({ state }) => state === 'RUNNING'), {
    what: 'all tasks to run',
    timeoutMs: TIMEOUT_MS,
  });
});

async function rolled(node: ClusterNode): Promise<void> {
  await node.stop();
  await node.start();
  await whole();
}

async function linesComeThrough(when: string): Promise<void> {
  const from = written;
  for (; written < from + 20; written += 1) appendFileSync(input, `line ${written}\n`);
  const last = `line ${written - 1}`;
  try {
    await eventually(() => lines().includes(last), { what: `${last} ${when}`, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    const tasks = await rest.tasks().catch((cause: Error) => cause.message);
    throw new Error(`${(error as Error).message}; tasks: ${JSON.stringify(tasks)}`, { cause: error });
  }
}

function lines(): readonly string[] {
  return existsSync(output) ? readFileSync(output, 'utf8').split('\n').slice(0, -1) : [];
}

async function whole(): Promise<void> {
  const admin = createAdmin({ bootstrapServers: cluster.bootstrapServers });
  try {
    await eventually(
      async () => {
        const topics = await admin.listTopics().catch(() => []);
        const partitions = topics.flatMap((topic) => topic.partitions);
        return (
          partitions.length > 0 && partitions.every(({ isr, replicas }) => isr.length === replicas.length)
        );
      },
      { what: 'all replicas in sync', timeoutMs: TIMEOUT_MS },
    );
  } finally {
    await admin.close();
  }
}
