import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSuite } from './clients/client-suite.ts';
import { java, javaTool } from './clients/java.ts';
import type { Peer } from './peer.ts';
import { ToolRunner } from './tools/tool-runner.ts';

/** Each of the console clients starts a JVM: one codec here, and all of them in the matrix of clients. */
clientSuite(java, tools, ['zstd']);

function tools(peer: () => Peer): void {
  const at = () => ['--bootstrap-server', peer().address];

  // Unchanged, one after the other in one JVM, beside the group that waits for a session to end.
  describe('tools', { concurrent: true }, () => {
    const inTurn = { concurrent: false };
    let runner: ToolRunner;
    beforeAll(() => {
      runner = new ToolRunner();
    });
    afterAll(() => runner?.close());

    /** What the tool printed; its failure is one of the test. */
    async function run(tool: string, ...args: readonly string[]): Promise<string> {
      const { exitCode, printed } = await runner.run(tool, ...at(), ...args);
      expect(exitCode, printed).toBe(0);
      return printed;
    }
    const topics = (...args: readonly string[]) => run('org.apache.kafka.tools.TopicCommand', ...args);
    const configs = (...args: readonly string[]) => run('kafka.admin.ConfigCommand', ...args);
    const groups = (...args: readonly string[]) =>
      run('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', ...args);

    it('kafka-topics makes, describes, grows, lists and deletes a topic', inTurn, async () => {
      const topic = ['--topic', 'tools'];
      const made = await topics(...topic, '--create', '--partitions', '2', '--config', 'retention.ms=60000');
      expect(made).toContain('Created topic tools.');
      const again = javaTool('topics', [...at(), ...topic, '--create']);
      await expect(again).rejects.toThrow(/TopicExistsException/);
      await topics(...topic, '--alter', '--partitions', '3');
      const described = await topics(...topic, '--describe');
      expect(described).toMatch(/PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: retention.ms=60000/);
      expect(described.match(/Leader: 1\s+Replicas: 1\s+Isr: 1/g)).toHaveLength(3);
      await topics(...topic, '--delete');
      expect(await topics('--list')).not.toContain('tools');
    });

    it('kafka-configs sets, shows and deletes a config, and is told why it may not', inTurn, async () => {
      await topics('--topic', 'configured', '--create');
      const entity = ['--entity-type', 'topics', '--entity-name', 'configured'];
      const settings = 'cleanup.policy=[compact,delete],max.message.bytes=2000';
      await configs(...entity, '--alter', '--add-config', settings);
      const described = await configs(...entity, '--describe');
      expect(described).toContain('max.message.bytes=2000');
      expect(described).toContain('cleanup.policy=compact,delete');
      await configs(...entity, '--alter', '--delete-config', 'max.message.bytes');
      expect(await configs(...entity, '--describe')).not.toContain('max.message.bytes');
      const refused = javaTool('configs', [
        ...at(),
        ...entity,
        '--alter',
        '--add-config',
        'retention.ms=soon',
      ]);
      await expect(refused).rejects.toThrow(/InvalidConfigurationException.*retention\.ms/);
    });

    it(
      'kafka-consumer-groups and kafka-get-offsets show, reset and delete what a group has',
      inTurn,
      async () => {
        await topics('--topic', 'counted', '--create', '--partitions', '1');
        await java.produce(
          peer().address,
          'counted',
          'none',
          Array.from({ length: 5 }, (_, index) => ({ key: null, value: `${index}`, headers: {} })),
        );
        const offsets = await run('org.apache.kafka.tools.GetOffsetShell', '--topic', 'counted');
        expect(offsets).toContain('counted:0:5');
        const group = ['--group', 'counting'];
        const reset = await groups(
          ...[...group, '--topic', 'counted', '--reset-offsets'],
          ...['--to-offset', '2', '--execute'],
        );
        expect(reset).toMatch(/counting\s+counted\s+0\s+2/);
        const described = await groups(...group, '--describe');
        expect(described).toMatch(/counting\s+counted\s+0\s+2\s+5\s+3\s+-/);
        expect(await groups('--list')).toContain('counting');
        expect(await groups(...group, '--delete')).toContain('was successful');
      },
    );

    it(
      'kafka-broker-api-versions finds every API that it knows in a version that it can use',
      inTurn,
      async () => {
        const versions = await run('org.apache.kafka.tools.BrokerApiVersionsCommand');
        expect(versions).toMatch(/Produce\(0\): 0 to 13 \[usable: 13\]/);
        expect(versions).toMatch(/Fetch\(1\): 4 to 18 \[usable: 18\]/);
        expect(versions).not.toContain('unusable');
      },
    );

    it(
      'TransactionalMessageCopier copies each record once, though it aborts now and then; kafka-transactions shows it',
      inTurn,
      async () => {
        for (const topic of ['copied-from', 'copied-to'])
          await topics('--topic', topic, '--create', '--partitions', '1');
        const values = Array.from({ length: 300 }, (_, index) => `${index}`);
        const records = values.map((value) => ({ key: null, value, headers: {} }));
        await java.produce(peer().address, 'copied-from', 'none', records);
        const args = {
          'broker-list': peer().address,
          'input-topic': 'copied-from',
          'input-partition': '0',
          'output-topic': 'copied-to',
          'transactional-id': 'copier',
          'consumer-group': 'copiers',
          'transaction-size': '40',
          'max-messages': '300',
        };
        const options = Object.entries(args).flatMap(([key, value]) => [`--${key}`, value]);
        await javaTool('transactional-message-copier', [...options, '--enable-random-aborts']);
        const copied = await javaTool('console-consumer', [
          ...[...at(), '--topic', 'copied-to', '--from-beginning', '--isolation-level', 'read_committed'],
          ...['--max-messages', `${values.length}`, '--timeout-ms', '20000'],
        ]);
        expect(copied.split('\n').filter(Boolean)).toEqual(values);
        const described = await run(
          'org.apache.kafka.tools.TransactionsCommand',
          ...['describe', '--transactional-id', 'copier'],
        );
        expect(described).toMatch(/copier\s+\d+\s+\d+\s+CompleteCommit/);
      },
    );
  });
}
