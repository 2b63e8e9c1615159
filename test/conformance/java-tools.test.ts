import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { java } from './clients/java.ts';
import { type Peer, startOurs } from './peer.ts';
import { ToolRunner } from './tools/tool-runner.ts';

const TOOLS = 'org.apache.kafka.tools';
const CONFIGS = 'kafka.admin.ConfigCommand';

describe.skipIf(java.unavailable() !== undefined)('Apache Kafka’s own tools, unchanged', () => {
  let peer: Peer;
  let tools: ToolRunner;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tools-'));
    peer = await startOurs();
    tools = new ToolRunner();
  });
  afterAll(async () => {
    await Promise.all([tools?.close(), peer?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  /** What the tool printed; its failure is one of the test. */
  async function run(tool: string, ...args: readonly string[]): Promise<string> {
    const { exitCode, printed } = await tools.run(tool, '--bootstrap-server', peer.address, ...args);
    expect(exitCode, printed).toBe(0);
    return printed;
  }
  const makeTopic = (name: string, partitions: number) =>
    run(`${TOOLS}.TopicCommand`, '--create', '--topic', name, '--partitions', String(partitions));
  const produce = (topic: string, count: number) =>
    run(
      `${TOOLS}.ProducerPerformance`,
      ...['--topic', topic, '--num-records', String(count), '--record-size', '100', '--throughput', '-1'],
    );

  it('ProducerPerformance, ConsumerPerformance and EndToEndLatency send and receive', async () => {
    await makeTopic('measured', 3);
    expect(await produce('measured', 5000)).toContain('5000 records sent');
    const consumed = await run(
      `${TOOLS}.ConsumerPerformance`,
      ...['--topic', 'measured', '--num-records', '5000', '--timeout', '30000'],
    );
    expect(consumed).toMatch(/, 5000, /);
    await makeTopic('latency', 1);
    const latency = await run(
      `${TOOLS}.EndToEndLatency`,
      ...['--topic', 'latency', '--num-records', '20', '--producer-acks', 'all', '--record-size', '100'],
    );
    expect(latency).toContain('Percentiles');
  });

  it('kafka-get-offsets and kafka-delete-records see and move where a log begins', async () => {
    await makeTopic('cut', 1);
    await produce('cut', 100);
    const offsets = (time: string) => run(`${TOOLS}.GetOffsetShell`, '--topic', 'cut', '--time', time);
    expect(await offsets('-1')).toContain('cut:0:100');
    expect(await offsets('earliest-local')).toContain('cut:0:0');
    expect(await offsets('max-timestamp')).toMatch(/cut:0:\d+/);
    const file = join(folder, 'cut.json');
    await writeFile(
      file,
      JSON.stringify({ version: 1, partitions: [{ topic: 'cut', partition: 0, offset: 10 }] }),
    );
    expect(await run(`${TOOLS}.DeleteRecordsCommand`, '--offset-json-file', file)).toMatch(
      /low_watermark: 10/,
    );
    expect(await offsets('-2')).toContain('cut:0:10');
  });

  it('kafka-log-dirs says what lies where', async () => {
    await makeTopic('lying', 2);
    await produce('lying', 50);
    const printed = await run(`${TOOLS}.LogDirsCommand`, '--describe', '--topic-list', 'lying');
    const { brokers } = JSON.parse(printed.slice(printed.indexOf('{')));
    const [dir] = brokers[0].logDirs;
    expect(dir.error).toBeNull();
    const found = dir.partitions.map(({ partition }: { partition: string }) => partition).sort();
    expect(found).toEqual(['lying-0', 'lying-1']);
  });

  it('kafka-features and kafka-metadata-quorum describe the cluster', async () => {
    const features = await run(`${TOOLS}.FeatureCommand`, 'describe');
    expect(features).toMatch(/metadata\.version\s.*FinalizedVersionLevel: 4\.3-IV0/);
    expect(await run(`${TOOLS}.FeatureCommand`, 'downgrade', '--feature', 'transaction.version=1')).toContain(
      'transaction.version was downgraded to 1.',
    );
    await run(`${TOOLS}.FeatureCommand`, 'upgrade', '--feature', 'transaction.version=2');
    const status = await run('org.apache.kafka.tools.MetadataQuorumCommand', 'describe', '--status');
    expect(status).toMatch(/LeaderId:\s+1\n/);
    const replication = await run(`${TOOLS}.MetadataQuorumCommand`, 'describe', '--replication');
    expect(replication).toMatch(/Leader\s*$/m);
  });

  it('kafka-configs sets and shows configs of topics, brokers, users, clients, groups and client metrics', async () => {
    await makeTopic('configured', 1);
    const cases: readonly (readonly [entity: readonly string[], config: string, shown: RegExp])[] = [
      [['topics', '--entity-name', 'configured'], 'retention.ms=60000', /retention\.ms=60000/],
      [['brokers', '--entity-default'], 'log.retention.ms=50000', /log\.retention\.ms=50000/],
      [
        ['brokers', '--entity-name', '1'],
        'log.retention.ms=40000',
        /DYNAMIC_BROKER_CONFIG:log\.retention\.ms=40000/,
      ],
      [['users', '--entity-name', 'ann'], 'producer_byte_rate=1024', /producer_byte_rate=1024/],
      [['clients', '--entity-default'], 'request_percentage=150', /request_percentage=150/],
      [['groups', '--entity-name', 'g'], 'consumer.session.timeout.ms=50000', /DYNAMIC_GROUP_CONFIG/],
      [['client-metrics', '--entity-name', 'm'], 'interval.ms=1000', /interval\.ms=1000/],
    ];
    for (const [entity, config, shown] of cases) {
      const of = ['--entity-type', ...entity];
      await run(CONFIGS, ...of, '--alter', '--add-config', config);
      expect(await run(CONFIGS, ...of, '--describe')).toMatch(shown);
      await run(CONFIGS, ...of, '--alter', '--delete-config', config.slice(0, config.indexOf('=')));
    }
    const refused = await tools.run(
      CONFIGS,
      ...['--bootstrap-server', peer.address, '--entity-type', 'brokers', '--entity-name', '1'],
      ...['--alter', '--add-config', 'num.partitions=3'],
    );
    expect(refused.exitCode).toBe(1);
    expect(refused.printed).toContain('num.partitions');
  });

  it('kafka-transactions, kafka-leader-election and kafka-reassign-partitions find nothing to do', async () => {
    expect(await run(`${TOOLS}.TransactionsCommand`, 'list')).toContain('TransactionalId');
    expect(await run(`${TOOLS}.TransactionsCommand`, 'find-hanging', '--broker-id', '1')).toContain(
      'ProducerId',
    );
    await makeTopic('elected', 2);
    await run(`${TOOLS}.LeaderElectionCommand`, '--election-type', 'preferred', '--all-topic-partitions');
    expect(await run(`${TOOLS}.reassign.ReassignPartitionsCommand`, '--list')).toContain(
      'No partition reassignments found.',
    );
  });
});
