import type { Operation, RequestContext, Resource, ResourceType } from './api.ts';

/** AclOperation's numbers: the bit that stands for the operation. */
const operationBits: Readonly<Record<Operation, number>> = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
};

const operationsOf: Readonly<Record<ResourceType, readonly Operation[]>> = {
  TOPIC: ['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DELETE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  GROUP: ['READ', 'DESCRIBE', 'DELETE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: [
    'CREATE',
    'CLUSTER_ACTION',
    'DESCRIBE_CONFIGS',
    'ALTER_CONFIGS',
    'IDEMPOTENT_WRITE',
    'ALTER',
    'DESCRIBE',
  ],
  TRANSACTIONAL_ID: ['DESCRIBE', 'WRITE'],
};

/** What stands in an answer where the operations were not asked for. */
export const OPERATIONS_NOT_ASKED_FOR = -2_147_483_648;

/** The operations that the caller may do on the resource, as the bit field of KIP-430. */
export function authorizedOperations(context: RequestContext, resource: Resource): number {
  let bits = 0;
  for (const operation of operationsOf[resource.type]) {
    if (context.authorize(operation, resource)) bits |= 1 << operationBits[operation];
  }
  return bits;
}
