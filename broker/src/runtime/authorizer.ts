import type { Operation, Principal, Resource } from '../apis/api.ts';

/** Asked before anything is touched: may this principal, from this host, do this to that. */
export interface Authorizer {
  authorize(principal: Principal, host: string, operation: Operation, resource: Resource): boolean;
}

/** Kafka's name for whoever did not say who they are. */
export const ANONYMOUS: Principal = { type: 'User', name: 'ANONYMOUS' };

/** What holds while no ACLs are kept: everybody may do everything. */
export const allowAll: Authorizer = { authorize: () => true };
