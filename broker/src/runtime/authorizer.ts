/** Kafka's ACL operations, as far as handlers state them. */
export type Operation =
  | 'READ'
  | 'WRITE'
  | 'CREATE'
  | 'DELETE'
  | 'ALTER'
  | 'DESCRIBE'
  | 'CLUSTER_ACTION'
  | 'DESCRIBE_CONFIGS'
  | 'ALTER_CONFIGS'
  | 'IDEMPOTENT_WRITE';

export type ResourceType = 'TOPIC' | 'GROUP' | 'CLUSTER' | 'TRANSACTIONAL_ID';

export interface Resource {
  readonly type: ResourceType;
  readonly name: string;
}

/** Kafka's name of the one cluster resource. */
export const CLUSTER: Resource = { type: 'CLUSTER', name: 'kafka-cluster' };

/** Who speaks on a connection. */
export interface Principal {
  readonly type: string;
  readonly name: string;
}

/** Asked before anything is touched: may this principal, from this host, do this to that. */
export interface Authorizer {
  authorize(principal: Principal, host: string, operation: Operation, resource: Resource): boolean;
}

/** Kafka's name for whoever did not say who they are. */
export const ANONYMOUS: Principal = { type: 'User', name: 'ANONYMOUS' };

/** What holds while no ACLs are kept: everybody may do everything. */
export const allowAll: Authorizer = { authorize: () => true };
