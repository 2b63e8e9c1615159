import {
  type BeginQuorumEpochRequestInit,
  beginQuorumEpoch,
  describeQuorum,
  type EndQuorumEpochRequestInit,
  endQuorumEpoch,
  type FetchRequestInit,
  type FetchSnapshotRequestInit,
  fetch,
  fetchSnapshot,
  type VoteRequestInit,
  vote,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import type { ControllerScenario } from './controller-scenario.ts';
import { type ControllerWire, METADATA_TOPIC, METADATA_TOPIC_ID, uuidOf } from './controller-wire.ts';

const STRANGER = 900;
/** The node that is asked. */
const SELF = 1;
const FAR = 1_000_000;
/** Enough to fill a short log. */
const SNAPSHOT_TOPICS = 12;

interface Place {
  readonly clusterId?: string | null;
  readonly topicName?: string;
  readonly partitionIndex?: number;
  /** How often the topic, and the partition in it, is named. */
  readonly topics?: number;
  readonly partitions?: number;
}

/** What is no partition of a quorum, or of another cluster's. */
const WRONG_PLACES: Readonly<Record<string, Place>> = {
  otherCluster: { clusterId: uuidOf(1) },
  emptyCluster: { clusterId: '' },
  otherTopic: { topicName: 'another' },
  otherPartition: { partitionIndex: 1 },
  noTopic: { topics: 0 },
  twoTopics: { topics: 2 },
  noPartition: { partitions: 0 },
  twoPartitions: { partitions: 2 },
};

function placed<Partition extends object>(wire: ControllerWire, place: Place, partition: Partition) {
  const { clusterId = wire.clusterId, topicName = METADATA_TOPIC, partitionIndex = 0 } = place;
  const partitions = times(place.partitions ?? 1, { ...partition, partitionIndex });
  return { clusterId, topics: times(place.topics ?? 1, { topicName, partitions }) };
}

function times<T>(count: number, item: T): T[] {
  return Array.from({ length: count }, () => item);
}

interface Candidacy {
  /** Counted from the epoch that there is. */
  readonly epoch?: number;
  readonly replicaId?: number;
  readonly lastOffsetEpoch?: number;
  readonly lastOffset?: number;
  readonly preVote?: boolean;
  readonly voterId?: number;
  readonly voterDirectoryId?: string;
  readonly place?: Place;
}

function candidacy(wire: ControllerWire, version: number, asked: Candidacy): VoteRequestInit {
  const { epoch = 0, replicaId = STRANGER, lastOffsetEpoch = 0, lastOffset = 0 } = asked;
  const { voterId = -1, voterDirectoryId, preVote = false, place = {} } = asked;
  const partition = {
    replicaEpoch: wire.epoch + epoch,
    replicaId,
    lastOffsetEpoch,
    lastOffset,
    ...(version >= 1 && voterDirectoryId !== undefined && { voterDirectoryId }),
    ...(version >= 2 ? { preVote } : {}),
  };
  return { ...placed(wire, place, partition), ...(version >= 1 && { voterId }) } as VoteRequestInit;
}

export const voteScenarios: readonly ControllerScenario[] = [0, 1, 2].map((version) => ({
  name: `votes that are not given, in version ${version}`,
  run: async (wire) => {
    const ask = (asked: Candidacy) => wire.ask(vote, version, candidacy(wire, version, asked));
    const answers: Record<string, unknown> = {};
    for (const [name, place] of Object.entries(WRONG_PLACES)) answers[name] = await ask({ place });
    const last = wire.epoch;
    return {
      ...answers,
      unsaidCluster: await ask({ epoch: -1, place: { clusterId: null } }),
      olderEpochOfStranger: await ask({ epoch: -1 }),
      olderEpochOfStrangerWithItsOwn: await ask({ epoch: -1, lastOffsetEpoch: last - 1, lastOffset: FAR }),
      olderEpoch: await ask({ epoch: -1, replicaId: SELF }),
      olderEpochOfNobody: await ask({ epoch: -1, replicaId: -1 }),
      nobody: await ask({ replicaId: -1 }),
      lastEpochTooNew: await ask({ lastOffsetEpoch: last }),
      lastEpochFarTooNew: await ask({ lastOffsetEpoch: last + FAR }),
      lastEpochTooNewOfOlder: await ask({ epoch: -1, lastOffsetEpoch: last }),
      negativeLastEpoch: await ask({ lastOffsetEpoch: -1 }),
      negativeOffset: await ask({ lastOffset: -1 }),
      negativeOffsetOfOlder: await ask({ epoch: -1, lastOffset: -1 }),
      negativeEpoch: await ask({ epoch: -FAR }),
      ofThisEpoch: await ask({ lastOffset: FAR }),
      ofThisEpochBehind: await ask({ lastOffset: 1 }),
      ofThisEpochByItself: await ask({ replicaId: SELF, lastOffset: FAR }),
      forAnotherVoter: await ask({ voterId: STRANGER }),
      forThisVoter: await ask({ voterId: SELF }),
      forAnotherFolder: await ask({ voterId: SELF, voterDirectoryId: uuidOf(8) }),
      ...(version >= 2 && {
        preVoteOfThisEpoch: await ask({ preVote: true, lastOffset: FAR }),
        preVoteOfOlder: await ask({ preVote: true, epoch: -1 }),
      }),
    };
  },
}));

interface Leadership {
  readonly epoch?: number;
  readonly leaderId?: number;
  readonly voterId?: number;
  readonly voterDirectoryId?: string;
  readonly place?: Place;
}

function leadership(wire: ControllerWire, version: number, asked: Leadership): BeginQuorumEpochRequestInit {
  const { epoch = 0, leaderId = STRANGER, voterId = -1, voterDirectoryId, place = {} } = asked;
  const partition = {
    leaderId,
    leaderEpoch: wire.epoch + epoch,
    ...(version >= 1 && voterDirectoryId !== undefined && { voterDirectoryId }),
  };
  const leaderEndpoints = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 1 }];
  return { ...placed(wire, place, partition), ...(version >= 1 && { voterId, leaderEndpoints }) };
}

function resignation(wire: ControllerWire, version: number, asked: Leadership): EndQuorumEpochRequestInit {
  const { epoch = 0, leaderId = STRANGER, place = {} } = asked;
  const candidates =
    version >= 1
      ? { preferredCandidates: [{ candidateId: SELF, candidateDirectoryId: uuidOf(8) }] }
      : { preferredSuccessors: [SELF] };
  const partition = { leaderId, leaderEpoch: wire.epoch + epoch, ...candidates };
  const leaderEndpoints = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 1 }];
  return { ...placed(wire, place, partition), ...(version >= 1 && { leaderEndpoints }) };
}

/** What both are asked, to begin an epoch and to end it. */
async function leadersThatAreNone(ask: (asked: Leadership) => Promise<unknown>) {
  const answers: Record<string, unknown> = {};
  for (const [name, place] of Object.entries(WRONG_PLACES)) answers[name] = await ask({ place });
  return {
    ...answers,
    unsaidCluster: await ask({ epoch: -1, place: { clusterId: null } }),
    olderEpoch: await ask({ epoch: -1 }),
    olderEpochOfNobody: await ask({ epoch: -1, leaderId: -1 }),
    nobody: await ask({ leaderId: -1 }),
    negativeEpoch: await ask({ epoch: -FAR }),
    itself: await ask({ leaderId: SELF }),
  };
}

export const epochScenarios: readonly ControllerScenario[] = [0, 1].flatMap((version) => [
  {
    name: `leaders that are not followed, in version ${version}`,
    run: async (wire: ControllerWire) => {
      const ask = (asked: Leadership) =>
        wire.ask(beginQuorumEpoch, version, leadership(wire, version, asked));
      return {
        ...(await leadersThatAreNone(ask)),
        itselfForAnotherVoter: await ask({ leaderId: SELF, voterId: STRANGER }),
        itselfForAnotherFolder: await ask({ leaderId: SELF, voterId: SELF, voterDirectoryId: uuidOf(8) }),
      };
    },
  },
  {
    name: `leaders that resign in vain, in version ${version}`,
    run: async (wire: ControllerWire) => {
      const ask = (asked: Leadership) => wire.ask(endQuorumEpoch, version, resignation(wire, version, asked));
      return await leadersThatAreNone(ask);
    },
  },
]);

export const describeQuorumScenarios: readonly ControllerScenario[] = [
  {
    name: 'the quorum is described',
    run: async (wire) => {
      const answers: Record<string, unknown> = {};
      for (const version of [0, 1, 2]) {
        const ask = async (place: Place) => {
          const { topics } = placed(wire, place, {});
          return described(await wire.ask(describeQuorum, version, { topics }));
        };
        answers[`v${version}`] = await ask({});
        for (const [name, place] of Object.entries(WRONG_PLACES))
          answers[`v${version} ${name}`] = await ask(place);
      }
      return answers;
    },
  },
];

const OWN_PLACE: ReadonlySet<string> = new Set([
  'highWatermark',
  'logEndOffset',
  'lastFetchTimestamp',
  'lastCaughtUpTimestamp',
  'replicaDirectoryId',
]);

/** Where a log ends is a matter of what was written. */
function described(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, item: unknown) => {
      if (!OWN_PLACE.has(key)) return item;
      return item === -1 || item === 0 || item === 'AAAAAAAAAAAAAAAAAAAAAA' ? item : 'its own';
    }),
  );
}

interface Reading {
  /** Counted from the epoch that there is. */
  readonly epoch?: number;
  readonly offset?: number;
  readonly lastEpoch?: number;
  readonly replicaId?: number;
  readonly maxWaitMs?: number;
  readonly partition?: number;
  readonly topicId?: string;
  readonly clusterId?: string | null;
  readonly topics?: number;
  readonly partitions?: number;
}

function reading(wire: ControllerWire, version: number, asked: Reading): FetchRequestInit {
  const { epoch = 0, offset = 0, lastEpoch = 0, replicaId = STRANGER, maxWaitMs = 0 } = asked;
  const { partition = 0, topicId = METADATA_TOPIC_ID, clusterId = wire.clusterId } = asked;
  const place = {
    partition,
    currentLeaderEpoch: wire.epoch + epoch,
    fetchOffset: offset,
    ...(version >= 12 && { lastFetchedEpoch: lastEpoch }),
    logStartOffset: -1,
    partitionMaxBytes: 1_000_000,
  };
  const topic = {
    ...(version >= 13 ? { topicId } : { topic: METADATA_TOPIC }),
    partitions: times(asked.partitions ?? 1, place),
  };
  return {
    clusterId,
    ...(version >= 15 ? { replicaState: { replicaId, replicaEpoch: -1 } } : { replicaId }),
    maxWaitMs,
    minBytes: 1,
    topics: times(asked.topics ?? 1, topic),
    forgottenTopicsData: [],
  };
}

/** Which records there are is a matter of what was written; that there are some is not. */
function read(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, item: unknown) => {
      if (key === 'records') return typeof item === 'string' && item.length > 0 ? 'some' : 'none';
      if (key === 'highWatermark') return typeof item === 'number' && item > 0 ? 'its own' : item;
      return item;
    }),
  );
}

export const metadataFetchScenarios: readonly ControllerScenario[] = [
  {
    name: 'the metadata log is read in every version',
    run: async (wire) => {
      const answers: Record<string, unknown> = {};
      for (const version of [4, 11, 12, 13, 14, 15, 16, 17, 18])
        answers[`v${version}`] = read(await wire.ask(fetch, version, reading(wire, version, {})));
      return answers;
    },
  },
  {
    name: 'who cannot read the metadata log',
    run: async (wire) => {
      const ask = async (asked: Reading) =>
        placesOf(read(await wire.ask(fetch, 17, reading(wire, 17, asked))));
      const end = (await describedOf(wire)).logEndOffset;
      return {
        otherCluster: await ask({ clusterId: uuidOf(1) }),
        unsaidCluster: await ask({ clusterId: null }),
        otherTopic: await ask({ topicId: uuidOf(2) }),
        otherPartition: await ask({ partition: 1 }),
        noTopic: await ask({ topics: 0 }),
        twoTopics: await ask({ topics: 2 }),
        noPartition: await ask({ partitions: 0 }),
        twoPartitions: await ask({ partitions: 2 }),
        negativeOffset: await ask({ offset: -1 }),
        negativeWait: await ask({ maxWaitMs: -1 }),
        unsaidLastEpoch: await ask({ lastEpoch: -1 }),
        lastEpochOfTheFuture: await ask({ lastEpoch: wire.epoch + 1 }),
        olderEpoch: await ask({ epoch: -1 }),
        newerEpoch: await ask({ epoch: 1 }),
        newerEpochOfNow: await ask({ epoch: 1, lastEpoch: wire.epoch + 1 }),
        unsaidEpoch: await ask({ epoch: -1 - wire.epoch }),
        noReplica: await ask({ replicaId: -1 }),
        beyondTheEnd: await ask({ offset: end + FAR, lastEpoch: wire.epoch }),
        atTheEnd: await ask({ offset: end, lastEpoch: wire.epoch, maxWaitMs: 10 }),
      };
    },
  },
  {
    name: 'readers whose log is another',
    run: async (wire) => {
      const ask = async (asked: Reading) => {
        const answer = await wire.ask(fetch, 17, reading(wire, 17, asked));
        return placesOf(read(answer));
      };
      const { logEndOffset: end } = await describedOf(wire);
      return {
        inItsMiddle: await ask({ offset: end - 1, lastEpoch: wire.epoch }),
        inEpochZero: await ask({ offset: 1, lastEpoch: 0 }),
        beyondAnOlderEpoch: await ask({ offset: end, lastEpoch: 1 }),
      };
    },
  },
];

/** Where an epoch ended, as said to a reader, is a matter of what was written. */
function placesOf(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, item: unknown) =>
      key === 'endOffset' && typeof item === 'number' && item > 0 ? 'its own' : item,
    ),
  );
}

async function describedOf(wire: ControllerWire) {
  const { topics } = await wire.raw(describeQuorum, 1, { topics: placed(wire, {}, {}).topics });
  const [voter] = topics[0]?.partitions[0]?.currentVoters ?? [];
  if (voter === undefined) throw new Error('a quorum has a voter');
  return voter;
}

interface Piece {
  readonly id?: { readonly endOffset: number; readonly epoch: number };
  readonly position?: number;
  readonly maxBytes?: number;
  readonly clusterId?: string;
}

function piece(wire: ControllerWire, asked: Piece): FetchSnapshotRequestInit {
  const { id = { endOffset: FAR, epoch: 1 }, position = 0, maxBytes = 1_000 } = asked;
  const { clusterId = wire.clusterId } = asked;
  const wanted = { partition: 0, currentLeaderEpoch: wire.epoch, snapshotId: id, position };
  const topics = [{ name: METADATA_TOPIC, partitions: [wanted] }];
  return { clusterId, replicaId: STRANGER, maxBytes, topics };
}

/** Where it refuses a snapshot, Kafka cannot write its answer (UNKNOWN_SERVER_ERROR): it is compared where it can. */
export const snapshotScenarios: readonly ControllerScenario[] = [
  {
    name: 'a snapshot is read piece by piece',
    run: async (wire) => {
      for (let index = 0; index < SNAPSHOT_TOPICS; index += 1) await wire.broker.createTopic(`snap-${index}`);
      let id = { endOffset: -1, epoch: -1 };
      const isTaken = async () => {
        const { responses } = await wire.raw(fetch, 17, reading(wire, 17, {}));
        const told = responses[0]?.partitions[0]?.snapshotId;
        if (told !== undefined) id = told;
        return id.endOffset > 0;
      };
      await eventually(isTaken, { what: 'a snapshot', timeoutMs: 30_000 });
      const ask = async (position: number, maxBytes: number, version = 1) => {
        const answer = await wire.raw(fetchSnapshot, version, piece(wire, { id, position, maxBytes }));
        const told = answer.topics[0]?.partitions[0];
        if (told === undefined) throw new Error(`no piece at ${position}`);
        return told;
      };
      const { size } = await ask(0, 1);
      const whole = (await ask(0, size)).unalignedRecords;
      const shapes = [];
      for (const [position, maxBytes] of [
        [0, 1],
        [3, 100],
        [size - 5, 100],
      ] as const)
        for (const version of [0, 1]) {
          const told = await ask(position, maxBytes, version);
          const isThatPiece = told.unalignedRecords.equals(whole.subarray(position, position + maxBytes));
          shapes.push({
            ...{ version, maxBytes, isThatPiece, errorCode: told.errorCode },
            isThere: told.position === position && told.size === size,
            isThat: told.snapshotId.endOffset === id.endOffset && told.snapshotId.epoch === id.epoch,
          });
        }
      return { hasAll: whole.length === size, shapes };
    },
  },
  {
    name: 'a snapshot of another cluster',
    run: async (wire) => ({
      v0: await wire.ask(fetchSnapshot, 0, piece(wire, { clusterId: uuidOf(1) })),
      v1: await wire.ask(fetchSnapshot, 1, piece(wire, { clusterId: uuidOf(1) })),
    }),
  },
];
