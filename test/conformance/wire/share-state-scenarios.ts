import {
  deleteShareGroupState,
  findCoordinator,
  initializeShareGroupState,
  type ReadShareGroupStateSummaryRequestInit,
  readShareGroupState,
  readShareGroupStateSummary,
  writeShareGroupState,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import type { Scenario } from './scenario.ts';
import type { Wire } from './wire.ts';

const SHARE_KEY = 2;
const NO_TOPIC = 'AAAAAAAAAAAAAAAAAAAAZA';
const NULL_TOPIC = 'AAAAAAAAAAAAAAAAAAAAAA';
const { available, acknowledged, archived } = { available: 0, acknowledged: 2, archived: 4 } as const;

/** Names of what a topic or partition may be. */
const NOT_THERE = ['unknownTopic', 'noTopic', 'unknownPartition'];

interface Place {
  readonly group?: string;
  readonly topicId?: string;
  readonly partition?: number;
}

/** What is stored of one share group in one topic of two partitions, asked of the share coordinator as brokers do. */
class ShareState {
  readonly #wire: Wire;
  readonly #group: string;
  readonly #topicId: string;

  private constructor(wire: Wire, group: string, topicId: string) {
    this.#wire = wire;
    this.#group = group;
    this.#topicId = topicId;
  }

  static async of(wire: Wire, group: string): Promise<ShareState> {
    const topicId = await wire.createTopic(group, 2);
    const coordinatorKeys = [0, 1].map((partition) => `${group}:${topicId}:${partition}`);
    await eventually(
      async () => {
        const asked = { keyType: SHARE_KEY, coordinatorKeys };
        const { coordinators } = await wire.raw(findCoordinator, 6, asked);
        return coordinators.every(({ errorCode }) => errorCode === 0);
      },
      { what: `${wire.peer.name} has share coordinators`, timeoutMs: 60_000 },
    );
    const state = new ShareState(wire, group, topicId);
    for (const partition of [0, 1])
      await eventually(
        async () => !JSON.stringify(await state.summary({ partition })).includes('COORDINATOR'),
        {
          what: `${wire.peer.name} has loaded what is stored of share groups`,
          timeoutMs: 60_000,
        },
      );
    return state;
  }

  #body<More extends object>({ group, topicId, partition = 0 }: Place, more: More) {
    return {
      groupId: group ?? this.#group,
      topics: [{ topicId: topicId ?? this.#topicId, partitions: [{ partition, ...more }] }],
    };
  }

  initialize(stateEpoch: number, startOffset: number, place: Place = {}): Promise<unknown> {
    return this.#wire.ask(initializeShareGroupState, 0, this.#body(place, { stateEpoch, startOffset }));
  }

  read(leaderEpoch: number, place: Place = {}): Promise<unknown> {
    return this.#wire.ask(readShareGroupState, 0, this.#body(place, { leaderEpoch }));
  }

  summary(place: Place = {}, version = 1): Promise<unknown> {
    return this.#wire.ask(readShareGroupStateSummary, version, this.#body(place, { leaderEpoch: 0 }));
  }

  /** @param batches first and last offset, state, how often delivered */
  write(
    epochs: { readonly state: number; readonly leader: number },
    startOffset: number,
    batches: readonly (readonly [number, number, number, number])[] = [],
    more: Place & { readonly done?: number; readonly version?: number } = {},
  ): Promise<unknown> {
    const { done: deliveryCompleteCount = -1, version = 1, ...place } = more;
    const stateBatches = batches.map(([firstOffset, lastOffset, deliveryState, deliveryCount]) => ({
      ...{ firstOffset, lastOffset, deliveryState, deliveryCount },
    }));
    const { state: stateEpoch, leader: leaderEpoch } = epochs;
    const body = this.#body(place, { stateEpoch, leaderEpoch, startOffset, stateBatches });
    if (version === 0) return this.#wire.ask(writeShareGroupState, 0, body);
    const counted = body.topics.map((topic) => ({
      ...topic,
      partitions: topic.partitions.map((partition) => ({ ...partition, deliveryCompleteCount })),
    }));
    return this.#wire.ask(writeShareGroupState, 1, { ...body, topics: counted });
  }

  delete(place: Place = {}): Promise<unknown> {
    return this.#wire.ask(deleteShareGroupState, 0, this.#body(place, {}));
  }
}

/** What the share coordinator keeps for the leaders of partitions (83-87), and what it refuses. */
export const shareStateScenarios: readonly Scenario[] = [
  {
    name: 'what is stored is read again, and ends',
    run: async (wire) => {
      const state = await ShareState.of(wire, 'stored-state');
      const epochs = { state: 1, leader: 3 };
      return {
        begins: await state.initialize(1, 5),
        summaryAtFirst: await state.summary(),
        readAtFirst: await state.read(2),
        writes: await state.write(epochs, 5, [
          [5, 9, acknowledged, 1],
          [10, 12, available, 2],
        ]),
        read: await state.read(3),
        overwrites: await state.write(epochs, -1, [[7, 11, archived, 3]], { done: 4 }),
        readAgain: await state.read(4),
        movesUp: await state.write({ state: 1, leader: 4 }, 10, [], { version: 0 }),
        readBehind: await state.read(4),
        summary: await state.summary(),
        summaryV0: await state.summary({}, 0),
        beginsAnew: await state.initialize(2, -1),
        readAnew: await state.read(5),
        ends: await state.delete(),
        summaryAfter: await state.summary(),
        readAfter: await state.read(6),
        endsTwice: await state.delete(),
      };
    },
  },
  {
    name: 'who is behind is refused, and who knows of more than there is',
    run: async (wire) => {
      const state = await ShareState.of(wire, 'fenced-state');
      const right = { state: 4, leader: 7 };
      return {
        begins: await state.initialize(4, 0),
        beginsAgain: await state.initialize(4, 0),
        beginsBefore: await state.initialize(3, 0),
        summaryOfFirst: await state.summary(),
        reads: await state.read(7),
        writes: await state.write(right, 0, [[0, 4, acknowledged, 1]]),
        olderLeader: await state.write({ ...right, leader: 6 }, 1),
        newerLeader: await state.write({ ...right, leader: 8 }, 1),
        olderState: await state.write({ ...right, leader: 8, state: 3 }, 2),
        readsAhead: await state.read(9),
        readsBefore: await state.read(8),
        readsUnsaid: await state.read(-1),
        fencedByRead: await state.write({ ...right, leader: 8 }, 3),
        unsaid: await state.write({ state: -1, leader: -1 }, 2),
        summary: await state.summary(),
      };
    },
  },
  {
    name: 'what there is not, and what cannot be',
    run: async (wire) => {
      const state = await ShareState.of(wire, 'refused-state');
      const epochs = { state: 0, leader: 0 };
      const places: Readonly<Record<string, Place>> = {
        notBegun: {},
        unknownTopic: { topicId: NO_TOPIC },
        noTopic: { topicId: NULL_TOPIC },
        unknownPartition: { partition: 5 },
        negativePartition: { partition: -1 },
        noGroup: { group: '' },
      };
      const answers: Record<string, unknown> = {};
      for (const [name, place] of Object.entries(places)) {
        answers[`${name}: summary`] = await state.summary(place);
        // Elsewhere we say of a topic that is not there just that, where Kafka finds no state first.
        if (NOT_THERE.includes(name)) continue;
        answers[`${name}: read`] = await state.read(0, place);
        answers[`${name}: write`] = await state.write(epochs, 0, [[0, 1, acknowledged, 1]], place);
        answers[`${name}: delete`] = await state.delete(place);
        if (name !== 'notBegun') answers[`${name}: initialize`] = await state.initialize(0, 0, place);
      }
      return answers;
    },
  },
  {
    name: 'negative epochs and offsets',
    run: async (wire) => {
      const state = await ShareState.of(wire, 'negative-state');
      const at = { partition: 1 };
      return {
        beginsBelowZero: await state.initialize(-1, -1, at),
        beginsFarBelow: await state.initialize(1, -7, at),
        summary: await state.summary(at),
        begins: await state.initialize(1, 0),
        readsUnsaid: await state.read(-1),
        writesUnsaid: await state.write({ state: -1, leader: -1 }, 0, [[0, 1, acknowledged, 1]]),
        writesFarBelow: await state.write({ state: 1, leader: 0 }, -5),
        writesHeld: await state.write({ state: 1, leader: 0 }, 0, [[0, 1, 1, 1]]),
        writesBackwards: await state.write({ state: 1, leader: 0 }, 0, [[5, 3, acknowledged, 1]]),
        read: await state.read(0),
        summaryOfSecond: await state.summary(),
      };
    },
  },
  {
    name: 'requests without topics, without partitions, and of several',
    run: async (wire) => {
      const group = 'several-state';
      const state = await ShareState.of(wire, group);
      const topicId = await wire.topicId(group);
      const both = { topicId, partitions: [0, 1].map((partition) => ({ partition, leaderEpoch: 0 })) };
      const summarize = (topics: ReadShareGroupStateSummaryRequestInit['topics']) =>
        wire.ask(readShareGroupStateSummary, 1, { groupId: group, topics });
      return {
        begins: await state.initialize(0, 3, { partition: 1 }),
        nothing: await summarize([]),
        noPartitions: await summarize([{ topicId, partitions: [] }]),
        readsNoPartitions: await wire.ask(readShareGroupState, 0, {
          groupId: group,
          topics: [{ topicId, partitions: [] }],
        }),
        both: await summarize([both]),
        readsNothing: await wire.ask(readShareGroupState, 0, { groupId: group, topics: [] }),
        endsNothing: await wire.ask(deleteShareGroupState, 0, { groupId: group, topics: [] }),
        beginsNothing: await wire.ask(initializeShareGroupState, 0, { groupId: group, topics: [] }),
        writesNothing: await wire.ask(writeShareGroupState, 1, { groupId: group, topics: [] }),
      };
    },
  },
];
