import { errorCode } from '@millrace/protocol';
import {
  listGroups as api,
  type ListGroupsRequest,
  type ListGroupsResponseInit,
} from '@millrace/protocol/messages';
import type { GroupListing } from '../runtime/services.ts';
import { CLUSTER, defineApi } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

/**
 * ListGroups v0-5
 *
 * - The groups that this broker coordinates; who may not describe the cluster sees those that it may describe.
 * - COORDINATOR_LOAD_IN_PROGRESS where some are still being loaded: the list is not whole then.
 *
 * Versions: v4 state and its filter; v5 type and its filter.
 *
 * Not implemented: nothing.
 */
export const listGroups = defineApi({
  api,
  versions: [0, 5],
  access: [
    ['DESCRIBE', 'CLUSTER'],
    ['DESCRIBE', 'GROUP'],
  ],
  async handle(context, request): Promise<ListGroupsResponseInit> {
    const { error, groups } = await context.services.groups.listGroups();
    const seesAll = context.authorize('DESCRIBE', CLUSTER);
    const listed = groups
      .filter(matches(request))
      .filter(({ groupId }) => seesAll || mayOnGroup(context, 'DESCRIBE', groupId));
    return {
      errorCode: errorCode(error ?? 'NONE'),
      groups: listed.map(({ groupId, type, state, protocolType }) => ({
        groupId,
        protocolType,
        groupState: state,
        groupType: type,
      })),
    };
  },
  refuse: (_request, error) => ({ errorCode: errorCode(error), groups: [] }),
});

/** Whatever the case of the letters; an empty filter lets all through. */
function matches({ statesFilter, typesFilter }: ListGroupsRequest): (group: GroupListing) => boolean {
  const states = new Set(statesFilter.map((state) => state.toLowerCase()));
  const types = new Set(typesFilter.map((type) => type.toLowerCase()));
  return ({ state, type }) =>
    (types.size === 0 || types.has(type)) && (states.size === 0 || states.has(state.toLowerCase()));
}
