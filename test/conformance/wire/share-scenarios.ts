import {
  alterShareGroupOffsets,
  deleteGroups,
  deleteShareGroupOffsets,
  describeShareGroupOffsets,
  findCoordinator,
  incrementalAlterConfigs,
  produce,
  shareAcknowledge,
  shareFetch,
  shareGroupDescribe,
  shareGroupHeartbeat,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import { batch } from './batch.ts';
import type { Scenario } from './scenario.ts';
import { nameOf } from './transaction-client.ts';
import { Wire } from './wire.ts';

const GROUP_RESOURCE = 32;
/** Members of share groups have UUIDs for names. */
const MEMBERS = { a: 'AAAAAAAAAAAAAAAAAAAAAQ', b: 'AAAAAAAAAAAAAAAAAAAAAg' } as const;
type MemberName = keyof typeof MEMBERS;
const NO_TOPIC = 'AAAAAAAAAAAAAAAAAAAAZA';
const { accept, release, reject, renew } = { accept: 1, release: 2, reject: 3, renew: 4 } as const;

/** Offsets in a row and what is said of them. */
type Said = readonly [first: number, last: number, ...types: number[]];

interface Fetch {
  readonly acknowledge?: readonly Said[];
  readonly maxRecords?: number;
  readonly maxBytes?: number;
  readonly minBytes?: number;
  readonly maxWaitMs?: number;
  readonly mode?: number;
  readonly isRenewAck?: boolean;
  readonly version?: number;
  readonly topicId?: string;
  readonly partition?: number;
}

/** One share group and one topic of its name, request by request. */
class ShareGroup {
  readonly wire: Wire;
  readonly id: string;
  readonly topicId: string;

  private constructor(wire: Wire, id: string, topicId: string) {
    this.wire = wire;
    this.id = id;
    this.topicId = topicId;
  }

  /** Begins at the first record, and is assigned without delay. */
  static async of(
    wire: Wire,
    id: string,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<ShareGroup> {
    const topicId = await wire.createTopic(id, 1);
    const all = {
      'share.auto.offset.reset': 'earliest',
      'share.assignment.interval.ms': '0',
      ...configs,
    };
    const resource = {
      resourceType: GROUP_RESOURCE,
      resourceName: id,
      configs: Object.entries(all).map(([name, value]) => ({ name, configOperation: 0, value })),
    };
    await wire.raw(incrementalAlterConfigs, 1, { resources: [resource], validateOnly: false });
    await wire.raw(findCoordinator, 4, { coordinatorKeys: [id] });
    return new ShareGroup(wire, id, topicId);
  }

  /** A batch for each number, with so many records. */
  async produce(...counts: readonly number[]): Promise<void> {
    for (const count of counts) {
      const timestamp = Date.now();
      const records = batch(Array.from({ length: count }, () => ({ value: 'job', timestamp })));
      await this.wire.raw(produce, 9, {
        acks: -1,
        timeoutMs: 5_000,
        topicData: [{ name: this.id, partitionData: [{ index: 0, records: Buffer.from(records) }] }],
      });
    }
  }

  async beat(memberId: string, memberEpoch: number, more: object = {}): Promise<string> {
    const body = { groupId: this.id, memberId, memberEpoch, ...more };
    return nameOf((await this.wire.raw(shareGroupHeartbeat, 1, body)).errorCode);
  }

  /** Beats until the member has the partition. Kafka gets there in its own time, by epochs of its own. */
  async join(name: MemberName): Promise<number> {
    const joining = { subscribedTopicNames: [this.id] };
    let epoch = 0;
    await eventually(
      async () => {
        const more = epoch === 0 ? joining : {};
        const body = { groupId: this.id, memberId: MEMBERS[name], memberEpoch: epoch, ...more };
        const answer = await this.wire.raw(shareGroupHeartbeat, 1, body);
        if (answer.errorCode !== 0) return false;
        epoch = answer.memberEpoch;
        return (answer.assignment?.topicPartitions.length ?? 0) > 0;
      },
      { what: `${this.wire.peer.name} assigns to ${name} of ${this.id}`, timeoutMs: 60_000 },
    );
    return epoch;
  }

  async fetch(name: MemberName | string, shareSessionEpoch: number, more: Fetch = {}): Promise<unknown> {
    const { maxRecords = 100, maxBytes = 1_000_000, minBytes = 1, maxWaitMs = 0, version = 2 } = more;
    const { acknowledge = [], mode = 0, isRenewAck = false, topicId = this.topicId, partition = 0 } = more;
    const answer = await this.wire.raw(shareFetch, version, {
      groupId: this.id,
      memberId: name in MEMBERS ? MEMBERS[name as MemberName] : name,
      shareSessionEpoch,
      ...{ maxWaitMs, minBytes, maxBytes, maxRecords, batchSize: maxRecords },
      ...(version >= 2 ? { shareAcquireMode: mode, isRenewAck } : {}),
      topics:
        shareSessionEpoch === 0 || acknowledge.length > 0 || topicId !== this.topicId || partition > 0
          ? [
              {
                topicId,
                partitions: [{ partitionIndex: partition, acknowledgementBatches: said(acknowledge) }],
              },
            ]
          : [],
      forgottenTopicsData: [],
    });
    if (answer.errorCode !== 0) return nameOf(answer.errorCode);
    return answer.responses.flatMap(({ partitions }) =>
      partitions.map(({ errorCode, acknowledgeErrorCode, records, acquiredRecords }) => ({
        error: nameOf(errorCode),
        acknowledged: nameOf(acknowledgeErrorCode),
        hasRecords: (records?.length ?? 0) > 0,
        acquired: acquiredRecords.map(
          ({ firstOffset, lastOffset, deliveryCount }) => `${firstOffset}-${lastOffset} x${deliveryCount}`,
        ),
      })),
    );
  }

  /** Fetches until something is acquired: Kafka takes a partition into use behind the first fetches. */
  async fetchSome(name: MemberName, epoch: number, more: Fetch = {}): Promise<unknown> {
    let got: unknown;
    let next = epoch;
    await eventually(
      async () => {
        got = await this.fetch(name, next, { maxWaitMs: 500, ...more });
        next += 1;
        return JSON.stringify(got).includes(' x');
      },
      { what: `${this.wire.peer.name} gives ${name} records of ${this.id}`, timeoutMs: 30_000 },
    );
    this.nextEpoch = next;
    return got;
  }

  /** Of the session that fetched last by `fetchSome`. */
  nextEpoch = 0;

  async acknowledge(
    name: MemberName | string,
    shareSessionEpoch: number,
    what: readonly Said[],
    more: Pick<Fetch, 'version' | 'topicId' | 'partition' | 'isRenewAck'> = {},
  ): Promise<unknown> {
    const { version = 2, topicId = this.topicId, partition = 0, isRenewAck = false } = more;
    const partitions = [{ partitionIndex: partition, acknowledgementBatches: said(what) }];
    const answer = await this.wire.raw(shareAcknowledge, version, {
      groupId: this.id,
      memberId: name in MEMBERS ? MEMBERS[name as MemberName] : name,
      shareSessionEpoch,
      ...(version >= 2 ? { isRenewAck } : {}),
      topics: what.length === 0 ? [] : [{ topicId, partitions }],
    });
    if (answer.errorCode !== 0) return nameOf(answer.errorCode);
    return answer.responses.flatMap(({ partitions: told }) => told.map(({ errorCode }) => nameOf(errorCode)));
  }

  async offsets(topics: readonly string[] | null = null): Promise<unknown> {
    const asked = topics?.map((topicName) => ({ topicName, partitions: [0] })) ?? null;
    const { groups } = await this.wire.raw(describeShareGroupOffsets, 1, {
      groups: [{ groupId: this.id, topics: asked }],
    });
    return groups.map(({ errorCode, topics: told }) => ({
      error: nameOf(errorCode),
      topics: told.map(({ topicName, partitions }) => [
        topicName,
        ...partitions.map(
          ({ errorCode: code, startOffset, lag }) =>
            `${nameOf(code)} ${startOffset < 0 ? 'not begun' : 'begun'} ${lag}`,
        ),
      ]),
    }));
  }

  async alterOffsets(topicName: string, startOffset: number, partitionIndex = 0): Promise<unknown> {
    const topics = [{ topicName, partitions: [{ partitionIndex, startOffset }] }];
    const answer = await this.wire.raw(alterShareGroupOffsets, 0, { groupId: this.id, topics });
    if (answer.errorCode !== 0) return nameOf(answer.errorCode);
    return answer.responses.flatMap(({ partitions }) => partitions.map(({ errorCode }) => nameOf(errorCode)));
  }

  async deleteOffsets(topicName: string): Promise<unknown> {
    const body = { groupId: this.id, topics: [{ topicName }] };
    const answer = await this.wire.raw(deleteShareGroupOffsets, 0, body);
    if (answer.errorCode !== 0) return nameOf(answer.errorCode);
    return answer.responses.map(({ errorCode }) => nameOf(errorCode));
  }

  async described(): Promise<unknown> {
    const { groups } = await this.wire.raw(shareGroupDescribe, 1, {
      groupIds: [this.id],
      includeAuthorizedOperations: false,
    });
    return groups.map(({ errorCode, groupState, assignorName, members }) => ({
      error: nameOf(errorCode),
      groupState,
      assignorName,
      members: members.map(({ memberId, subscribedTopicNames, assignment }) => ({
        memberId,
        subscribedTopicNames,
        assigned: assignment.topicPartitions.map(({ topicName, partitions }) => `${topicName} ${partitions}`),
      })),
    }));
  }

  /** The same group, over another connection. */
  by(wire: Wire): ShareGroup {
    return new ShareGroup(wire, this.id, this.topicId);
  }

  /** The same group by another name, which nobody is in. */
  named(id: string): ShareGroup {
    return new ShareGroup(this.wire, id, this.topicId);
  }
}

function said(what: readonly Said[]) {
  return what.map(([firstOffset, lastOffset, ...acknowledgeTypes]) => {
    return { firstOffset, lastOffset, acknowledgeTypes };
  });
}

/** Share groups (KIP-932), request by request. */
export const shareScenarios: readonly Scenario[] = [
  {
    name: 'heartbeats that are refused',
    run: async (wire) => {
      const group = await ShareGroup.of(wire, 'sg-refused');
      const topics = { subscribedTopicNames: ['sg-refused'] };
      const none = group.named('sg-none');
      const before = {
        noGroup: await none.beat(MEMBERS.a, 3),
        noGroupToLeave: await none.beat(MEMBERS.a, -1),
        describedNone: await none.described(),
        offsetsOfNone: await none.offsets(),
        namedOffsetsOfNone: await none.offsets(['sg-refused', 'sg-no-such-topic']),
        noGroupId: await group.named('').beat(MEMBERS.a, 0, topics),
        noMember: await group.beat('', 0, topics),
        noTopics: await group.beat(MEMBERS.a, 0, { subscribedTopicNames: [] }),
        nothingSaid: await group.beat(MEMBERS.a, 0),
        strangeEpoch: await group.beat(MEMBERS.a, -2),
        emptyRack: await group.beat(MEMBERS.a, 0, { ...topics, rackId: '' }),
      };
      const epoch = await group.join('a');
      return {
        ...before,
        ahead: await group.beat(MEMBERS.a, epoch + 5),
        stranger: await group.beat(MEMBERS.b, epoch),
        strangerLeaves: await group.beat(MEMBERS.b, -1),
        described: await group.described(),
        deleted: await wire.ask(deleteGroups, 2, { groupsNames: ['sg-refused'] }),
        altered: await group.alterOffsets('sg-refused', 0),
        forgotten: await group.deleteOffsets('sg-refused'),
        left: await group.beat(MEMBERS.a, -1),
        again: await group.beat(MEMBERS.a, epoch),
        empty: await group.described(),
      };
    },
  },
  {
    name: 'sessions that are refused',
    run: async (wire) => {
      const group = await ShareGroup.of(wire, 'sg-sessions');
      await group.produce(2);
      await group.join('a');
      const before = {
        noSession: await group.fetch('a', 1),
        noSessionToEnd: await group.fetch('a', -1),
        noSessionToAcknowledge: await group.acknowledge('a', 1, [[0, 0, accept]]),
        acknowledgesAtFirst: await group.fetch('a', 0, { acknowledge: [[0, 0, accept]] }),
        beginsByAcknowledging: await group.acknowledge('a', 0, [[0, 0, accept]]),
        noMember: await group.fetch('', 0),
      };
      const first = await group.fetchSome('a', 0);
      const next = group.nextEpoch;
      return {
        ...before,
        first,
        wrongEpoch: await group.fetch('a', next + 7),
        wrongEpochToAcknowledge: await group.acknowledge('a', next + 7, [[0, 0, accept]]),
        renewsAndReads: await group.fetch('a', next, { isRenewAck: true }),
        ended: await group.fetch('a', -1),
        gone: await group.fetch('a', next + 1),
      };
    },
  },
  {
    name: 'what is said of records',
    run: async (wire) => {
      const group = await ShareGroup.of(wire, 'sg-said');
      await group.produce(5, 5);
      await group.join('a');
      const first = await group.fetchSome('a', 0, { maxRecords: 3 });
      let epoch = group.nextEpoch;
      const say = (...what: readonly Said[]) => group.acknowledge('a', epoch++, what);
      const steps: unknown[] = [
        first,
        await say([0, 0, accept]),
        await say([1, 1, 9]),
        await say([1, 1, -1]),
        await say([2, 1, accept]),
        await say([1, 2, accept], [1, 3, accept]),
        await say([3, 3, accept], [1, 1, accept]),
        await say([1, 3, accept, reject]),
        await say([1, 1]),
        await group.acknowledge('a', epoch++, [[1, 1, accept]], { topicId: NO_TOPIC }),
        await group.acknowledge('a', epoch++, [[1, 1, accept]], { partition: 9 }),
        await group.acknowledge('a', epoch++, [[1, 1, renew]], { isRenewAck: true }),
        await say([1, 1, renew]),
        await group.acknowledge('a', epoch++, [[1, 1, renew]], { version: 1 }),
        await say([1, 3, release, reject, accept]),
        await group.fetch('a', epoch++, { acknowledge: [[4, 4, release]], maxRecords: 1, mode: 1 }),
        await group.fetch('a', epoch++, { acknowledge: [[4, 4, accept]], maxRecords: 1, mode: 1 }),
      ];
      steps.push(
        await group.fetch('a', epoch++, { maxRecords: 100 }),
        await group.acknowledge('a', -1, [[5, 6, accept]]),
        await group.acknowledge('a', epoch, [[7, 7, accept]]),
      );
      await group.join('b');
      steps.push(await group.fetchSome('b', 0));
      return steps;
    },
  },
  {
    name: 'waits for as many bytes as it is asked for, or gives what there is',
    run: async (wire) => {
      const group = await ShareGroup.of(wire, 'sg-bytes');
      await group.produce(3);
      await group.join('a');
      const first = await group.fetchSome('a', 0);
      const epoch = group.nextEpoch;
      // On its own connection: a request that waits holds up what comes behind it.
      const other = new Wire(wire.peer);
      try {
        const waiting = group.fetch('a', epoch, { minBytes: 140, maxWaitMs: 10_000 });
        await group.by(other).produce(1);
        await group.by(other).produce(1);
        const got = await waiting;
        await group.produce(1);
        return { first, got, late: await group.fetch('a', epoch + 1, { minBytes: 100_000, maxWaitMs: 300 }) };
      } finally {
        other.close();
      }
    },
  },
  {
    name: 'offsets are told, altered and forgotten',
    run: async (wire) => {
      const group = await ShareGroup.of(wire, 'sg-offsets');
      await group.produce(10);
      await group.join('a');
      await group.fetchSome('a', 0);
      const accepted = await group.acknowledge('a', group.nextEpoch, [[0, 3, accept]]);
      const told = [await group.offsets(), await group.offsets(['sg-offsets', 'sg-no-such-topic'])];
      await group.fetch('a', -1);
      await group.beat(MEMBERS.a, -1);
      return {
        accepted,
        told,
        altered: await group.alterOffsets('sg-offsets', 2),
        unknownPartition: await group.alterOffsets('sg-offsets', 2, 7),
        unknownTopic: await group.alterOffsets('sg-no-such-topic', 2),
        after: await group.offsets(),
        forgotten: await group.deleteOffsets('sg-offsets'),
        forgottenUnknown: await group.deleteOffsets('sg-no-such-topic'),
        toldThen: await group.offsets(),
        deleted: await wire.ask(deleteGroups, 2, { groupsNames: ['sg-offsets'] }),
        gone: await group.offsets(),
      };
    },
  },
  {
    name: 'offsets of a group that there is not, and of none',
    run: async (wire) => {
      const ofTopic = await ShareGroup.of(wire, 'sg-early');
      await ofTopic.produce(5);
      const group = ofTopic.named('sg-before');
      const nobody = ofTopic.named('');
      return {
        altered: await group.alterOffsets('sg-early', 3),
        described: await group.described(),
        told: await group.offsets(),
        ofUnknownTopic: await ofTopic.named('sg-never').alterOffsets('sg-no-such-topic', 1),
        neverMade: await ofTopic.named('sg-never').described(),
        ofNobody: [await nobody.alterOffsets('sg-early', 1), await nobody.deleteOffsets('sg-early')],
      };
    },
  },
];
