import { errorByCode } from '@millrace/protocol';
import {
  type ConsumerGroupHeartbeatRequestInit,
  consumerGroupDescribe,
  consumerGroupHeartbeat,
  deleteGroups,
  describeGroups,
  heartbeat,
  incrementalAlterConfigs,
  joinGroup,
  listGroups,
  offsetCommit,
  offsetDelete,
  offsetFetch,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import type { Scenario } from './scenario.ts';
import { TransactionClient } from './transaction-client.ts';
import type { Wire } from './wire.ts';

const GROUP_RESOURCE = 32;
const UUID_LENGTH = 22;

type Told = readonly [epoch: number, assigned: readonly string[] | null] | string;

/** One group under test: members with ids of their own, topics by name. */
class ConsumerGroup {
  readonly wire: Wire;
  readonly id: string;
  readonly #topics = new Map<string, string>();

  constructor(wire: Wire, id: string) {
    this.wire = wire;
    this.id = id;
  }

  /** A group that is assigned at once, so that steps do not depend on time. */
  static async of(wire: Wire, id: string, topics: Readonly<Record<string, number>>): Promise<ConsumerGroup> {
    const group = new ConsumerGroup(wire, id);
    for (const [name, partitions] of Object.entries(topics)) await group.createTopic(name, partitions);
    const config = { name: 'consumer.assignment.interval.ms', configOperation: 0, value: '0' };
    const resource = { resourceType: GROUP_RESOURCE, resourceName: id, configs: [config] };
    await wire.raw(incrementalAlterConfigs, 1, { resources: [resource], validateOnly: false });
    return group;
  }

  async createTopic(name: string, partitions: number): Promise<void> {
    this.#topics.set(name, await this.wire.createTopic(name, partitions));
  }

  owned(...partitions: readonly string[]): { topicId: string; partitions: number[] }[] {
    const lists = new Map<string, number[]>();
    for (const one of partitions) {
      const [name = '', partition] = one.split(':');
      const topicId = this.#topics.get(name) ?? 'A'.repeat(UUID_LENGTH);
      lists.set(topicId, [...(lists.get(topicId) ?? []), Number(partition)]);
    }
    return [...lists].map(([topicId, numbers]) => ({ topicId, partitions: numbers }));
  }

  async beat(
    memberId: string,
    memberEpoch: number,
    more: Partial<ConsumerGroupHeartbeatRequestInit> = {},
    version = 1,
  ): Promise<Told> {
    const joining =
      memberEpoch === 0
        ? { rebalanceTimeoutMs: 60_000, topicPartitions: [] as { topicId: string; partitions: number[] }[] }
        : {};
    const body = { groupId: this.id, memberId, memberEpoch, ...joining, ...more };
    const answer = await this.wire.raw(consumerGroupHeartbeat, version, body);
    if (answer.errorCode !== 0) return errorByCode(answer.errorCode).name;
    return [answer.memberEpoch, answer.assignment && this.named(answer.assignment.topicPartitions)];
  }

  named(lists: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]): string[] {
    const names = new Map([...this.#topics].map(([name, id]) => [id, name]));
    return lists
      .flatMap(({ topicId, partitions }) => partitions.map((one) => `${names.get(topicId) ?? '?'}:${one}`))
      .sort();
  }

  async described(): Promise<unknown> {
    const { groups } = await this.wire.raw(consumerGroupDescribe, 1, {
      groupIds: [this.id],
      includeAuthorizedOperations: true,
    });
    return groups.map(({ errorMessage, members, ...group }) => ({
      ...group,
      members: members
        .map(({ clientHost: _host, assignment, targetAssignment, ...member }) => ({
          ...member,
          subscribedTopicNames: member.subscribedTopicNames.toSorted(),
          assignment: this.named(assignment.topicPartitions),
          target: this.named(targetAssignment.topicPartitions),
        }))
        .sort((one, other) => (one.memberId < other.memberId ? -1 : 1)),
    }));
  }

  /** Beats until the member has so many partitions: Kafka looks for the topics of a regular expression in its own time. */
  async untilAssigned(memberId: string, first: Told, wanted: number): Promise<string[]> {
    let [told, epoch, has] = [first, 0, [] as readonly string[]];
    const isThere = async () => {
      if (typeof told === 'string') throw new Error(`${memberId} is told ${told}`);
      epoch = told[0];
      has = told[1] ?? has;
      if (has.length === wanted) return true;
      told = await this.beat(memberId, epoch);
      return false;
    };
    await eventually(isThere, { what: `${this.wire.peer.name} assigns to ${memberId}`, timeoutMs: 30_000 });
    return [...has];
  }
}

/** Groups by KIP-848, request by request. */
export const consumerGroupScenarios: readonly Scenario[] = [
  {
    name: 'two members share partitions, hand over, and leave',
    run: async (wire) => {
      const group = await ConsumerGroup.of(wire, 'cg-life', { 'cg-life': 4 });
      const topics = { subscribedTopicNames: ['cg-life'] };
      const all = group.owned('cg-life:0', 'cg-life:1', 'cg-life:2', 'cg-life:3');
      const steps: unknown[] = [
        await group.beat('a', 0, topics),
        await group.described(),
        await group.beat('a', 2, { topicPartitions: all }),
        await group.beat('b', 0, topics),
        await group.beat('b', 3),
      ];
      const revoking = await group.beat('a', 2, { topicPartitions: all });
      steps.push(count(revoking), await group.described().then(states));
      const kept = typeof revoking === 'string' ? [] : (revoking[1] ?? []);
      steps.push(
        await group.beat('a', 2, { topicPartitions: group.owned(...kept) }),
        count(await group.beat('b', 3)),
        await group.described().then(states),
        await group.beat('a', -1),
        await group.beat('a', 3),
        count(await group.beat('b', 3)),
        await group.beat('b', -1),
        await group.described().then(states),
        await wire.ask(listGroups, 5, { statesFilter: ['Empty'], typesFilter: ['Consumer'] }),
        await wire.ask(deleteGroups, 2, { groupsNames: ['cg-life'] }),
        await group.described(),
      );
      return steps;
    },
  },
  {
    name: 'requests that are refused',
    run: async (wire) => {
      const group = await ConsumerGroup.of(wire, 'cg-refused', { 'cg-refused': 1 });
      const topics = { subscribedTopicNames: ['cg-refused'] };
      await group.beat('a', 0, topics);
      return {
        noMember: await group.beat('', 0, topics),
        noMemberBefore: typeof (await group.beat('', 1, topics, 0)),
        noTimeout: await group.beat('b', 0, { ...topics, rebalanceTimeoutMs: -1 }),
        ownsAlready: await group.beat('b', 0, { ...topics, topicPartitions: group.owned('cg-refused:0') }),
        saysNothingOwned: await group.beat('b', 0, { ...topics, topicPartitions: null }),
        noSubscription: await group.beat('b', 0),
        emptyInstance: await group.beat('b', 0, { ...topics, instanceId: '' }),
        emptyRack: await group.beat('b', 0, { ...topics, rackId: '' }),
        strangeAssignor: await group.beat('b', 0, { ...topics, serverAssignor: 'sticky' }),
        strangeEpoch: await group.beat('a', -3),
        leavesForAWhile: await group.beat('a', -2),
        badRegex: await group.beat('b', 0, { subscribedTopicRegex: '(' }),
        aheadOfTime: await group.beat('a', 9),
        behind: await group.beat('b', 4),
        unknownLeaves: await group.beat('b', -1),
        noGroup: await new ConsumerGroup(wire, 'cg-none').beat('a', 3),
        noGroupToLeave: await new ConsumerGroup(wire, 'cg-none').beat('a', -1),
        noGroupId: await new ConsumerGroup(wire, '').beat('a', 0, topics),
      };
    },
  },
  {
    name: 'a static member goes and comes back',
    run: async (wire) => {
      const group = await ConsumerGroup.of(wire, 'cg-static', { 'cg-static': 2 });
      const mine = { subscribedTopicNames: ['cg-static'], instanceId: 'i1' };
      const other = { subscribedTopicNames: ['cg-static'], instanceId: 'i2' };
      return [
        await group.beat('a', 0, mine),
        await group.beat('x', 0, mine),
        await group.beat('x', 2, { instanceId: 'i1' }),
        await group.beat('x', 2, { instanceId: 'i9' }),
        await group.beat('a', -2, { instanceId: 'i1' }),
        await group.described(),
        await group.beat('a2', 0, mine),
        await group.beat('a', 2, { instanceId: 'i1' }),
        await group.beat('a', -1, { instanceId: 'i1' }),
        await group.described(),
        count(await group.beat('b', 0, other)),
        await group.beat('b', -1, { instanceId: 'i2' }),
        await group.described().then(states),
      ];
    },
  },
  {
    name: 'what a member reads changes',
    run: async (wire) => {
      const group = await ConsumerGroup.of(wire, 'cg-topics', { 'cg-topics-1': 2, 'cg-topics-2': 1 });
      const steps: unknown[] = [
        await group.beat('a', 0, {
          subscribedTopicNames: ['cg-topics-1', 'cg-topics-3'],
          serverAssignor: 'range',
        }),
        await group.described(),
        await group.beat('a', 2, { subscribedTopicNames: ['cg-topics-1', 'cg-topics-2'] }),
        await group.beat('a', 3, { subscribedTopicNames: ['cg-topics-2'] }),
        await group.beat('a', 3, { topicPartitions: group.owned('cg-topics-2:0') }),
        await group.beat('a', 4, { subscribedTopicNames: [] }),
        await group.beat('a', 4, { topicPartitions: [] }),
        await group.described(),
      ];
      return steps;
    },
  },
  {
    name: 'a regular expression finds topics, and those that come later',
    run: async (wire) => {
      const group = await ConsumerGroup.of(wire, 'cg-regex', { 'cg-regex-1': 1, 'cg-regex-2': 1 });
      const join = await group.beat('a', 0, { subscribedTopicRegex: 'cg-regex-\\d+' });
      return (await group.untilAssigned('a', join, 2)).sort();
    },
  },
  {
    name: 'offsets by epoch, and from outside',
    run: async (wire) => {
      const group = await ConsumerGroup.of(wire, 'cg-offsets', { 'cg-offsets': 2, 'cg-unread': 1 });
      await group.beat('a', 0, { subscribedTopicNames: ['cg-offsets'] });
      const commit = (memberId: string, epoch: number, topic = 'cg-offsets', version = 9) =>
        wire.ask(offsetCommit, version, {
          groupId: group.id,
          memberId,
          generationIdOrMemberEpoch: epoch,
          topics: [
            { name: topic, partitions: [{ partitionIndex: 0, committedOffset: 3, committedMetadata: 'm' }] },
          ],
        });
      const fetch = (memberId: string | null, memberEpoch: number) =>
        wire.ask(offsetFetch, 9, {
          groups: [{ groupId: group.id, memberId, memberEpoch, topics: null }],
          requireStable: true,
        });
      const remove = (topic: string) =>
        wire.ask(offsetDelete, 0, {
          groupId: group.id,
          topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }],
        });
      return {
        mine: await commit('a', 2),
        unread: await commit('a', 2, 'cg-unread'),
        ahead: await commit('a', 3),
        behind: await commit('a', 1),
        ofStranger: await commit('b', 2),
        ofNobody: await commit('', -1),
        inOldVersion: await commit('a', 3, 'cg-offsets', 8),
        fetched: await fetch('a', 2),
        fetchedBehind: await fetch('a', 1),
        fetchedByStranger: await fetch('b', 2),
        fetchedByNobody: await fetch(null, -1),
        removedRead: await remove('cg-offsets'),
        removedUnread: await remove('cg-unread'),
        deleted: await wire.ask(deleteGroups, 2, { groupsNames: [group.id] }),
        left: await group.beat('a', -1),
        ofNobodyNow: await commit('', -1),
        deletedNow: await wire.ask(deleteGroups, 2, { groupsNames: [group.id] }),
      };
    },
  },
  {
    name: 'offsets in transactions, by epoch',
    run: async (wire) => {
      const group = await ConsumerGroup.of(wire, 'cg-txn', { 'cg-txn': 1 });
      await group.beat('a', 0, { subscribedTopicNames: ['cg-txn'] });
      const client = new TransactionClient(wire, 'cg-txn');
      await client.init();
      await client.addOffsets('cg-txn');
      const commit = (offset: number, memberId: string, generationId: number, version = 3) =>
        client.commitOffsets('cg-txn', { 'cg-txn': offset }, { memberId, generationId, version });
      const committed = () =>
        wire.ask(offsetFetch, 9, {
          groups: [{ groupId: 'cg-txn', memberId: null, memberEpoch: -1, topics: null }],
          requireStable: true,
        });
      const refused = {
        ahead: await commit(1, 'a', 3),
        behind: await commit(1, 'a', 1),
        stranger: await commit(1, 'b', 2),
        inVersion5: await commit(1, 'a', 7, 5),
      };
      const taken = [await commit(2, '', -1), await commit(3, 'a', 2)];
      const open = await committed();
      const ended = await client.end(true);
      await client.init();
      const first = await committed();
      // Who takes its place fences it.
      await group.beat('a', -1);
      await group.beat('c', 0, { subscribedTopicNames: ['cg-txn'] });
      await client.addOffsets('cg-txn');
      const gone = await commit(4, 'a', 2);
      await client.end(false);
      await client.init();
      return { refused, taken, open, ended, first, gone, after: await committed() };
    },
  },
  {
    name: 'each protocol’s requests to groups of the other',
    run: async (wire) => {
      const group = await ConsumerGroup.of(wire, 'cg-other', { 'cg-other': 1 });
      const mine = { subscribedTopicNames: ['cg-other'] };
      await group.beat('a', 0, mine);
      const classic = { groupId: 'cg-other', memberId: 'a', generationId: 2 };
      const steps = {
        classicHeartbeat: await wire.ask(heartbeat, 4, classic),
        describedAsClassic: await wire.ask(describeGroups, 6, { groups: ['cg-other', 'cg-nothing'] }),
        describedNothing: await new ConsumerGroup(wire, 'cg-nothing').described(),
        otherKindJoins: await wire.ask(joinGroup, 7, {
          groupId: 'cg-other',
          sessionTimeoutMs: 10_000,
          rebalanceTimeoutMs: 10_000,
          memberId: '',
          groupInstanceId: 'static',
          protocolType: 'connect',
          protocols: [{ name: 'default', metadata: Buffer.alloc(0) }],
        }),
      };
      const simple = await ConsumerGroup.of(wire, 'cg-simple', { 'cg-simple': 1 });
      const topics = [
        { name: 'cg-simple', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] },
      ];
      await wire.raw(offsetCommit, 8, { groupId: 'cg-simple', memberId: '', topics });
      return {
        ...steps,
        simpleGroupGivesWay: await simple.beat('a', 0, { subscribedTopicNames: ['cg-simple'] }),
        itsOffsets: await wire.ask(offsetFetch, 8, { groups: [{ groupId: 'cg-simple', topics: null }] }),
      };
    },
  },
];

/** How many partitions a member was told of: which ones is each assignor's own affair. */
function count(told: Told): unknown {
  return typeof told === 'string' ? told : [told[0], told[1]?.length];
}

/** What of a description does not depend on which partition is whose. */
function states(groups: unknown): unknown {
  return (
    groups as {
      members: { memberId: string; memberEpoch: number; assignment: unknown[]; target: unknown[] }[];
    }[]
  ).map(({ members, ...group }) => ({
    ...group,
    members: members.map(({ memberId, memberEpoch, assignment, target }) => [
      memberId,
      memberEpoch,
      assignment.length,
      target.length,
    ]),
  }));
}
