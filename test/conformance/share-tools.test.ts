import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { uniqueName } from './client-scenarios.ts';
import { java } from './clients/java.ts';
import { type Peer, startApacheKafka, startOurs } from './peer.ts';
import { ToolRunner } from './tools/tool-runner.ts';

const TOOLS = 'org.apache.kafka.tools';
const SHARE_GROUPS = 'org.apache.kafka.tools.consumer.group.ShareGroupCommand';

const skipReason = java.unavailable() ?? kafkaPeerSkipReason() ?? undefined;
if (skipReason !== undefined) console.warn(`skipped: Apache Kafka's tools of share groups: ${skipReason}`);

/** A member has its partitions with a later heartbeat, and Java asks no sooner than it is told. */
const properties = {
  'group.share.min.heartbeat.interval.ms': '200',
  'group.share.heartbeat.interval.ms': '300',
};

describe.skipIf(skipReason !== undefined).each([
  ['our broker', startOurs],
  ['Apache Kafka', startApacheKafka],
] as const)("Apache Kafka's own share consumers and tools on %s", { concurrent: true }, (_name, start) => {
  describe('in turn', { concurrent: false }, () => scenarios(() => start(properties)));
});

function scenarios(start: () => Promise<Peer>): void {
  let peer: Peer;
  let tools: ToolRunner;
  beforeAll(async () => {
    peer = await start();
    tools = new ToolRunner();
  }, 120_000);
  afterAll(async () => {
    await Promise.all([tools?.close(), peer?.close()]);
  });

  async function run(tool: string, ...args: readonly string[]): Promise<string> {
    const { exitCode, printed } = await tools.run(tool, '--bootstrap-server', peer.address, ...args);
    expect(exitCode, printed).toBe(0);
    return printed;
  }
  const shareGroups = (...args: readonly string[]) => run(SHARE_GROUPS, ...args);

  /** A topic with so many records, and a group that begins at the first. */
  async function setUp(count: number, partitions = 2) {
    const topic = uniqueName('shared');
    const group = uniqueName('sharing');
    await run(`${TOOLS}.TopicCommand`, '--create', '--topic', topic, '--partitions', String(partitions));
    const config = ['--add-config', 'share.auto.offset.reset=earliest'];
    await run(
      'kafka.admin.ConfigCommand',
      '--entity-type',
      'groups',
      '--entity-name',
      group,
      '--alter',
      ...config,
    );
    if (count > 0) await produce(topic, count);
    return { topic, group };
  }
  const produce = (topic: string, count: number) =>
    run(
      `${TOOLS}.ProducerPerformance`,
      ...['--topic', topic, '--num-records', String(count), '--record-size', '100', '--throughput', '-1'],
    );
  const verify = (topic: string, group: string, count: number, ...more: readonly string[]) =>
    run(
      `${TOOLS}.VerifiableShareConsumer`,
      ...['--topic', topic, '--group-id', group, '--max-messages', String(count), ...more],
    );

  it('ShareConsumerPerformance reads everything, by several consumers', async () => {
    const { topic, group } = await setUp(20_000);
    const printed = await run(
      `${TOOLS}.ShareConsumerPerformance`,
      ...[
        '--topic',
        topic,
        '--group',
        group,
        '--num-records',
        '20000',
        '--threads',
        '3',
        '--timeout',
        '60000',
      ],
    );
    expect(printed).toMatch(/, 20000, /);
  });

  it.each(['auto', 'sync', 'async'])('VerifiableShareConsumer acknowledges everything, %s', async (mode) => {
    const { topic, group } = await setUp(1_000);
    const printed = await verify(topic, group, 1_000, '--acknowledgement-mode', mode);
    const events = printed
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { name: string; count?: number; success?: boolean });
    const sum = (name: string) =>
      events.filter((event) => event.name === name).reduce((total, { count = 0 }) => total + count, 0);
    expect(sum('records_consumed')).toBe(1_000);
    expect(
      events.filter(({ name, success }) => name === 'offsets_acknowledged' && success === false),
    ).toEqual([]);
    expect(sum('offsets_acknowledged')).toBe(1_000);
  });

  it('kafka-share-groups lists, describes, resets and deletes', async () => {
    const { topic, group } = await setUp(100);
    await verify(topic, group, 100);
    expect(await shareGroups('--list')).toContain(group);
    const ofGroup = ['--group', group];
    expect(await shareGroups('--describe', ...ofGroup, '--state')).toMatch(new RegExp(`${group}\\s.*Empty`));
    const offsets = await shareGroups('--describe', ...ofGroup);
    expect(offsets).toMatch(new RegExp(`${group}\\s+${topic}\\s+0\\s+(\\d+|-)`));
    // Kafka has no offset of a partition in which nothing was read; the producer may have left one out.
    expect(offsets).toMatch(new RegExp(`${group}\\s+${topic}\\s+1\\s+(\\d+|-)`));
    const reset = ['--reset-offsets', ...ofGroup, '--topic', topic, '--to-earliest'];
    expect(await shareGroups(...reset, '--execute')).toMatch(new RegExp(`${group}\\s+${topic}\\s+0\\s+0`));
    expect(await shareGroups('--describe', ...ofGroup)).toMatch(new RegExp(`${topic}\\s+0\\s+0\\s`));
    // What was read is there to be read again.
    await verify(topic, group, 100);
    expect(await shareGroups('--delete-offsets', ...ofGroup, '--topic', topic)).toMatch(
      new RegExp(`${topic}\\s+Successful`),
    );
    expect(await shareGroups('--describe', ...ofGroup)).not.toMatch(new RegExp(`${topic}\\s+0`));
    expect(await shareGroups('--delete', ...ofGroup)).toContain('was successful');
    expect(await shareGroups('--list')).not.toContain(group);
  });

  it('kafka-share-groups is told why it may not', async () => {
    const nobody = ['--group', uniqueName('nobody')];
    const described = await tools.run(
      SHARE_GROUPS,
      '--bootstrap-server',
      peer.address,
      '--describe',
      ...nobody,
    );
    expect(described.printed).toMatch(/GroupIdNotFoundException|not found/);
    const deleted = await tools.run(SHARE_GROUPS, '--bootstrap-server', peer.address, '--delete', ...nobody);
    expect(deleted.printed).toMatch(/could not be deleted|not found|not a share group/i);
  });
}
