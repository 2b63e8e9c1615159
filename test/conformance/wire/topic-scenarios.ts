import {
  createPartitions,
  createTopics,
  deleteTopics,
  describeCluster,
  describeConfigs,
  incrementalAlterConfigs,
  metadata,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import { withoutElr } from './elr.ts';
import type { Scenario } from './scenario.ts';
import { comparable, type Wire } from './wire.ts';

const TIMEOUT_MS = 10_000;
const UNKNOWN_ID = 'c3RyYW5nZXIgaW4gdG93bg';
const TOPIC = 2;
const BROKER = 4;
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];

interface TopicAsked {
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly assignments?: readonly { partitionIndex: number; brokerIds: readonly number[] }[];
  readonly configs?: readonly { name: string; value: string | null }[];
}

/** Creates one topic and gives back only error and message, and what was made. */
async function create(wire: Wire, name: string, asked: TopicAsked = {}, validateOnly = false) {
  const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...asked };
  const answer = await wire.raw(createTopics, 7, { topics: [topic], timeoutMs: TIMEOUT_MS, validateOnly });
  return answer.topics.map(({ errorCode, errorMessage, numPartitions, replicationFactor, topicId }) =>
    comparable({ errorCode, errorMessage, numPartitions, replicationFactor, topicId }),
  );
}

function alter(
  wire: Wire,
  name: string,
  configs: readonly [name: string, operation: number | undefined, value: string | null][],
  { type = TOPIC, validateOnly = false } = {},
) {
  return wire.ask(incrementalAlterConfigs, 1, {
    resources: [
      {
        resourceType: type,
        resourceName: name,
        configs: configs.map(([key, operation = 0, value]) => ({
          name: key,
          configOperation: operation,
          value,
        })),
      },
    ],
    validateOnly,
  });
}

/** Values and their sources, once `settled` says so: Kafka's broker learns late of what its controller has answered. */
async function valuesOf(
  wire: Wire,
  name: string,
  keys: readonly string[],
  settled: (values: ReadonlyMap<string, string | null>) => boolean,
) {
  const asked = { resourceType: TOPIC, resourceName: name, configurationKeys: keys };
  return eventually(
    async () => {
      const { results } = await wire.raw(describeConfigs, 4, { resources: [asked] });
      const configs = results[0]?.configs ?? [];
      const isSettled = settled(new Map(configs.map((config) => [config.name, config.value])));
      return isSettled && configs.map((config) => [config.name, config.value, config.configSource]).sort();
    },
    { what: `${wire.peer.name} shows the configs of ${name} as they were set` },
  );
}

function grow(wire: Wire, name: string, count: number, assignments: { brokerIds: number[] }[] | null = null) {
  return wire.ask(createPartitions, 3, {
    topics: [{ name, count, assignments }],
    timeoutMs: TIMEOUT_MS,
    validateOnly: false,
  });
}

/** Metadata of the topics alone: brokers and cluster are each one's own. */
async function topicsOf(wire: Wire, version: number, body: Parameters<typeof askMetadata>[2]) {
  const answer = (await askMetadata(wire, version, body)) as { topics: unknown; errorCode: unknown };
  return { topics: answer.topics, errorCode: answer.errorCode };
}

function askMetadata(
  wire: Wire,
  version: number,
  body: {
    topics: readonly { name: string | null; topicId?: string }[] | null;
    allowAutoTopicCreation?: boolean;
  },
) {
  return wire.ask(metadata, version, body);
}

/** Topics, partitions and configs: what is refused, and how. */
export const topicScenarios: readonly Scenario[] = [
  {
    name: 'Metadata of no topic, of unknown ones, and by id',
    run: async (wire) => {
      const topicId = await wire.createTopic('meta', 2);
      const asked = (name: string) => ({ topics: [{ name }], allowAutoTopicCreation: false });
      return {
        empty: await topicsOf(wire, 12, { topics: [] }),
        unknown: await topicsOf(wire, 12, asked('meta-unknown')),
        badName: await topicsOf(wire, 12, asked('bad name')),
        emptyName: await topicsOf(wire, 12, asked('')),
        twice: await topicsOf(wire, 12, {
          topics: [{ name: 'meta' }, { name: 'meta' }],
          allowAutoTopicCreation: false,
        }),
        byId: await topicsOf(wire, 12, { topics: [{ name: null, topicId }], allowAutoTopicCreation: false }),
        byUnknownId: await topicsOf(wire, 12, {
          topics: [{ name: null, topicId: UNKNOWN_ID }],
          allowAutoTopicCreation: false,
        }),
        byIdAndName: await topicsOf(wire, 12, {
          topics: [{ name: 'meta', topicId }],
          allowAutoTopicCreation: false,
        }),
        byIdAndUnknownName: await topicsOf(wire, 13, {
          topics: [
            { name: null, topicId },
            { name: 'meta-unknown', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' },
          ],
          allowAutoTopicCreation: false,
        }),
      };
    },
  },
  {
    name: 'Metadata of all topics names one that was made, in each version’s way to ask for all',
    run: async (wire) => {
      await wire.createTopic('meta-all');
      const found: Record<string, unknown> = {};
      for (const version of [0, 1, 4, 9, 13]) {
        const { topics } = await wire.raw(metadata, version, { topics: version === 0 ? [] : null });
        found[`v${version}`] = topics
          .filter(({ name }) => name === 'meta-all')
          .map((topic) => comparable(topic));
      }
      return found;
    },
  },
  {
    name: 'Metadata makes a topic where it may, once it is asked again',
    run: async (wire) => {
      const body = { topics: [{ name: 'meta-auto' }], allowAutoTopicCreation: true };
      const answers = new Set<unknown>();
      for (let tries = 0; tries < 100; tries++) {
        const { topics } = (await topicsOf(wire, 12, body)) as { topics: { errorCode: string }[] };
        answers.add(topics[0]?.errorCode);
        if (topics[0]?.errorCode === 'NONE') return topics;
      }
      return [...answers];
    },
  },
  {
    name: 'Metadata refuses to make topics of impossible names',
    run: async (wire) => {
      const answers: unknown[] = [];
      for (const name of ['bad name', '..', 'x'.repeat(250), '']) {
        answers.push(await topicsOf(wire, 9, { topics: [{ name }], allowAutoTopicCreation: true }));
      }
      return answers;
    },
  },
  {
    name: 'CreateTopics refuses names, counts, factors, assignments and configs',
    run: async (wire) => {
      await wire.createTopic('taken');
      await wire.createTopic('dotted.name');
      const assigned = (...brokers: number[][]) => ({
        numPartitions: -1,
        replicationFactor: -1,
        assignments: brokers.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      });
      const config = (name: string, value: string | null) => ({ configs: [{ name, value }] });
      return {
        taken: await create(wire, 'taken'),
        collides: await create(wire, 'dotted_name'),
        space: await create(wire, 'a b'),
        dot: await create(wire, '.'),
        empty: await create(wire, ''),
        long: await create(wire, 'x'.repeat(250)),
        longest: await create(wire, 'x'.repeat(249)),
        slash: await create(wire, 'a/b'),
        noPartitions: await create(wire, 'np', { numPartitions: 0 }),
        negativePartitions: await create(wire, 'np', { numPartitions: -5 }),
        noReplicas: await create(wire, 'nr', { replicationFactor: 0 }),
        negativeReplicas: await create(wire, 'nr', { replicationFactor: -3 }),
        tooManyReplicas: await create(wire, 'nr', { replicationFactor: 2 }),
        defaults: await create(wire, 'defaults', { numPartitions: -1, replicationFactor: -1 }),
        assigned: await create(wire, 'assigned', assigned([1], [1])),
        unknownBroker: await create(wire, 'ub', assigned([7])),
        sameBrokerTwice: await create(wire, 'sb', assigned([1, 1])),
        noBrokers: await create(wire, 'nb', assigned([])),
        gaps: await create(wire, 'gaps', {
          ...assigned(),
          assignments: [{ partitionIndex: 1, brokerIds: [1] }],
        }),
        assignedAndCounted: await create(wire, 'ac', { ...assigned([1]), numPartitions: 2 }),
        unknownConfig: await create(wire, 'uc', config('no.such.key', '1')),
        wrongType: await create(wire, 'wt', config('retention.ms', 'soon')),
        outOfRange: await create(wire, 'or', config('segment.bytes', '1')),
        badEnum: await create(wire, 'be', config('cleanup.policy', 'burn')),
        nullConfig: await create(wire, 'nc', config('retention.ms', null)),
        validated: await create(wire, 'only-validated', {}, true),
        validatedBad: await create(wire, 'only-validated', { numPartitions: 0 }, true),
        stillUnknown: await topicsOf(wire, 12, {
          topics: [{ name: 'only-validated' }],
          allowAutoTopicCreation: false,
        }),
      };
    },
  },
  {
    name: 'CreateTopics refuses a topic that the request names twice',
    run: async (wire) => {
      const topic = {
        name: 'named-twice',
        numPartitions: 1,
        replicationFactor: 1,
        assignments: [],
        configs: [],
      };
      const answer = await wire.raw(createTopics, 7, { topics: [topic, topic], timeoutMs: TIMEOUT_MS });
      const errors = answer.topics.map(({ name, errorCode, errorMessage }) => ({
        name,
        errorCode,
        errorMessage,
      }));
      return comparable(errors);
    },
  },
  {
    name: 'DeleteTopics of unknown ones, by id, twice',
    run: async (wire) => {
      await wire.createTopic('delete-me');
      const topicId = await wire.createTopic('delete-by-id');
      const none = 'AAAAAAAAAAAAAAAAAAAAAA';
      const remove = (topics: { name: string | null; topicId: string }[]) =>
        wire.ask(deleteTopics, 6, { topics, timeoutMs: TIMEOUT_MS });
      return {
        unknown: await remove([{ name: 'delete-unknown', topicId: none }]),
        unknownId: await remove([{ name: null, topicId: UNKNOWN_ID }]),
        neither: await remove([{ name: null, topicId: none }]),
        both: await remove([{ name: 'delete-by-id', topicId }]),
        twice: await wire.ask(deleteTopics, 5, {
          topicNames: ['delete-me', 'delete-me'],
          timeoutMs: TIMEOUT_MS,
        }),
        byId: await remove([{ name: null, topicId }]),
        again: await remove([{ name: null, topicId }]),
      };
    },
  },
  {
    name: 'CreatePartitions only grows',
    run: async (wire) => {
      await wire.createTopic('grow', 2);
      return {
        same: await grow(wire, 'grow', 2),
        fewer: await grow(wire, 'grow', 1),
        zero: await grow(wire, 'grow', 0),
        unknown: await grow(wire, 'grow-unknown', 3),
        wrongAssignment: await grow(wire, 'grow', 4, [{ brokerIds: [1] }]),
        unknownBroker: await grow(wire, 'grow', 3, [{ brokerIds: [9] }]),
        grown: await grow(wire, 'grow', 3, [{ brokerIds: [1] }]),
        more: await grow(wire, 'grow', 5),
        now: await eventually(
          async () => {
            const now = await topicsOf(wire, 12, {
              topics: [{ name: 'grow' }],
              allowAutoTopicCreation: false,
            });
            return (now.topics as { partitions: unknown[] }[])[0]?.partitions.length === 5 && now;
          },
          { what: `${wire.peer.name} shows all partitions` },
        ),
      };
    },
  },
  {
    name: 'IncrementalAlterConfigs sets, deletes, appends, subtracts, and refuses',
    run: async (wire) => {
      await wire.createTopic('alter');
      const keys = ['cleanup.policy', 'retention.ms', 'max.message.bytes'];
      const steps: Record<string, unknown> = {};
      steps.set = await alter(wire, 'alter', [['retention.ms', SET, '1234']]);
      steps.append = await alter(wire, 'alter', [['cleanup.policy', APPEND, 'compact']]);
      steps.appended = await valuesOf(
        wire,
        'alter',
        keys,
        (values) => values.get('cleanup.policy') === 'delete,compact',
      );
      steps.subtract = await alter(wire, 'alter', [['cleanup.policy', SUBTRACT, 'delete']]);
      steps.delete = await alter(wire, 'alter', [['retention.ms', DELETE, null]]);
      steps.deleteUnset = await alter(wire, 'alter', [['segment.ms', DELETE, null]]);
      const isAtEnd = (values: ReadonlyMap<string, string | null>) =>
        values.get('cleanup.policy') === 'compact' && values.get('retention.ms') !== '1234';
      steps.after = await valuesOf(wire, 'alter', keys, isAtEnd);
      steps.unknownKey = await alter(wire, 'alter', [['no.such.key', SET, '1']]);
      steps.deleteUnknownKey = await alter(wire, 'alter', [['no.such.key', DELETE, null]]);
      steps.badValue = await alter(wire, 'alter', [['retention.ms', SET, 'soon']]);
      steps.outOfRange = await alter(wire, 'alter', [['max.message.bytes', SET, '-1']]);
      steps.nullValue = await alter(wire, 'alter', [['retention.ms', SET, null]]);
      steps.appendToNoList = await alter(wire, 'alter', [['retention.ms', APPEND, '1']]);
      steps.twice = await alter(wire, 'alter', [
        ['retention.ms', SET, '1'],
        ['retention.ms', SET, '2'],
      ]);
      steps.unknownTopic = await alter(wire, 'alter-unknown', [['retention.ms', SET, '1']]);
      steps.validated = await alter(wire, 'alter', [['retention.ms', SET, '77']], { validateOnly: true });
      steps.end = await valuesOf(wire, 'alter', keys, isAtEnd);
      return steps;
    },
  },
  {
    name: 'DescribeConfigs of unknown topics, bad names, other brokers, some keys',
    run: async (wire) => {
      const describe = (resourceType: number, resourceName: string, configurationKeys: string[] | null) =>
        wire.ask(describeConfigs, 4, { resources: [{ resourceType, resourceName, configurationKeys }] });
      await wire.createTopic('described');
      return {
        unknown: await describe(TOPIC, 'described-unknown', null),
        badName: await describe(TOPIC, 'a b', null),
        emptyName: await describe(TOPIC, '', null),
        noKeys: withoutElr(await describe(TOPIC, 'described', [])),
        unknownKey: await describe(TOPIC, 'described', ['no.such.key']),
        otherBroker: await describe(BROKER, '99', null),
        noBroker: await describe(BROKER, 'one', null),
        badType: await describe(77, 'x', null),
      };
    },
  },
  {
    name: 'all topic configs have Kafka’s names, types and values',
    run: async (wire) => {
      await wire.createTopic('configured');
      const { results } = await wire.raw(describeConfigs, 4, {
        resources: [{ resourceType: TOPIC, resourceName: 'configured', configurationKeys: null }],
      });
      return (results[0]?.configs ?? [])
        .map(({ name, value, readOnly, isSensitive, configType }) => ({
          name,
          value,
          readOnly,
          isSensitive,
          configType,
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  },
  {
    name: 'DescribeCluster of brokers and of controllers',
    run: async (wire) => ({
      brokers: await wire.ask(describeCluster, 2, { includeClusterAuthorizedOperations: false }),
      controllers: await wire.ask(describeCluster, 2, {
        includeClusterAuthorizedOperations: false,
        endpointType: 2,
      }),
    }),
  },
];
