import type { Admin, GroupDescription, OffsetAndMetadata } from '@millrace/client';
import type { GroupDetail, Groups } from '@millrace/rest-api';
import { endsOf, keyOf, nonEmpty, type PartitionEnds, planReset } from './group-offsets.ts';

type Offsets = GroupDetail['offsets'];

/** Consumer groups for people, by Kafka's admin APIs: works with any Kafka. */
export function createGroups(admin: Admin): Groups {
  return {
    async list() {
      const groups = await admin.surveyGroups();
      const ends = await endsOf(
        admin,
        groups.flatMap(({ offsets }) => offsets ?? []),
      );
      return groups.map(({ groupId, state, protocolType, members, offsets }) => ({
        ...{ groupId, state, protocolType, members },
        topics: [...new Set(offsets?.map(({ topic }) => topic))].sort(),
        lag: sum((offsets ?? []).map((committed) => lagOf(committed.offset, ends.get(keyOf(committed))))),
      }));
    },
    async readersOf(name) {
      const groups = (await admin.surveyGroups())
        .map((group) => ({ ...group, offsets: (group.offsets ?? []).filter(({ topic }) => topic === name) }))
        .filter(({ offsets }) => offsets.length > 0);
      const ends = await endsOf(
        admin,
        groups.flatMap(({ offsets }) => offsets),
      );
      return groups.map(({ groupId, state, members, offsets }) => ({
        ...{ groupId, kind: 'consumer', state, members },
        lag: sum(offsets.map((committed) => lagOf(committed.offset, ends.get(keyOf(committed))))),
      }));
    },
    async describe(groupId) {
      const group = await describeOne(admin, groupId);
      const offsets = await offsetsOf(admin, group);
      return {
        ...{ groupId, state: group.state, protocolType: group.protocolType, protocol: group.protocol },
        members: group.members.map(({ memberId, groupInstanceId, clientId, clientHost, partitions }) => ({
          ...{ memberId, groupInstanceId, clientId, clientHost },
          assignment: [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, some]) => ({
            topic,
            partitions: some.map(({ partition }) => partition),
          })),
        })),
        offsets,
        lag: sum(offsets.map(({ lag }) => lag)),
      };
    },
    async reset(groupId, request) {
      const group = await describeOne(admin, groupId);
      if (!request.preview && group.members.length > 0) throw nonEmpty(groupId, group.members.length);
      const committed = await admin.groupOffsets(groupId);
      const outcome = await planReset(admin, new Map(committed.map((one) => [keyOf(one), one])), request);
      if (outcome.applied) {
        const offsets = outcome.changes.map(({ topic, partition, after }) => ({
          topic,
          partition,
          offset: after,
        }));
        await admin.alterGroupOffsets(groupId, offsets);
      }
      return outcome;
    },
    async forget(groupId, topic) {
      await describeOne(admin, groupId);
      const committed = await admin.groupOffsets(groupId);
      await admin.deleteGroupOffsets(
        groupId,
        committed.filter((one) => one.topic === topic),
      );
    },
    remove: (groupId) => admin.deleteGroups([groupId]),
  };
}

async function describeOne(admin: Admin, groupId: string): Promise<GroupDescription> {
  const [group] = await admin.describeGroups([groupId]);
  if (group === undefined) throw new Error(`group ${groupId} was left out of the answer`);
  return group;
}

/** Of what the group has committed and of what its members are assigned to. */
async function offsetsOf(admin: Admin, { groupId, members }: GroupDescription): Promise<Offsets> {
  const committed = new Map((await admin.groupOffsets(groupId)).map((one) => [keyOf(one), one]));
  const holders = new Map(
    members.flatMap(({ memberId, partitions }) => partitions.map((one) => [keyOf(one), memberId] as const)),
  );
  const assigned = members.flatMap(({ partitions }) => partitions);
  const places = new Map([...committed.values(), ...assigned].map((one) => [keyOf(one), one]));
  const ends = await endsOf(admin, [...places.values()]);
  return [...places]
    .map(([key, { topic, partition }]) => {
      const known: OffsetAndMetadata | undefined = committed.get(key);
      const bounds = ends.get(key);
      return {
        ...{ topic, partition, committedOffset: known?.offset ?? null, metadata: known?.metadata ?? null },
        ...{ startOffset: bounds?.startOffset ?? null, endOffset: bounds?.endOffset ?? null },
        ...{ lag: known === undefined ? null : lagOf(known.offset, bounds), lagMs: null },
        memberId: holders.get(key) ?? null,
      };
    })
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}

/** Null where the partition does not tell its end. */
function lagOf(offset: number, ends: PartitionEnds | undefined): number | null {
  return ends === undefined ? null : Math.max(0, ends.endOffset - Math.max(offset, ends.startOffset));
}

/** Of those that are known; null where none is. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
