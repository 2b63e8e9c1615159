import { errorCode } from '@millrace/protocol';
import { deleteGroups as api, type DeleteGroupsResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

/**
 * DeleteGroups v0-2
 *
 * - A group without members goes with its offsets; NON_EMPTY_GROUP where somebody is in it. What the share coordinator keeps of a share
 *   group goes with it.
 *
 * Versions: nothing differs but the encoding.
 *
 * Not implemented: nothing.
 */
export const deleteGroups = defineApi({
  api,
  versions: [0, 2],
  access: [['DELETE', 'GROUP']],
  async handle(context, request): Promise<DeleteGroupsResponseInit> {
    const results = request.groupsNames.map(async (groupId) => {
      if (!mayOnGroup(context, 'DELETE', groupId))
        return { groupId, errorCode: errorCode('GROUP_AUTHORIZATION_FAILED') };
      const { groups, shareGroups } = context.services;
      const { error } = (await shareGroups.deleteGroup(groupId)) ?? (await groups.deleteGroup(groupId));
      return { groupId, errorCode: errorCode(error ?? 'NONE') };
    });
    return { throttleTimeMs: 0, results: await Promise.all(results) };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    results: request.groupsNames.map((groupId) => ({ groupId, errorCode: errorCode(error) })),
  }),
});
