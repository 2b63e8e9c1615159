import { MillraceError } from '@millrace/foundation';
import * as contract from '../contract/index.ts';
import type { Doors } from '../doors.ts';

/** Operations that the contract has and this version does not serve: refused by name, so that nobody waits for them. */
export const UNSERVED: readonly contract.Route[] = [
  contract.listShareGroups,
  contract.getShareGroup,
  contract.resetShareGroupOffsets,
  contract.deleteShareGroupOffsets,
  contract.deleteShareGroup,
];

export function unservedRoutes(doors: Doors): void {
  for (const route of UNSERVED) {
    doors.operation(route, () => {
      throw new MillraceError(`${route.operationId} is not served by this version.`, {
        code: 'NOT_SERVED',
        class: 'config',
        hint: 'The operations that are served are listed at /api/docs.',
      });
    });
  }
}
