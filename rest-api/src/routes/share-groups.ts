import * as contract from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { matches, pageOf } from '../paging.ts';
import type { RestPorts } from '../ports.ts';
import { noContent, ok } from '../reply.ts';
import { sinksByGroup } from './groups.ts';

export function shareGroupRoutes(
  doors: Doors,
  { shareGroups, herder }: Pick<RestPorts, 'shareGroups' | 'herder'>,
): void {
  doors.operation(contract.listShareGroups, async ({ query }) => {
    const connectors = sinksByGroup(herder);
    const found = (await shareGroups.list()).filter(
      ({ groupId, state }) =>
        matches(groupId, query.search) &&
        (query.state === undefined || state.toLowerCase() === query.state.toLowerCase()),
    );
    const page = pageOf(found, ({ groupId }) => groupId, query);
    const items = page.items.map((group) => ({ ...group, connector: connectors.get(group.groupId) ?? null }));
    return ok({ ...page, items });
  });
  doors.operation(contract.getShareGroup, async ({ params }) => {
    const group = await shareGroups.describe(params.group);
    return ok({ ...group, connector: sinksByGroup(herder).get(params.group) ?? null });
  });
  doors.operation(contract.resetShareGroupOffsets, async ({ params, body }) =>
    ok(await shareGroups.reset(params.group, body)),
  );
  doors.operation(contract.deleteShareGroupOffsets, async ({ params, query }) => {
    await shareGroups.forget(params.group, query.topic);
    return noContent();
  });
  doors.operation(contract.deleteShareGroup, async ({ params }) => {
    await shareGroups.remove(params.group);
    return noContent();
  });
}
