import {
  deleteGroups,
  describeGroups,
  findCoordinator,
  heartbeat,
  initProducerId,
  joinGroup,
  leaveGroup,
  listGroups,
  offsetCommit,
  offsetFetch,
  syncGroup,
} from '@millrace/protocol/messages';
import { join, named } from './group-cycle.ts';
import type { Scenario } from './scenario.ts';
import { comparable, type Wire } from './wire.ts';

const NO_ONE = 'nobody-1';

function tryJoin(
  wire: Wire,
  groupId: string,
  more: {
    sessionTimeoutMs?: number;
    memberId?: string;
    protocolType?: string;
    protocols?: string[];
  } = {},
  version = 7,
) {
  return wire.ask(joinGroup, version, {
    groupId,
    sessionTimeoutMs: more.sessionTimeoutMs ?? 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: more.memberId ?? '',
    protocolType: more.protocolType ?? 'conformance',
    protocols: (more.protocols ?? ['range']).map((name) => ({ name, metadata: Buffer.alloc(0) })),
  });
}

function commit(
  wire: Wire,
  groupId: string,
  more: {
    memberId?: string;
    generation?: number;
    topic?: string;
    partition?: number;
    metadata?: string;
  } = {},
) {
  const partition = {
    partitionIndex: more.partition ?? 0,
    committedOffset: 5,
    committedMetadata: more.metadata ?? 'm',
  };
  return wire.ask(offsetCommit, 8, {
    groupId,
    memberId: more.memberId ?? '',
    generationIdOrMemberEpoch: more.generation ?? -1,
    topics: [{ name: more.topic ?? 'group-topic', partitions: [partition] }],
  });
}

function committed(
  wire: Wire,
  groupId: string,
  topics: { name: string; partitionIndexes: number[] }[] | null,
) {
  return wire.ask(offsetFetch, 8, { groups: [{ groupId, topics }], requireStable: true });
}

/** A member alone in its group, in a stable generation. */
async function stable(wire: Wire, groupId: string) {
  const { memberId, generationId } = await join(wire, groupId);
  const me = { groupId, memberId, generationId };
  await wire.raw(syncGroup, 5, {
    ...me,
    protocolType: 'conformance',
    protocolName: 'range',
    assignments: [{ memberId, assignment: Buffer.from('mine') }],
  });
  return me;
}

/** Groups and their offsets: strangers, old generations, empty and unknown groups. */
export const groupScenarios: readonly Scenario[] = [
  {
    name: 'requests of strangers and of other generations',
    run: async (wire) => {
      const groupId = 'strangers';
      const me = await stable(wire, groupId);
      const old = { ...me, generationId: me.generationId + 5 };
      const stranger = { ...me, memberId: NO_ONE };
      const steps = {
        heartbeatOfStranger: await wire.ask(heartbeat, 4, stranger),
        heartbeatOfOtherGeneration: await wire.ask(heartbeat, 4, old),
        heartbeatOfNoGroup: await wire.ask(heartbeat, 4, { ...me, groupId: 'strangers-none' }),
        heartbeatOfEmptyGroupId: await wire.ask(heartbeat, 4, { ...me, groupId: '' }),
        syncOfStranger: await wire.ask(syncGroup, 5, {
          ...stranger,
          protocolType: 'conformance',
          protocolName: 'range',
          assignments: [],
        }),
        syncOfOtherGeneration: await wire.ask(syncGroup, 5, {
          ...old,
          protocolType: 'conformance',
          protocolName: 'range',
          assignments: [],
        }),
        syncOfOtherProtocol: await wire.ask(syncGroup, 5, {
          ...me,
          protocolType: 'conformance',
          protocolName: 'other',
          assignments: [],
        }),
        syncAgain: await wire.ask(syncGroup, 5, {
          ...me,
          protocolType: 'conformance',
          protocolName: 'range',
          assignments: [],
        }),
        syncOfNoGroup: await wire.ask(syncGroup, 3, { ...me, groupId: 'strangers-none', assignments: [] }),
        joinOfStranger: await tryJoin(wire, groupId, { memberId: NO_ONE }),
        leaveOfStranger: await wire.ask(leaveGroup, 4, { groupId, members: [{ memberId: NO_ONE }] }),
        leaveOfStrangerOld: await wire.ask(leaveGroup, 2, { groupId, memberId: NO_ONE }),
        leaveOfNoGroup: await wire.ask(leaveGroup, 4, {
          groupId: 'strangers-none',
          members: [{ memberId: NO_ONE }],
        }),
        leaveOfInstance: await wire.ask(leaveGroup, 4, {
          groupId,
          members: [{ memberId: '', groupInstanceId: 'none' }],
        }),
        commitOfStranger: await commit(wire, groupId, { memberId: NO_ONE, generation: me.generationId }),
        commitOfOtherGeneration: await commit(wire, groupId, { memberId: me.memberId, generation: 99 }),
        commitOfNobody: await commit(wire, groupId),
        commit: await commit(wire, groupId, { memberId: me.memberId, generation: me.generationId }),
        deleteWhileInUse: await wire.ask(deleteGroups, 2, { groupsNames: [groupId] }),
      };
      await wire.raw(leaveGroup, 4, { groupId, members: [{ memberId: me.memberId }] });
      return named(steps, me.memberId);
    },
  },
  {
    name: 'JoinGroup refuses group ids, session timeouts, protocols',
    run: async (wire) => {
      const me = await stable(wire, 'refusals');
      const answers = {
        emptyGroupId: await tryJoin(wire, ''),
        shortSession: await tryJoin(wire, 'refusals-new', { sessionTimeoutMs: 10 }),
        longSession: await tryJoin(wire, 'refusals-new', { sessionTimeoutMs: 100_000_000 }),
        noProtocols: await tryJoin(wire, 'refusals-new', { protocols: [] }),
        noProtocolType: await tryJoin(wire, 'refusals-new', { protocolType: '' }),
        otherProtocolType: await tryJoin(wire, 'refusals', { protocolType: 'other' }),
        otherProtocols: await tryJoin(wire, 'refusals', { protocols: ['other'] }),
        otherProtocolsOldVersion: await tryJoin(wire, 'refusals', { protocols: ['other'] }, 3),
        strangerInNoGroup: await tryJoin(wire, 'refusals-new', { memberId: NO_ONE }),
      };
      await wire.raw(leaveGroup, 4, { groupId: 'refusals', members: [{ memberId: me.memberId }] });
      return answers;
    },
  },
  {
    name: 'a static member comes back as itself, and its former self is fenced',
    run: async (wire) => {
      const groupId = 'static';
      const first = await join(wire, groupId, 9, { groupInstanceId: 'i1' });
      const synced = await wire.ask(syncGroup, 5, {
        groupId,
        memberId: first.memberId,
        generationId: first.generationId,
        groupInstanceId: 'i1',
        protocolType: 'conformance',
        protocolName: 'range',
        assignments: [{ memberId: first.memberId, assignment: Buffer.from('mine') }],
      });
      const second = await join(wire, groupId, 9, { groupInstanceId: 'i1' });
      const former = {
        groupId,
        memberId: first.memberId,
        generationId: first.generationId,
        groupInstanceId: 'i1',
      };
      const steps = {
        joined: comparable(first.response),
        synced,
        rejoined: comparable(second.response),
        heartbeatOfFormer: await wire.ask(heartbeat, 4, former),
        heartbeatOfSelf: await wire.ask(heartbeat, 4, { ...former, memberId: second.memberId }),
        commitOfFormer: await wire.ask(offsetCommit, 8, {
          groupId,
          memberId: first.memberId,
          groupInstanceId: 'i1',
          generationIdOrMemberEpoch: first.generationId,
          topics: [],
        }),
        described: await wire.ask(describeGroups, 6, { groups: [groupId] }),
        left: await wire.ask(leaveGroup, 5, { groupId, members: [{ memberId: '', groupInstanceId: 'i1' }] }),
      };
      return named(steps, first.memberId, second.memberId);
    },
  },
  {
    name: 'groups that are empty, and that are not there',
    run: async (wire) => {
      const groupId = 'empty-group';
      await wire.createTopic('group-topic', 2);
      const committing = await commit(wire, groupId);
      const list = async (statesFilter: string[], typesFilter: string[]) => {
        const { groups } = await wire.raw(listGroups, 5, { statesFilter, typesFilter });
        return groups.filter((group) => group.groupId === groupId);
      };
      return {
        committing,
        described: await wire.ask(describeGroups, 6, { groups: [groupId] }),
        describedOld: await wire.ask(describeGroups, 5, { groups: ['not-there', groupId] }),
        describedNone: await wire.ask(describeGroups, 6, { groups: [] }),
        describedNamelessly: await wire.ask(describeGroups, 6, { groups: [''] }),
        listed: await list([], []),
        listedEmpty: await list(['Empty'], ['classic']),
        listedStable: await list(['Stable'], []),
        listedShare: await list([], ['share']),
        listedUnknownState: await list(['Sleeping'], []),
        offsets: await committed(wire, groupId, [{ name: 'group-topic', partitionIndexes: [0, 1, 7] }]),
        allOffsets: await committed(wire, groupId, null),
        offsetsOfNoGroup: await committed(wire, 'not-there', [
          { name: 'group-topic', partitionIndexes: [0] },
        ]),
        allOffsetsOfNoGroup: await committed(wire, 'not-there', null),
        offsetsOfUnknownTopic: await committed(wire, groupId, [{ name: 'no-topic', partitionIndexes: [0] }]),
        noGroups: await wire.ask(offsetFetch, 8, { groups: [] }),
        deleted: await wire.ask(deleteGroups, 2, { groupsNames: [groupId] }),
        deletedAgain: await wire.ask(deleteGroups, 2, { groupsNames: [groupId] }),
        deletedNamelessly: await wire.ask(deleteGroups, 2, { groupsNames: [''] }),
        after: await wire.ask(describeGroups, 6, { groups: [groupId] }),
      };
    },
  },
  {
    name: 'OffsetCommit refuses unknown topics, partitions, long metadata, ids and groups',
    run: async (wire) => {
      await wire.createTopic('group-topic', 2);
      const byId = (topicId: string) =>
        wire.ask(offsetCommit, 10, {
          groupId: 'commits',
          memberId: '',
          topics: [
            { topicId, partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }] },
          ],
        });
      return {
        unknownTopic: await commit(wire, 'commits', { topic: 'no-topic' }),
        unknownPartition: await commit(wire, 'commits', { partition: 8 }),
        longMetadata: await commit(wire, 'commits', { metadata: 'x'.repeat(5000) }),
        emptyGroupId: await commit(wire, ''),
        memberOfNoGroup: await commit(wire, 'commits-none', { memberId: NO_ONE, generation: 3 }),
        unknownId: await byId('c3RyYW5nZXIgaW4gdG93bg'),
        noId: await byId('AAAAAAAAAAAAAAAAAAAAAA'),
        offsetsOfNoId: await wire.ask(offsetFetch, 10, {
          groups: [
            {
              groupId: 'commits',
              topics: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitionIndexes: [0] }],
            },
          ],
        }),
        noTopics: await wire.ask(offsetCommit, 8, { groupId: 'commits', memberId: '', topics: [] }),
        allOffsets: await committed(wire, 'commits', null),
      };
    },
  },
  {
    name: 'FindCoordinator of empty keys and strange types, InitProducerId of what cannot be',
    run: async (wire) => ({
      emptyKey: await wire.ask(findCoordinator, 4, { coordinatorKeys: [''] }),
      noKeys: await wire.ask(findCoordinator, 4, { coordinatorKeys: [] }),
      strangeType: await wire.ask(findCoordinator, 4, { coordinatorKeys: ['x'], keyType: 9 }),
      strangeTypeOld: await wire.ask(findCoordinator, 2, { key: 'x', keyType: 9 }),
      shareTooEarly: await wire.ask(findCoordinator, 5, { coordinatorKeys: ['g:x:0'], keyType: 2 }),
      emptyTransactionalId: await wire.ask(initProducerId, 4, {
        transactionalId: '',
        transactionTimeoutMs: 1000,
      }),
      idWithoutEpoch: await wire.ask(initProducerId, 4, {
        transactionalId: null,
        transactionTimeoutMs: 1000,
        producerId: 5,
        producerEpoch: -1,
      }),
    }),
  },
];
