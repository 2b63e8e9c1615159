import * as contract from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { groupOfSink } from '../group-of-sink.ts';
import type { EndOffsets } from '../history/end-offsets.ts';
import { matches, pageOf } from '../paging.ts';
import type { Herder, RestPorts } from '../ports.ts';
import { noContent, ok } from '../reply.ts';

export function groupRoutes(
  doors: Doors,
  { groups, shareGroups, topics, herder }: Pick<RestPorts, 'groups' | 'shareGroups' | 'topics' | 'herder'>,
  { ends, nowMs }: { readonly ends: EndOffsets; readonly nowMs: () => number },
): void {
  doors.operation(contract.listGroups, async ({ query }) => {
    const connectors = sinksByGroup(herder);
    const found = (await groups.list()).filter(
      ({ groupId, state }) =>
        matches(groupId, query.search) &&
        (query.state === undefined || state.toLowerCase() === query.state.toLowerCase()),
    );
    const page = pageOf(found, ({ groupId }) => groupId, query);
    const items = page.items.map((group) => ({ ...group, connector: connectors.get(group.groupId) ?? null }));
    return ok({ ...page, items });
  });
  doors.operation(contract.getGroup, async ({ params }) => {
    const group = await groups.describe(params.group);
    const offsets = group.offsets.map((one) => ({
      ...one,
      lagMs:
        one.committedOffset === null
          ? null
          : ends.ageOf(`${one.topic}-${one.partition}`, one.committedOffset, nowMs()),
    }));
    const ages = offsets.flatMap(({ lagMs }) => lagMs ?? []);
    const lagMs = ages.length === 0 ? null : Math.max(...ages);
    return ok({ ...group, offsets, lagMs, connector: sinksByGroup(herder).get(params.group) ?? null });
  });
  doors.operation(contract.listTopicReaders, async ({ params }) => {
    await topics.describe(params.topic);
    const [readers, shared] = await Promise.all([groups.readersOf(params.topic), shareGroups.list()]);
    const sharing = shared.filter((group) => group.topics.includes(params.topic));
    return ok([
      ...readers,
      ...sharing.map(({ groupId, state, members, lag }) => ({
        ...{ groupId, state, members, lag, kind: 'share' as const },
      })),
    ]);
  });
  doors.operation(contract.resetGroupOffsets, async ({ params, body }) =>
    ok(await groups.reset(params.group, body)),
  );
  doors.operation(contract.deleteGroupOffsets, async ({ params, query }) => {
    await groups.forget(params.group, query.topic);
    return noContent();
  });
  doors.operation(contract.deleteGroup, async ({ params }) => {
    await groups.remove(params.group);
    return noContent();
  });
}

/** Names of sinks by the group that each reads with. */
export function sinksByGroup(herder: Herder): ReadonlyMap<string, string> {
  if (!herder.hasRead()) return new Map();
  const sinks = herder
    .connectors()
    .map((name) => herder.connector(name))
    .filter(({ type }) => type === 'sink');
  return new Map(sinks.map((sink) => [groupOfSink(sink), sink.name]));
}
