import type { IncomingHttpHeaders } from 'node:http';
import type { Need } from './contract/index.ts';

/** Who makes a request. */
export interface Actor {
  readonly name: string;
}

/** What an authenticator may look at. */
export interface Caller {
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
}

/** What an actor wants to do; `name` is null where the request is about all resources of the kind. */
export interface AccessRequest {
  readonly operation: Need['operation'];
  readonly resource: { readonly type: Need['resource']; readonly name: string | null };
}

/** Asked before each operation; false becomes 403. */
export interface Authorizer {
  authorize(actor: Actor, request: AccessRequest): boolean | Promise<boolean>;
}

export const allowAll: Authorizer = { authorize: () => true };

/** Kafka's name for one who has not said who they are. */
export const anonymous = (): Actor => ({ name: 'ANONYMOUS' });

/** The name that `need` points at in a request; null where it points nowhere or there is none. */
export function nameIn(need: Need, params: unknown, body: unknown): string | null {
  if (need.named === undefined) return null;
  const [part, key] = need.named.split('.', 2);
  const holder = part === 'params' ? params : body;
  if (typeof holder !== 'object' || holder === null || key === undefined) return null;
  const value: unknown = (holder as Record<string, unknown>)[key];
  return typeof value === 'string' ? value.trim() : null;
}
