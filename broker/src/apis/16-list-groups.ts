import { errorCode } from '@millrace/protocol';
import { listGroups as api, type ListGroupsResponseInit } from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

/**
 * ListGroups v0-5
 *
 * - The groups that this broker coordinates; who may not describe the cluster sees those that it may describe.
 * - COORDINATOR_LOAD_IN_PROGRESS where some are still being loaded: the list is not whole then.
 *
 * Versions: v4 state and its filter; v5 type and its filter. All groups are of type classic.
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
    const response = await context.services.groups.listGroups(request);
    if (context.authorize('DESCRIBE', CLUSTER)) return response;
    const groups = response.groups.filter(({ groupId }) => mayOnGroup(context, 'DESCRIBE', groupId));
    return { ...response, groups };
  },
  refuse: (_request, error) => ({ errorCode: errorCode(error), groups: [] }),
});
