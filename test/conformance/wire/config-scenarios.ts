import { alterConfigs, describeConfigs, incrementalAlterConfigs } from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import type { Scenario } from './scenario.ts';
import { comparable, type Wire } from './wire.ts';

const TOPIC = 2;
const BROKER = 4;
const LOGGER = 8;
const METRICS = 16;
const GROUP = 32;
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];

type Change = readonly [name: string, value: string | null, operation?: number];

/** Error and message of one resource. */
async function alter(wire: Wire, type: number, name: string, ...changes: readonly Change[]) {
  const configs = changes.map(([key, value, operation = SET]) => ({
    name: key,
    value,
    configOperation: operation,
  }));
  return wire.ask(incrementalAlterConfigs, 1, {
    resources: [{ resourceType: type, resourceName: name, configs }],
    validateOnly: false,
  });
}

function replace(wire: Wire, type: number, name: string, ...changes: readonly Change[]) {
  const configs = changes.map(([key, value]) => ({ name: key, value }));
  return wire.ask(alterConfigs, 2, {
    resources: [{ resourceType: type, resourceName: name, configs }],
    validateOnly: false,
  });
}

async function configsOf(wire: Wire, resourceType: number, resourceName: string) {
  const { results } = await wire.raw(describeConfigs, 4, {
    resources: [{ resourceType, resourceName, configurationKeys: null }],
    includeSynonyms: true,
    includeDocumentation: true,
  });
  const [result] = results;
  return { ...result, configs: result?.configs ?? [] };
}

type Described = Awaited<ReturnType<typeof configsOf>>['configs'][number];

/** Everything but the wording. */
function shown({ documentation, ...config }: Described): unknown {
  return comparable({ ...config, documentation: (documentation ?? '').length > 0 });
}

/** The configs of these names, once the first of them has that value: Kafka's broker learns late of what was answered. */
async function settled(
  wire: Wire,
  type: number,
  name: string,
  keys: readonly string[],
  value: string | null,
) {
  return eventually(
    async () => {
      const { configs } = await configsOf(wire, type, name);
      const found = keys.map((key) => configs.find((config) => config.name === key));
      return (found[0]?.value ?? null) === value && found.map((config) => (config ? shown(config) : null));
    },
    { what: `${wire.peer.name} shows ${keys[0]} of ${name} as it was set` },
  );
}

/** Where Kafka keeps `min.insync.replicas` is not compared: see `elr.ts`. */
function withoutMinInSync(configs: readonly Described[]): readonly Described[] {
  return configs.filter(({ name }) => name !== 'min.insync.replicas');
}

/** Configs of everything that has any: what can be set, what is shown, what is refused. */
export const configScenarios: readonly Scenario[] = [
  {
    name: 'topic configs with their synonyms',
    run: async (wire) => {
      await wire.createTopic('synonyms', 1, { 'retention.ms': '1000', 'cleanup.policy': 'compact' });
      const { configs } = await configsOf(wire, TOPIC, 'synonyms');
      return withoutMinInSync(configs)
        .map(shown)
        .sort((a, b) => ((a as Described).name < (b as Described).name ? -1 : 1));
    },
  },
  {
    name: 'a broker’s settings change for one broker and for all of them',
    run: async (wire) => {
      const keys = ['log.retention.ms', 'log.segment.bytes', 'log.retention.hours', 'message.max.bytes'];
      const steps: Record<string, unknown> = {};
      steps.all = await alter(
        wire,
        BROKER,
        '',
        ['log.retention.ms', '6000000'],
        ['log.segment.bytes', '2000000'],
      );
      steps.ofAll = await settled(wire, BROKER, '', ['log.retention.ms', 'log.segment.bytes'], '6000000');
      steps.one = await alter(wire, BROKER, '1', ['log.retention.ms', '5000000']);
      steps.ofOne = await settled(wire, BROKER, '1', keys, '5000000');
      await wire.createTopic('inherits');
      steps.topic = await settled(wire, TOPIC, 'inherits', ['retention.ms', 'segment.bytes'], '5000000');
      steps.unset = await alter(wire, BROKER, '1', ['log.retention.ms', null, DELETE]);
      steps.afterUnset = await settled(wire, BROKER, '1', keys, '6000000');
      steps.append = await alter(wire, BROKER, '', ['log.cleanup.policy', 'compact', APPEND]);
      steps.appended = await settled(wire, BROKER, '', ['log.cleanup.policy'], 'delete,compact');
      steps.subtract = await alter(wire, BROKER, '', ['log.cleanup.policy', 'delete', SUBTRACT]);
      steps.subtracted = await settled(wire, BROKER, '', ['log.cleanup.policy'], 'compact');
      steps.back = await alter(
        wire,
        BROKER,
        '',
        ['log.retention.ms', null, DELETE],
        ['log.segment.bytes', null, DELETE],
        ['log.cleanup.policy', null, DELETE],
      );
      steps.end = await settled(wire, BROKER, '1', keys, null);
      return steps;
    },
  },
  {
    name: 'what a broker’s settings may not be',
    run: async (wire) => ({
      readOnly: await alter(wire, BROKER, '1', ['num.partitions', '3']),
      readOnlyOfAll: await alter(wire, BROKER, '', ['num.partitions', '3']),
      readOnlyAmongOthers: await alter(wire, BROKER, '1', ['log.segment.bytes', '2000000'], ['node.id', '2']),
      notHere: await alter(wire, BROKER, '1', ['queued.max.requests', '3']),
      badValue: await alter(wire, BROKER, '1', ['log.retention.ms', 'soon']),
      outOfRange: await alter(wire, BROKER, '1', ['message.max.bytes', '-1']),
      listenersOfAll: await alter(wire, BROKER, '', ['listeners', 'PLAINTEXT://x:1']),
      otherBroker: await alter(wire, BROKER, '7', ['log.retention.ms', '1']),
      noBroker: await alter(wire, BROKER, 'one', ['log.retention.ms', '1']),
      noList: await alter(wire, BROKER, '', ['log.retention.ms', '1', APPEND]),
      noValue: await alter(wire, BROKER, '', ['log.retention.ms', null]),
      noConnections: await alter(wire, BROKER, '', ['max.connections', '0']),
      noConnectionsOfAnAddress: await alter(wire, BROKER, '1', ['max.connections.per.ip', '0']),
      deleteUnset: await alter(wire, BROKER, '1', ['log.segment.bytes', null, DELETE]),
    }),
  },
  {
    name: 'a setting that nobody knows is kept, and shown without its value',
    run: async (wire) => {
      const set = await alter(wire, BROKER, '1', ['plugin.of.mine', 'secret']);
      const kept = await eventually(
        async () => {
          const { configs } = await configsOf(wire, BROKER, '1');
          const found = configs.find(({ name }) => name === 'plugin.of.mine');
          return found && comparable({ ...found, documentation: undefined });
        },
        { what: `${wire.peer.name} shows it` },
      );
      const unset = await alter(wire, BROKER, '1', ['plugin.of.mine', null, DELETE]);
      return { set, kept, unset };
    },
  },
  {
    name: 'configs of groups',
    run: async (wire) => {
      const group = 'configured-group';
      const session = 'consumer.session.timeout.ms';
      return {
        set: await alter(
          wire,
          GROUP,
          group,
          [session, '50000'],
          ['share.auto.offset.reset', 'by_duration:PT1H'],
        ),
        shown: await settled(wire, GROUP, group, [session, 'share.auto.offset.reset'], '50000'),
        all: (await configsOf(wire, GROUP, 'group-without-configs')).configs
          .map(shown)
          .sort((a, b) => ((a as Described).name < (b as Described).name ? -1 : 1)),
        badValue: await alter(wire, GROUP, group, [session, 'x']),
        tooSmall: await alter(wire, GROUP, group, [session, '1']),
        tooLarge: await alter(wire, GROUP, group, ['consumer.heartbeat.interval.ms', '60000']),
        badReset: await alter(wire, GROUP, group, ['share.auto.offset.reset', 'whenever']),
        badLevel: await alter(wire, GROUP, group, ['share.isolation.level', 'none']),
        unknownKey: await alter(wire, GROUP, group, ['no.such.key', '1']),
        noList: await alter(wire, GROUP, group, ['share.auto.offset.reset', 'earliest', APPEND]),
        noName: await alter(wire, GROUP, '', [session, '50000']),
        describeNoName: comparable({ ...(await configsOf(wire, GROUP, '')) }),
        replaced: await replace(wire, GROUP, group, ['share.isolation.level', 'read_committed']),
        afterwards: await settled(wire, GROUP, group, ['share.isolation.level', session], 'read_committed'),
        emptied: await replace(wire, GROUP, group),
      };
    },
  },
  {
    name: 'configs of client metrics',
    run: async (wire) => {
      const name = 'subscription';
      const keys = ['interval.ms', 'match', 'metrics'];
      return {
        set: await alter(wire, METRICS, name, ['interval.ms', '1000'], ['match', 'client_id=x.*']),
        shown: await settled(wire, METRICS, name, keys, '1000'),
        unknown: comparable(
          (await configsOf(wire, METRICS, 'no-subscription')).configs.map(shown),
          'configs',
        ),
        tooSmall: await alter(wire, METRICS, name, ['interval.ms', '99']),
        noNumber: await alter(wire, METRICS, name, ['interval.ms', 'often']),
        badProperty: await alter(wire, METRICS, name, ['match', 'shoe_size=1']),
        noPattern: await alter(wire, METRICS, name, ['match', 'client_id']),
        unknownKey: await alter(wire, METRICS, name, ['no.such.key', '1']),
        noList: await alter(wire, METRICS, name, ['metrics', 'a', APPEND]),
        noName: await alter(wire, METRICS, '', ['interval.ms', '1000']),
        describeNoName: comparable({ ...(await configsOf(wire, METRICS, '')) }),
        emptied: await replace(wire, METRICS, name),
      };
    },
  },
  {
    name: 'AlterConfigs replaces what was set',
    run: async (wire) => {
      await wire.createTopic('replaced', 1, { 'retention.ms': '1000', 'cleanup.policy': 'compact' });
      return {
        topic: await replace(wire, TOPIC, 'replaced', ['max.message.bytes', '2000']),
        shown: await settled(
          wire,
          TOPIC,
          'replaced',
          ['max.message.bytes', 'retention.ms', 'cleanup.policy'],
          '2000',
        ),
        badValue: await replace(wire, TOPIC, 'replaced', ['retention.ms', 'soon']),
        unknownKey: await replace(wire, TOPIC, 'replaced', ['no.such.key', '1']),
        noValue: await replace(wire, TOPIC, 'replaced', ['retention.ms', null]),
        twice: await replace(wire, TOPIC, 'replaced', ['retention.ms', '1'], ['retention.ms', '2']),
        unknown: await replace(wire, TOPIC, 'replaced-unknown', ['retention.ms', '1']),
        badName: await replace(wire, TOPIC, 'a b', ['retention.ms', '1']),
        readOnly: await replace(wire, BROKER, '1', ['num.partitions', '3']),
        noBrokerValue: await replace(wire, BROKER, '1', ['log.retention.ms', null]),
        logger: await replace(wire, LOGGER, '1', ['kafka.server', 'INFO']),
        noType: await replace(wire, 99, 'x', ['a', 'b']),
        empty: await replace(wire, TOPIC, 'replaced'),
      };
    },
  },
  {
    name: 'resources of types that there are not, loggers that there are not, resources twice',
    run: async (wire) => {
      await wire.createTopic('twice-altered');
      const resource = {
        resourceType: TOPIC,
        resourceName: 'twice-altered',
        configs: [{ name: 'retention.ms', value: '1', configOperation: SET }],
      };
      return {
        noType: await alter(wire, 99, 'x', ['a', 'b']),
        zero: await alter(wire, 0, 'x', ['a', 'b']),
        logger: await alter(wire, LOGGER, '1', ['no.such.logger', 'DEBUG']),
        describeNoType: await wire.ask(describeConfigs, 4, {
          resources: [{ resourceType: 99, resourceName: 'x', configurationKeys: null }],
        }),
        loggersElsewhere: comparable({ ...(await configsOf(wire, LOGGER, '2')) }),
        twice: await wire.ask(incrementalAlterConfigs, 1, {
          resources: [resource, resource],
          validateOnly: false,
        }),
      };
    },
  },
];
