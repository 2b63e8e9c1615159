import type { Admin, ShareGroupDescription, ShareGroupOffset, TopicPartition } from '@millrace/client';
import type { ShareGroups } from '@millrace/rest-api';
import { endsOf, keyOf, nonEmpty, planReset } from './group-offsets.ts';

/** Groups that are asked about at the same time. */
const AT_ONCE = 16;

/** Share groups for people, by Kafka's admin APIs. None where the brokers know none. */
export function createShareGroups(admin: Admin): ShareGroups {
  return {
    list: () => shareGroupRows(admin),
    async describe(groupId) {
      const group = await describeOne(admin, groupId);
      const offsets = await admin.shareGroupOffsets(groupId);
      const known = new Map(offsets.map((one) => [keyOf(one), one]));
      const assigned = group.members.flatMap(({ assignment }) => assignment);
      const places = [...new Map([...offsets, ...assigned].map((one) => [keyOf(one), one])).values()];
      const [ends, held] = await Promise.all([endsOf(admin, places), heldOf(admin, groupId, places)]);
      return {
        ...{ groupId, state: group.state, assignor: group.assignor, lag: lagOf(offsets) },
        members: group.members.map(({ memberId, clientId, clientHost, assignment }) => ({
          ...{ memberId, clientId, clientHost, groupInstanceId: null },
          assignment: [...Map.groupBy(assignment, ({ topic }) => topic)].map(([topic, some]) => ({
            topic,
            partitions: some.map(({ partition }) => partition),
          })),
        })),
        partitions: places
          .map(({ topic, partition }) => {
            const offset = known.get(keyOf({ topic, partition }));
            return {
              ...{ topic, partition, startOffset: offset?.startOffset ?? null, lag: offset?.lag ?? null },
              endOffset: ends.get(keyOf({ topic, partition }))?.endOffset ?? null,
              ...(held.get(keyOf({ topic, partition })) ?? { deliveries: null, inFlight: null }),
            };
          })
          .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1)),
      };
    },
    async reset(groupId, request) {
      const group = await describeOne(admin, groupId);
      if (!request.preview && group.members.length > 0) throw nonEmpty(groupId, group.members.length);
      const offsets = await admin.shareGroupOffsets(groupId);
      const before = new Map(offsets.map((one) => [keyOf(one), { ...one, offset: one.startOffset }]));
      const outcome = await planReset(admin, before, request);
      if (outcome.applied && outcome.changes.length > 0) {
        const changes = outcome.changes.map(({ topic, partition, after }) => ({
          ...{ topic, partition, startOffset: after },
        }));
        await admin.alterShareGroupOffsets(groupId, changes);
      }
      return outcome;
    },
    async forget(groupId, topic) {
      const group = await describeOne(admin, groupId);
      if (group.members.length > 0) throw nonEmpty(groupId, group.members.length);
      await admin.deleteShareGroupOffsets(groupId, [topic]);
    },
    async remove(groupId) {
      const group = await describeOne(admin, groupId);
      if (group.members.length > 0) throw nonEmpty(groupId, group.members.length);
      await admin.deleteGroups([groupId]);
    },
  };
}

/** No API of Kafka's tells what leaders hold in memory; brokers of ours do. A page is not worth less where they don't. */
async function heldOf(admin: Admin, groupId: string, places: readonly TopicPartition[]) {
  const told = await admin.heldByShareGroup(groupId, places).catch(() => []);
  return new Map(
    places.map((place, index) => {
      const held = told[index];
      if (held == null) return [keyOf(place), null];
      const { acquired, maxAcquired: limit, lockMs: lockDurationMs, oldestLockMs, deliveries } = held;
      return [keyOf(place), { deliveries, inFlight: { acquired, limit, lockDurationMs, oldestLockMs } }];
    }),
  );
}

/** All share groups with what is known of each; those that go in the meantime are left out. */
export async function shareGroupRows(admin: Admin): ReturnType<ShareGroups['list']> {
  const groups = (await admin.listGroups()).filter(({ type }) => type.toLowerCase() === 'share');
  const rows: Awaited<ReturnType<ShareGroups['list']>>[number][] = [];
  for (let from = 0; from < groups.length; from += AT_ONCE) {
    const some = groups.slice(from, from + AT_ONCE);
    rows.push(...(await Promise.all(some.map(({ groupId, state }) => rowOf(admin, groupId, state)))));
  }
  return rows;
}

async function rowOf(admin: Admin, groupId: string, state: string) {
  const [group, offsets] = await Promise.all([
    describeOne(admin, groupId).catch(() => null),
    admin.shareGroupOffsets(groupId).catch((): readonly ShareGroupOffset[] => []),
  ]);
  return {
    ...{ groupId, state: group?.state ?? state, members: group?.members.length ?? 0, lag: lagOf(offsets) },
    topics: [...new Set(offsets.map(({ topic }) => topic))].sort(),
  };
}

async function describeOne(admin: Admin, groupId: string): Promise<ShareGroupDescription> {
  const [group] = await admin.describeShareGroups([groupId]);
  if (group === undefined) throw new Error(`share group ${groupId} was left out of the answer`);
  return group;
}

/** Null where brokers do not say it of any partition. */
function lagOf(offsets: readonly ShareGroupOffset[]): number | null {
  const known = offsets.flatMap(({ lag }) => lag ?? []);
  return known.length === 0 ? null : known.reduce((sum, lag) => sum + lag, 0);
}
