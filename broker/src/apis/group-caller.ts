import type { GroupCaller } from '../runtime/group-service.ts';
import type { Operation, RequestContext, Resource } from './api.ts';

/** The sender of a group request as the coordinator remembers it. */
export function groupCaller(context: RequestContext): GroupCaller {
  const { clientHost, clientId, version } = context;
  // Java writes an address behind a slash, and tools show it so.
  const host = clientHost.startsWith('/') ? clientHost : `/${clientHost}`;
  return { clientId: clientId ?? '', clientHost: host, version };
}

export function groupResource(name: string): Resource {
  return { type: 'GROUP', name };
}

export function mayOnGroup(context: RequestContext, operation: Operation, groupId: string): boolean {
  return context.authorize(operation, groupResource(groupId));
}
