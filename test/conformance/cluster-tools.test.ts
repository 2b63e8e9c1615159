import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll } from '../support/acknowledged-load.ts';
import { moved } from '../support/cluster-wire.ts';
import { eventually } from '../support/index.ts';
import { type ClusterNode, type MillraceCluster, startMillraceCluster } from '../support/millrace-cluster.ts';
import type { TalkingChild } from './clients/child.ts';
import { java, verifiableClient } from './clients/java.ts';
import { ToolRunner } from './tools/tool-runner.ts';

const TOOLS = 'org.apache.kafka.tools';
const REASSIGN = `${TOOLS}.reassign.ReassignPartitionsCommand`;
const CONFIGS = 'kafka.admin.ConfigCommand';
/** Generous, for slow machines; what it takes is printed. */
const PATIENCE_MS = 90_000;

describe.skipIf(java.unavailable() !== undefined)(
  'Apache Kafka’s own tools and clients on three brokers',
  () => {
    let cluster: MillraceCluster;
    let tools: ToolRunner;
    let folder: string;
    let address = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cluster-tools-'));
      cluster = await startMillraceCluster(3);
      address = cluster.bootstrapServers.join(',');
      tools = new ToolRunner();
    });
    afterAll(async () => {
      await Promise.all([tools?.close(), cluster?.close()]);
      await rm(folder, { recursive: true, force: true });
    });

    /** What the tool printed; its failure is one of the test. */
    async function run(tool: string, ...args: readonly string[]): Promise<string> {
      const { exitCode, printed } = await tools.run(tool, ...args);
      expect(exitCode, printed).toBe(0);
      return printed;
    }
    const at = () => ['--bootstrap-server', address];
    const file = async (name: string, content: string) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    };
    const withAdmin = async <T>(act: (admin: ReturnType<typeof createAdmin>) => Promise<T>): Promise<T> => {
      const admin = createAdmin({ bootstrapServers: cluster.bootstrapServers });
      try {
        return await act(admin);
      } finally {
        await admin.close();
      }
    };
    const partitionsOf = (topic: string) =>
      withAdmin(async (admin) => (await admin.describeTopics([topic]))[0]?.partitions ?? []);
    const moves = (topic: string, ...replicas: readonly (readonly number[])[]) =>
      JSON.stringify({
        version: 1,
        partitions: replicas.map((row, partition) => ({ topic, partition, replicas: row })),
      });

    it('kafka-topics, kafka-configs, kafka-log-dirs and kafka-broker-api-versions see all brokers', async () => {
      const topic = ['--topic', 'wide', '--partitions', '3', '--replication-factor', '3'];
      expect(await run(`${TOOLS}.TopicCommand`, ...at(), '--create', ...topic)).toContain(
        'Created topic wide',
      );
      const described = await run(`${TOOLS}.TopicCommand`, ...at(), '--describe', '--topic', 'wide');
      expect(described.match(/Isr: \d,\d,\d/g)).toHaveLength(3);
      const tooMany = await tools.run(
        `${TOOLS}.TopicCommand`,
        ...[...at(), '--create', '--topic', 'wider', '--replication-factor', '4'],
      );
      expect(tooMany.exitCode).toBe(1);
      expect(tooMany.printed).toContain('only 3 broker(s) are registered');
      const broker = ['--entity-type', 'brokers', '--entity-name', '2'];
      await run(CONFIGS, ...at(), ...broker, '--alter', '--add-config', 'log.retention.ms=40000');
      expect(await run(CONFIGS, ...at(), ...broker, '--describe')).toContain('log.retention.ms=40000');
      const dirs = await run(`${TOOLS}.LogDirsCommand`, ...at(), '--describe', '--topic-list', 'wide');
      const { brokers } = JSON.parse(dirs.slice(dirs.indexOf('{')));
      expect(brokers).toHaveLength(3);
      const versions = await run(`${TOOLS}.BrokerApiVersionsCommand`, ...at());
      expect(versions.match(/\(id: \d/g)).toHaveLength(3);
    });

    it('kafka-metadata-quorum, kafka-cluster and kafka-features describe the cluster', async () => {
      const status = await run(`${TOOLS}.MetadataQuorumCommand`, ...at(), 'describe', '--status');
      expect(status).toMatch(/LeaderId:\s+[123]\n/);
      expect(status.match(/"id": [123]/g)).toHaveLength(3);
      const replication = await run(`${TOOLS}.MetadataQuorumCommand`, ...at(), 'describe', '--replication');
      expect(replication.match(/Leader\s*$/gm)).toHaveLength(1);
      expect(replication.match(/Follower\s*$/gm)).toHaveLength(2);
      expect(await run(`${TOOLS}.ClusterTool`, 'cluster-id', ...at())).toContain('Cluster ID: ');
      const endpoints = await run(`${TOOLS}.ClusterTool`, 'list-endpoints', ...at());
      expect(endpoints.match(/127\.0\.0\.1/g)).toHaveLength(3);
      expect(await run(`${TOOLS}.FeatureCommand`, ...at(), 'describe')).toMatch(/metadata\.version/);
    });

    it('kafka-reassign-partitions generates, executes, verifies, lists and cancels; kafka-leader-election follows', async () => {
      const create = ['--create', '--topic', 'moved', '--replica-assignment', '1,2'];
      await run(`${TOOLS}.TopicCommand`, ...at(), ...create);
      const topics = await file('topics.json', JSON.stringify({ version: 1, topics: [{ topic: 'moved' }] }));
      const generate = ['--generate', '--topics-to-move-json-file', topics, '--broker-list', '3'];
      const generated = await run(REASSIGN, ...at(), ...generate);
      const proposed = await file('proposed.json', generated.trim().split('\n').at(-1) ?? '');
      const executed = await run(REASSIGN, ...at(), '--execute', '--reassignment-json-file', proposed);
      expect(executed).toContain('Successfully started partition reassignments');
      await moved(cluster.bootstrapServers[0] ?? '');
      const verified = await run(REASSIGN, ...at(), '--verify', '--reassignment-json-file', proposed);
      expect(verified.match(/is completed/g)).toHaveLength(2);
      expect((await partitionsOf('moved')).map(({ replicas }) => replicas)).toEqual([[3], [3]]);

      const send = [
        '--topic',
        'moved',
        '--num-records',
        '3000',
        '--record-size',
        '1000',
        '--throughput',
        '-1',
      ];
      await run(`${TOOLS}.ProducerPerformance`, ...at(), ...send);
      const slow = await file('slow.json', moves('moved', [1, 2], [2, 1]));
      const throttled = ['--execute', '--reassignment-json-file', slow, '--throttle', '1000'];
      await run(REASSIGN, ...at(), ...throttled);
      expect(await run(REASSIGN, ...at(), '--list')).toMatch(
        /moved-\d: replicas: .*adding: 1,2.*removing: 3/,
      );
      const cancelled = await run(REASSIGN, ...at(), '--cancel', '--reassignment-json-file', slow);
      expect(cancelled).toContain('Successfully cancelled partition reassignments');
      expect(await run(REASSIGN, ...at(), '--list')).toContain('No partition reassignments found.');
      expect((await partitionsOf('moved')).map(({ replicas }) => replicas)).toEqual([[3], [3]]);
      const configs = await withAdmin((admin) => admin.describeConfigs('broker', '3'));
      expect(configs.get('leader.replication.throttled.rate')?.source).toBe('DEFAULT_CONFIG');

      const order = await file('order.json', moves('moved', [1, 3], [2, 3]));
      await run(REASSIGN, ...at(), '--execute', '--reassignment-json-file', order);
      await moved(cluster.bootstrapServers[0] ?? '');
      const election = ['--election-type', 'preferred', '--topic', 'moved', '--partition', '0'];
      expect(await run(`${TOOLS}.LeaderElectionCommand`, ...at(), ...election)).toContain('moved-0');
      expect((await partitionsOf('moved')).map(({ leader }) => leader)[0]).toBe(1);
    });

    it('VerifiableProducer and VerifiableConsumer go on as brokers are rolled over and killed: nothing lost, nothing twice', async () => {
      const topic = 'verified';
      await withAdmin((admin) =>
        admin.createTopics([
          { name: topic, partitions: 3, replicationFactor: 3, configs: { 'min.insync.replicas': '2' } },
        ]),
      );
      const acknowledged: string[] = [];
      const errors: string[] = [];
      const seen = new Set<string>();
      let lastMs = performance.now();
      let longestMs = 0;
      const clients: TalkingChild[] = [
        verifiableClient(
          'verifiable-producer',
          [
            ...at(),
            ...['--topic', topic, '--throughput', '200', '--command-config'],
            // Its own way is to give up at the first error.
            await file('producer.properties', 'enable.idempotence=true\nretries=2147483647\n'),
          ],
          ({ name, value = '', message = '' }) => {
            if (name === 'producer_send_error') errors.push(message);
            if (name !== 'producer_send_success') return;
            acknowledged.push(value);
            const nowMs = performance.now();
            longestMs = Math.max(longestMs, nowMs - lastMs);
            lastMs = nowMs;
          },
        ),
        verifiableClient(
          'verifiable-consumer',
          [...at(), '--topic', topic, '--group-id', 'verifying', '--reset-policy', 'earliest', '--verbose'],
          ({ name, value = '' }) => {
            if (name === 'record_data') seen.add(value);
          },
        ),
      ];
      const goesOn = async (count: number) => {
        const goal = acknowledged.length + count;
        const isFurther = () => errors.length > 0 || acknowledged.length >= goal;
        await eventually(isFurther, { what: `${count} more records`, timeoutMs: PATIENCE_MS });
        expect(errors).toEqual([]);
      };
      const whole = () =>
        eventually(async () => (await partitionsOf(topic)).every(({ isr }) => isr.length === 3), {
          what: 'all replicas in sync',
          timeoutMs: PATIENCE_MS,
        });
      const disturbed = async (how: string, node: ClusterNode, act: () => Promise<void>) => {
        await goesOn(100);
        longestMs = 0;
        await act();
        await goesOn(200);
        console.info(`${how} ${node.nodeId}: no acknowledgement for ${Math.round(longestMs)} ms at most`);
        if (node.process === undefined) await node.start();
        await whole();
      };
      try {
        for (const node of cluster.nodes) await disturbed('rolled', node, () => node.stop());
        for (const node of cluster.nodes) await disturbed('killed', node, () => node.kill());
        await goesOn(100);
      } finally {
        await Promise.all(clients.map((client) => client.end('SIGTERM')));
      }
      const found = await readAll(cluster.bootstrapServers, topic, 3);
      const there = new Set(found);
      expect(found).toHaveLength(there.size);
      expect(acknowledged.filter((value) => !there.has(value))).toEqual([]);
    });
  },
);
