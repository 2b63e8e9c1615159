import type { ErrorName } from '@millrace/protocol';
import type { Operation, RequestContext, Resource } from './api.ts';

/** The sender of a request as its group remembers and describes it. */
export function groupCaller(context: RequestContext): {
  readonly clientId: string;
  readonly clientHost: string;
} {
  const { clientHost, clientId } = context;
  // Java writes an address behind a slash, and tools show it so.
  const host = clientHost.startsWith('/') ? clientHost : `/${clientHost}`;
  return { clientId: clientId ?? '', clientHost: host };
}

export function groupResource(name: string): Resource {
  return { type: 'GROUP', name };
}

export function mayOnGroup(context: RequestContext, operation: Operation, groupId: string): boolean {
  return context.authorize(operation, groupResource(groupId));
}

/** Why a request to take part in the group goes no further; null where it may. */
export function membershipProblem(context: RequestContext, groupId: string): ErrorName | null {
  if (!mayOnGroup(context, 'READ', groupId)) return 'GROUP_AUTHORIZATION_FAILED';
  // Offsets may be committed under the empty name, but nobody can be a member of it.
  return groupId === '' ? 'INVALID_GROUP_ID' : null;
}
