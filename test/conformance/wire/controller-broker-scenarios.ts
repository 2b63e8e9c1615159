import type { Uuid } from '@millrace/foundation';
import {
  type AlterPartitionRequestInit,
  allocateProducerIds,
  alterPartition,
  type BrokerHeartbeatRequestInit,
  type BrokerRegistrationRequestInit,
  brokerHeartbeat,
  brokerRegistration,
  createTopics,
  metadata,
  unregisterBroker,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import type { ControllerScenario } from './controller-scenario.ts';
import { beat, type ControllerWire, uuidOf } from './controller-wire.ts';

const STRANGER = 900;
const FAR = 1_000_000;
const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';

export const producerIdScenarios: readonly ControllerScenario[] = [
  {
    name: 'producer ids are for who is registered',
    run: async (wire) => {
      const epoch = await wire.register(100);
      const allocate = (brokerId: number, brokerEpoch: number) =>
        wire.raw(allocateProducerIds, 0, { brokerId, brokerEpoch });
      const refused = (brokerId: number, brokerEpoch: number) =>
        wire.ask(allocateProducerIds, 0, { brokerId, brokerEpoch });
      const first = await allocate(100, epoch);
      const second = await allocate(100, epoch);
      return {
        count: first.producerIdLen,
        distance: second.producerIdStart - first.producerIdStart,
        stranger: await refused(STRANGER, epoch),
        negative: await refused(-1, epoch),
        unsaid: await refused(100, -1),
        olderEpoch: await refused(100, epoch - 1),
        newerEpoch: await refused(100, epoch + 1),
      };
    },
  },
];

async function registered(
  wire: ControllerWire,
  version: number,
  body: BrokerRegistrationRequestInit,
): Promise<unknown> {
  const answer = await wire.raw(brokerRegistration, version, body);
  return comparableRegistration(await wire.ask(brokerRegistration, version, body), answer.errorCode);
}

function comparableRegistration(answer: unknown, errorCode: number): unknown {
  return errorCode === 0 ? { ...(answer as object), brokerEpoch: 'its own' } : answer;
}

export const registrationScenarios: readonly ControllerScenario[] = [
  {
    name: 'brokers register in every version',
    run: async (wire) => {
      const answers: Record<string, unknown> = {};
      for (const version of [0, 1, 2, 3, 4])
        answers[`v${version}`] = await registered(wire, version, wire.registration(110 + version));
      answers.withRack = await registered(wire, 4, wire.registration(116, { rack: 'r' }));
      return answers;
    },
  },
  {
    name: 'brokers that cannot register',
    run: async (wire) => {
      const of = (brokerId: number, more: Partial<BrokerRegistrationRequestInit>, version = 4) =>
        registered(wire, version, wire.registration(brokerId, more));
      await wire.register(120, { logDirs: [uuidOf(4)] });
      const [listener] = wire.registration(121).listeners ?? [];
      if (listener === undefined) throw new Error('a registration has a listener');
      const metadataVersion = (minSupportedVersion: number, maxSupportedVersion: number) => ({
        features: wire
          .registration(121)
          .features.map((feature) =>
            feature.name === 'metadata.version'
              ? { ...feature, minSupportedVersion, maxSupportedVersion }
              : feature,
          ),
      });
      return {
        otherCluster: await of(121, { clusterId: uuidOf(1) }),
        noCluster: await of(121, { clusterId: '' }),
        migrating: await of(121, { isMigratingZkBroker: true }),
        noFolders: await of(122, { logDirs: [] }),
        sameFolderTwice: await of(123, { logDirs: [uuidOf(5), uuidOf(5)] }),
        folderOfAnother: await of(124, { logDirs: [uuidOf(4)] }),
        reservedFolder: await of(125, { logDirs: [ZERO_UUID] }),
        lostFolder: await of(125, { logDirs: ['AAAAAAAAAAAAAAAAAAAAAQ'] }),
        noFeatures: await of(126, { features: [] }),
        oldMetadata: await of(127, metadataVersion(1, 7)),
        newMetadata: await of(127, metadataVersion(90, 99)),
        unknownFeature: await of(128, {
          features: [
            ...wire.registration(1).features,
            { name: 'odd', minSupportedVersion: 1, maxSupportedVersion: 2 },
          ],
        }),
        noListeners: await of(129, { listeners: [] }),
      };
    },
  },
  {
    name: 'brokers that register again',
    run: async (wire) => {
      const epoch = await wire.register(140);
      const again = await wire.register(140);
      const serving = await wire.unfenced(141);
      const servingAgain = await wire.register(141);
      const other = { incarnationId: uuidOf(3), logDirs: [uuidOf(6)] };
      const otherOf = (brokerId: number) =>
        registered(wire, 4, wire.registration(brokerId, { ...other, logDirs: [uuidOf(brokerId)] }));
      return {
        keepsItsEpoch: again === epoch,
        servingKeepsIts: servingAgain === serving,
        stillServes: await wire.ask(brokerHeartbeat, 2, beat(141, serving)),
        anotherOfThatId: await otherOf(141),
      };
    },
  },
];

export const heartbeatScenarios: readonly ControllerScenario[] = [
  {
    name: 'heartbeats in every version',
    run: async (wire) => {
      const answers: Record<string, unknown> = {};
      for (const version of [0, 1, 2]) {
        const epoch = await wire.register(200 + version);
        const ask = (more: Partial<BrokerHeartbeatRequestInit>) =>
          wire.ask(brokerHeartbeat, version, beat(200 + version, epoch, more));
        answers[`v${version} behind`] = await ask({ currentMetadataOffset: epoch - 1 });
        answers[`v${version} wants to be fenced`] = await ask({ wantFence: true });
        answers[`v${version} at its registration`] = await ask({ currentMetadataOffset: epoch });
        answers[`v${version} serves`] = await ask({});
        answers[`v${version} serves, far behind`] = await ask({ currentMetadataOffset: 0 });
        answers[`v${version} wants to be fenced again`] = await ask({ wantFence: true });
        answers[`v${version} fenced, wants to stop`] = await ask({ wantShutDown: true });
      }
      return answers;
    },
  },
  {
    name: 'heartbeats of who is not registered',
    run: async (wire) => {
      const epoch = await wire.register(210);
      const ask = (brokerId: number, brokerEpoch: number, more: Partial<BrokerHeartbeatRequestInit> = {}) =>
        wire.ask(brokerHeartbeat, 2, beat(brokerId, brokerEpoch, more));
      return {
        stranger: await ask(STRANGER, epoch),
        strangerWantsToStop: await ask(STRANGER, epoch, { wantShutDown: true }),
        negative: await ask(-1, epoch),
        unsaid: await ask(210, -1),
        olderEpoch: await ask(210, epoch - 1),
        newerEpoch: await ask(210, epoch + 1),
        staleWantsToStop: await ask(210, epoch + 1, { wantShutDown: true }),
      };
    },
  },
  {
    name: 'a broker that stops hands over what it leads',
    run: async (wire) => {
      const leader = await wire.unfenced(220);
      const follower = await wire.unfenced(221);
      const idle = await wire.unfenced(222);
      const hasty = await wire.unfenced(223);
      await topicOn(wire, 'dropped', [223]);
      await topicOn(wire, 'handed-over', [220, 221]);
      const ask = (brokerId: number, epoch: number, more: Partial<BrokerHeartbeatRequestInit>) =>
        wire.ask(brokerHeartbeat, 2, beat(brokerId, epoch, more));
      /** Kafka waits until all brokers have heard of the new leaders. */
      const letGo = async (brokerId: number, epoch: number) => {
        let answer: unknown;
        const mayGo = async () => {
          await wire.raw(brokerHeartbeat, 2, beat(223, hasty));
          if (brokerId === 220) await wire.raw(brokerHeartbeat, 2, beat(221, follower));
          answer = await ask(brokerId, epoch, { wantShutDown: true });
          return JSON.stringify(answer).includes('"shouldShutDown":true');
        };
        await eventually(mayGo, { what: `broker ${brokerId} may go`, timeoutMs: 20_000 });
        return answer;
      };
      return {
        idle: await ask(222, idle, { wantShutDown: true }),
        idleFenceAndStop: await ask(222, idle, { wantShutDown: true, wantFence: true }),
        leading: await ask(220, leader, { wantShutDown: true }),
        ofAnotherLeader: await leaderOf(wire, 'handed-over'),
        leadsNothingNow: await letGo(220, leader),
        lastLeads: await ask(221, follower, { wantShutDown: true }),
        lastLeadsNothing: await letGo(221, follower),
        goesAnyway: await ask(223, hasty, { wantShutDown: true, wantFence: true }),
      };
    },
  },
];

export const unregisterScenarios: readonly ControllerScenario[] = [
  {
    name: 'brokers are forgotten',
    run: async (wire) => {
      const epoch = await wire.register(230);
      const serving = await wire.unfenced(231);
      const forget = (brokerId: number) => wire.ask(unregisterBroker, 0, { brokerId });
      return {
        stranger: await forget(STRANGER),
        negative: await forget(-1),
        fenced: await forget(230),
        twice: await forget(230),
        thenBeats: await wire.ask(brokerHeartbeat, 2, beat(230, epoch)),
        thenAllocates: await wire.ask(allocateProducerIds, 0, { brokerId: 230, brokerEpoch: epoch }),
        thenRegisters: (await wire.register(230)) > epoch,
        serving: await forget(231),
        servingThenBeats: await wire.ask(brokerHeartbeat, 2, beat(231, serving)),
        byTheBroker: await wire.broker.ask(unregisterBroker, 0, { brokerId: 230 }),
      };
    },
  },
];

export const alterPartitionScenarios: readonly ControllerScenario[] = [
  {
    name: 'in-sync sets change',
    run: async (wire) => {
      const [one, two] = [await wire.unfenced(240), await wire.unfenced(241)];
      const topicId = await topicOn(wire, 'in-sync', [240, 241]);
      let partitionEpoch = 0;
      /** The epochs that answers bring are not compared: a set that stays begins one here, for what is still on its way. */
      const alter = async (version: number, isr: readonly Member[]) => {
        const body = alteration(version, 240, one, { topicId, partitionEpoch, isr });
        const { topics } = await wire.raw(alterPartition, version, body);
        const [answer] = topics[0]?.partitions ?? [];
        partitionEpoch = answer?.partitionEpoch ?? -1;
        return answer && { ...answer, partitionEpoch: undefined, isr: answer.isr.toSorted() };
      };
      const both: readonly Member[] = [
        [240, one],
        [241, two],
      ];
      return {
        shrinks: await alter(3, [[240, one]]),
        grows: await alter(3, both),
        stays: await alter(3, both),
        shrinksV2: await alter(2, [[240, one]]),
        growsV2: await alter(2, both),
        epochsUnsaid: await alter(3, [
          [240, -1],
          [241, -1],
        ]),
        otherOrder: await alter(3, both.toReversed()),
      };
    },
  },
  {
    name: 'in-sync sets that are refused',
    run: async (wire) => {
      const [one, two] = [await wire.unfenced(250), await wire.unfenced(251)];
      const fenced = await wire.register(252);
      const topicId = await topicOn(wire, 'refused-sets', [250, 251]);
      const other = await topicOn(wire, 'refused-sets-2', [251, 250]);
      const right: Alteration = {
        topicId,
        isr: [
          [250, one],
          [251, two],
        ],
      };
      const answers: Record<string, unknown> = {};
      const ask = async (name: string, more: Partial<Alteration>, brokerId = 250, brokerEpoch = one) => {
        for (const version of [2, 3]) {
          const body = alteration(version, brokerId, brokerEpoch, { ...right, ...more });
          answers[`${name} v${version}`] = await wire.ask(alterPartition, version, body);
        }
      };
      await ask('stranger', {}, STRANGER);
      await ask('older epoch of the broker', {}, 250, one - 1);
      await ask('newer epoch of the broker', {}, 250, one + FAR);
      await ask('epoch unsaid', {}, 250, -1);
      await ask('unknown topic', { topicId: uuidOf(9) });
      await ask('no topic', { topicId: ZERO_UUID });
      await ask('unknown partition', { partitionIndex: 7 });
      await ask('negative partition', { partitionIndex: -1 });
      await ask('newer leader epoch', { leaderEpoch: 1 });
      await ask('newer partition epoch', { partitionEpoch: 1 });
      await ask('older leader epoch', { leaderEpoch: -1 });
      await ask('older partition epoch', { partitionEpoch: -1 });
      await ask('not its leader', { topicId: other });
      await ask('nobody', { isr: [] });
      await ask('without itself', { isr: [[251, two]] });
      await ask('no replica', {
        isr: [
          [250, one],
          [252, fenced],
        ],
      });
      await ask('twice the same', {
        isr: [
          [250, one],
          [250, one],
        ],
      });
      await ask('recovering', { leaderRecoveryState: 1, isr: [[250, one]] });
      await ask('recovering with others', { leaderRecoveryState: 1 });
      return answers;
    },
  },
  {
    name: 'members of the set that are not here to stay',
    run: async (wire) => {
      const [one, two] = [await wire.unfenced(260), await wire.unfenced(261)];
      const topicId = await topicOn(wire, 'ineligible', [260, 261]);
      const alter = (version: number, partitionEpoch: number, isr: readonly Member[]) =>
        wire.ask(alterPartition, version, alteration(version, 260, one, { topicId, partitionEpoch, isr }));
      await alter(3, 0, [[260, one]]);
      const grow = (epoch: number, version = 3, own = one) =>
        alter(version, 1, [
          [260, own],
          [261, epoch],
        ]);
      const answers = {
        olderRegistration: await grow(two - 1),
        newerRegistration: await grow(two + FAR),
        ownOlderRegistration: await grow(two, 3, one - 1),
      };
      await wire.raw(brokerHeartbeat, 2, beat(261, two, { wantFence: true }));
      const whenFenced = { fenced: await grow(two), fencedV2: await grow(two, 2) };
      await wire.raw(unregisterBroker, 0, { brokerId: 261 });
      return { ...answers, ...whenFenced, forgotten: await grow(two), forgottenV2: await grow(two, 2) };
    },
  },
  {
    name: 'several partitions at once, and none',
    run: async (wire) => {
      const one = await wire.unfenced(270);
      await wire.unfenced(271);
      const topicId = await topicOn(wire, 'several-sets', [270, 271]);
      const partition = {
        partitionIndex: 0,
        leaderEpoch: 0,
        newIsrWithEpochs: [{ brokerId: 270, brokerEpoch: one }],
        partitionEpoch: 0,
      };
      const ask = (topics: AlterPartitionRequestInit['topics']) =>
        wire.ask(alterPartition, 3, { brokerId: 270, brokerEpoch: one, topics });
      return {
        noTopics: await ask([]),
        noPartitions: await ask([{ topicId, partitions: [] }]),
        mixed: await ask([
          { topicId: uuidOf(9), partitions: [partition] },
          { topicId, partitions: [{ ...partition, partitionIndex: 3 }, partition] },
        ]),
      };
    },
  },
];

type Member = readonly [brokerId: number, brokerEpoch: number];

interface Alteration {
  readonly topicId: Uuid;
  readonly isr: readonly Member[];
  readonly partitionIndex?: number;
  readonly leaderEpoch?: number;
  readonly partitionEpoch?: number;
  readonly leaderRecoveryState?: number;
}

function alteration(
  version: number,
  brokerId: number,
  brokerEpoch: number,
  { topicId, isr, ...more }: Alteration,
): AlterPartitionRequestInit {
  const members =
    version >= 3
      ? { newIsrWithEpochs: isr.map(([id, epoch]) => ({ brokerId: id, brokerEpoch: epoch })) }
      : { newIsr: isr.map(([id]) => id) };
  const partition = { partitionIndex: 0, leaderEpoch: 0, partitionEpoch: 0, ...more, ...members };
  return { brokerId, brokerEpoch, topics: [{ topicId, partitions: [partition] }] };
}

/** One partition, whose replicas are all in sync. */
async function topicOn(wire: ControllerWire, name: string, brokerIds: readonly number[]): Promise<Uuid> {
  const topic = {
    name,
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [{ partitionIndex: 0, brokerIds }],
    configs: [],
  };
  const { topics } = await wire.raw(createTopics, 7, { topics: [topic], timeoutMs: 10_000 });
  const [created] = topics;
  if (created?.errorCode !== 0) throw new Error(`${name}: ${created?.errorMessage}`);
  return created.topicId;
}

async function leaderOf(wire: ControllerWire, name: string): Promise<number> {
  const leader = async () => {
    const { topics } = await wire.broker.raw(metadata, 12, {
      topics: [{ name }],
      allowAutoTopicCreation: false,
    });
    return topics[0]?.partitions[0]?.leaderId ?? -1;
  };
  await eventually(async () => (await leader()) === 221, { what: 'another leader' });
  return leader();
}
