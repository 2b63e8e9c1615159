import {
  alterClientQuotas,
  createPartitions,
  createTopics,
  deleteTopics,
  describeClientQuotas,
  fetch,
  listOffsets,
  produce,
  updateFeatures,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import { batch } from './batch.ts';
import type { Scenario } from './scenario.ts';
import { comparable, Wire } from './wire.ts';

const TIMEOUT_MS = 10_000;
const [EXACT, DEFAULT, ANY] = [0, 1, 2];
const [UPGRADE, SAFE, UNSAFE] = [1, 2, 3];

type Entity = readonly (readonly [type: string, name: string | null])[];
type Op = readonly [key: string, value: number, remove?: boolean];

async function alter(wire: Wire, entity: Entity, ...ops: readonly Op[]) {
  const { entries } = await wire.raw(alterClientQuotas, 1, {
    entries: [
      {
        entity: entity.map(([entityType, entityName]) => ({ entityType, entityName })),
        ops: ops.map(([key, value, remove = false]) => ({ key, value, remove })),
      },
    ],
    validateOnly: false,
  });
  return comparable(entries);
}

function describe(
  wire: Wire,
  components: readonly (readonly [string, number, string | null])[],
  strict = false,
) {
  return wire.ask(describeClientQuotas, 1, {
    components: components.map(([entityType, matchType, match]) => ({ entityType, matchType, match })),
    strict,
  });
}

/** Once Kafka's broker has learned what its controller has answered. */
function settled(wire: Wire, user: string, count: number) {
  return eventually(
    async () => {
      const { entries } = await wire.raw(describeClientQuotas, 1, {
        components: [{ entityType: 'user', matchType: EXACT, match: user }],
        strict: false,
      });
      return entries?.flatMap(({ values }) => values).length === count;
    },
    { what: `${wire.peer.name} shows ${count} quotas of ${user}` },
  );
}

function features(wire: Wire, version: number, ...updates: readonly (readonly [string, number, number])[]) {
  return wire.ask(updateFeatures, version, {
    timeoutMs: TIMEOUT_MS,
    featureUpdates: updates.map(([feature, maxVersionLevel, upgradeType]) => ({
      feature,
      maxVersionLevel,
      ...(version === 0 ? { allowDowngrade: upgradeType !== UPGRADE } : { upgradeType }),
    })),
    ...(version > 0 ? { validateOnly: true } : {}),
  });
}

function send(wire: Wire, name: string, bytes: number) {
  return wire.raw(produce, 9, {
    acks: -1,
    timeoutMs: TIMEOUT_MS,
    topicData: [{ name, partitionData: [{ index: 0, records: batch(['x'.repeat(bytes)]) }] }],
  });
}

function read(wire: Wire, topic: string, fetchOffset: number) {
  return wire.raw(fetch, 11, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 10_000_000,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 90_000 }] }],
  });
}

/** How long a client is told to wait, and whether it was made to: a request behind the one that was too much. */
async function toldAndMade(wire: Wire, throttled: () => Promise<{ throttleTimeMs: number }>) {
  const { throttleTimeMs } = await throttled();
  const begunMs = performance.now();
  await wire.raw(listOffsets, 1, { replicaId: -1, topics: [] });
  const waitedMs = performance.now() - begunMs;
  // Some 10 % more than ten seconds of the quota: a second, and less the longer it took to get there.
  const isAbout = throttleTimeMs > 300 && throttleTimeMs < 1300;
  return { isAbout, isMade: waitedMs > throttleTimeMs - 100 };
}

/** Runs with a connection of a client of its own: the quota is not everybody's. */
async function as<T>(wire: Wire, clientId: string, run: (own: Wire) => Promise<T>): Promise<T> {
  const own = new Wire(wire.peer, clientId);
  try {
    return await run(own);
  } finally {
    own.close();
  }
}

/** Client quotas that are set, shown, refused and felt; levels of features. */
export const quotaScenarios: readonly Scenario[] = [
  {
    name: 'quotas are set, shown and taken away',
    run: async (wire) => {
      const ann: Entity = [['user', 'ann']];
      const both: Entity = [
        ['user', 'ann'],
        ['client-id', 'app'],
      ];
      return {
        user: await alter(wire, ann, ['producer_byte_rate', 1000]),
        both: await alter(wire, both, ['request_percentage', 12.5], ['controller_mutation_rate', 2.5]),
        known: await settled(wire, 'ann', 3),
        byName: await describe(wire, [['user', EXACT, 'ann']]),
        strict: await describe(wire, [['user', EXACT, 'ann']], true),
        byBoth: await describe(wire, [
          ['client-id', EXACT, 'app'],
          ['user', ANY, null],
        ]),
        others: await describe(wire, [
          ['user', DEFAULT, null],
          ['client-id', EXACT, 'app'],
        ]),
        change: await alter(wire, ann, ['producer_byte_rate', 2000], ['consumer_byte_rate', 5]),
        changed: await settled(wire, 'ann', 4),
        shown: await describe(wire, [['user', EXACT, 'ann']], true),
        remove: await alter(wire, ann, ['producer_byte_rate', 0, true], ['consumer_byte_rate', 0, true]),
        removeBoth: await alter(
          wire,
          both,
          ['request_percentage', 0, true],
          ['controller_mutation_rate', 0, true],
        ),
        removed: await settled(wire, 'ann', 0),
        empty: await describe(wire, [['user', EXACT, 'ann']]),
      };
    },
  },
  {
    name: 'AlterClientQuotas refuses entities, keys and values',
    run: async (wire) => ({
      fraction: await alter(wire, [['user', 'bob']], ['consumer_byte_rate', 1000.5]),
      noAddress: await alter(wire, [['ip', 'not a host']], ['connection_creation_rate', 10]),
      addressFraction: await alter(wire, [['ip', '127.0.0.9']], ['connection_creation_rate', 10.5]),
      addressAndUser: await alter(
        wire,
        [
          ['ip', '127.0.0.9'],
          ['user', 'bob'],
        ],
        ['connection_creation_rate', 10],
      ),
      nobody: await alter(wire, [], ['producer_byte_rate', 10]),
      noType: await alter(wire, [['dog', 'rex']], ['producer_byte_rate', 10]),
      noName: await alter(wire, [['user', '']], ['producer_byte_rate', 10]),
      noKey: await alter(wire, [['user', 'bob']], ['no_such', 10]),
      keyOfAddresses: await alter(wire, [['user', 'bob']], ['connection_creation_rate', 10]),
      zero: await alter(wire, [['user', 'bob']], ['producer_byte_rate', 0]),
      negative: await alter(wire, [['user', 'bob']], ['producer_byte_rate', -1]),
      oneOfTwo: await alter(wire, [['user', 'bob']], ['producer_byte_rate', 10], ['no_such', 1]),
      twice: await alter(wire, [['user', 'bob']], ['producer_byte_rate', 10], ['producer_byte_rate', 20]),
      removeUnset: await alter(wire, [['user', 'bob']], ['producer_byte_rate', 0, true]),
      removeNoKey: await alter(wire, [['user', 'bob']], ['no_such', 0, true]),
      left: await describe(wire, [['user', EXACT, 'bob']]),
    }),
  },
  {
    name: 'DescribeClientQuotas refuses filters',
    run: async (wire) => ({
      exactNothing: await describe(wire, [['user', EXACT, null]]),
      defaultName: await describe(wire, [['user', DEFAULT, 'x']]),
      anyName: await describe(wire, [['user', ANY, 'x']]),
      noKind: await describe(wire, [['user', 7, null]]),
      noType: await describe(wire, [['dog', ANY, null]]),
      emptyType: await describe(wire, [['', ANY, null]]),
      twice: await describe(wire, [
        ['user', ANY, null],
        ['user', EXACT, 'x'],
      ]),
      addressAndUser: await describe(wire, [
        ['user', ANY, null],
        ['ip', ANY, null],
      ]),
    }),
  },
  {
    name: 'who produces more than the quota is told to wait, and made to',
    run: async (wire) => {
      await wire.createTopic('throttled-produce');
      await alter(wire, [['client-id', 'greedy-producer']], ['producer_byte_rate', 10_000]);
      await eventually(
        async () =>
          ((await describe(wire, [['client-id', EXACT, 'greedy-producer']])) as { entries: unknown[] })
            .entries.length > 0,
        { what: 'the quota is known' },
      );
      return as(wire, 'greedy-producer', async (own) => {
        const first = await send(own, 'throttled-produce', 90_000);
        const second = await toldAndMade(own, () => send(own, 'throttled-produce', 20_000));
        return { first: first.throttleTimeMs, second };
      });
    },
  },
  {
    name: 'who fetches more than the quota gets nothing, and is told to wait',
    run: async (wire) => {
      await wire.createTopic('throttled-fetch');
      for (const bytes of [90_000, 20_000]) await send(wire, 'throttled-fetch', bytes);
      await alter(wire, [['client-id', 'greedy-consumer']], ['consumer_byte_rate', 10_000]);
      await eventually(
        async () =>
          ((await describe(wire, [['client-id', EXACT, 'greedy-consumer']])) as { entries: unknown[] })
            .entries.length > 0,
        { what: 'the quota is known' },
      );
      return as(wire, 'greedy-consumer', async (own) => {
        const first = await read(own, 'throttled-fetch', 0);
        const firstBytes = first.responses[0]?.partitions[0]?.records?.length;
        let second: { responses: readonly unknown[] } = { responses: [] };
        const wait = await toldAndMade(own, async () => {
          const answer = await read(own, 'throttled-fetch', 1);
          second = answer;
          return answer;
        });
        return { first: [first.throttleTimeMs, firstBytes], second: second.responses, wait };
      });
    },
  },
  {
    name: 'who makes more partitions than the quota is refused, or told to wait',
    run: async (wire) => {
      await wire.createTopic('mutated', 1);
      await wire.createTopic('mutated-away', 1);
      await alter(wire, [['client-id', 'greedy-admin']], ['controller_mutation_rate', 1]);
      await eventually(
        async () =>
          ((await describe(wire, [['client-id', EXACT, 'greedy-admin']])) as { entries: unknown[] }).entries
            .length > 0,
        { what: 'the quota is known' },
      );
      return as(wire, 'greedy-admin', async (own) => {
        const create = async (version: number, name: string, numPartitions: number) => {
          const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: [] };
          const answer = await own.raw(createTopics, version, { topics: [topic], timeoutMs: TIMEOUT_MS });
          return comparable({
            waits: answer.throttleTimeMs > 0,
            topics: answer.topics.map(({ errorCode }) => ({ errorCode })),
          });
        };
        const grow = async (count: number) => {
          const topics = [{ name: 'mutated', count, assignments: null }];
          const answer = await own.raw(createPartitions, 3, {
            topics,
            timeoutMs: TIMEOUT_MS,
            validateOnly: false,
          });
          return comparable({ waits: answer.throttleTimeMs > 0, results: answer.results });
        };
        const remove = async (name: string) => {
          const body = { topicNames: [name], timeoutMs: TIMEOUT_MS };
          const answer = await own.raw(deleteTopics, 5, body);
          return comparable({ waits: answer.throttleTimeMs > 0, responses: answer.responses });
        };
        return {
          within: await create(7, 'mutated-12', 12),
          refused: await create(7, 'mutated-refused', 3),
          bad: await create(7, 'bad name', 1),
          late: await create(5, 'mutated-late', 3),
          grow: await grow(5),
          remove: await remove('mutated-away'),
          removeUnknown: await remove('mutated-unknown'),
        };
      });
    },
  },
  {
    name: 'UpdateFeatures refuses what is not there, too high, too low',
    run: async (wire) => {
      const answers: Record<string, unknown> = {};
      for (const version of [0, 1, 2]) {
        answers[`unknown ${version}`] = await features(wire, version, ['no.such.feature', 1, UPGRADE]);
        answers[`same ${version}`] = await features(wire, version, ['metadata.version', 30, UPGRADE]);
        answers[`above ${version}`] = await features(wire, version, ['metadata.version', 31, UPGRADE]);
        answers[`negative ${version}`] = await features(wire, version, ['metadata.version', -1, UPGRADE]);
        answers[`none ${version}`] = await features(wire, version);
      }
      return {
        ...answers,
        below: await features(wire, 2, ['metadata.version', 29, UPGRADE]),
        belowSafe: await features(wire, 2, ['metadata.version', 29, SAFE]),
        belowUnsafe: await features(wire, 2, ['metadata.version', 29, UNSAFE]),
        zero: await features(wire, 2, ['metadata.version', 0, UNSAFE]),
        aboveAsDowngrade: await features(wire, 2, ['metadata.version', 31, SAFE]),
        sameAsDowngrade: await features(wire, 2, ['metadata.version', 30, SAFE]),
        noSuchChange: await features(wire, 2, ['metadata.version', 30, 9]),
        transactions: await features(wire, 2, ['transaction.version', 1, SAFE]),
        transactionsAway: await features(wire, 2, ['transaction.version', 0, SAFE]),
        oneOfTwo: await features(wire, 1, ['transaction.version', 1, SAFE], ['no.such.feature', 1, UPGRADE]),
      };
    },
  },
];
