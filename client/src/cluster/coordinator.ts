import { errorByCode, kafkaError } from '@millrace/protocol';
import { findCoordinator } from '@millrace/protocol/messages';
import type { Connection } from '../connection/index.ts';
import type { Endpoint } from './client-config.ts';
import type { Cluster } from './cluster.ts';
import type { Lane } from './node-pool.ts';

const KEY_TYPE_GROUP = 0;
/** From version 4 on a request asks for many keys. */
const BATCHED_FROM_VERSION = 4;

/** Errors after which the coordinator has to be looked up anew. */
const moved = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'CONNECTION_LOST',
  'CONNECTION_REFUSED',
]);

export function hasCoordinatorMoved(code: string): boolean {
  return moved.has(code);
}

/**
 * Where a group's coordinator is, one try.
 * @throws {MillraceError} COORDINATOR_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED, network errors
 */
async function findGroupCoordinator(cluster: Cluster, groupId: string): Promise<Endpoint> {
  const connection = await cluster.anyConnection();
  const batched = connection.versions.negotiate(findCoordinator) >= BATCHED_FROM_VERSION;
  const body = batched ? { keyType: KEY_TYPE_GROUP, coordinatorKeys: [groupId] } : { key: groupId };
  const response = await connection.request(findCoordinator, body);
  const answer = batched ? response.coordinators[0] : response;
  if (answer === undefined)
    throw kafkaError('COORDINATOR_NOT_AVAILABLE', `no coordinator of group ${groupId} was named`);
  const { name, message } = errorByCode(answer.errorCode);
  if (name !== 'NONE') throw kafkaError(name, `group ${groupId}: ${answer.errorMessage || message}`);
  return { host: answer.host, port: answer.port };
}

/** A group's coordinator, remembered until it is said to have moved. */
export class GroupCoordinator {
  readonly #cluster: Cluster;
  readonly #groupId: string;
  #endpoint: Endpoint | null = null;

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster;
    this.#groupId = groupId;
  }

  /** A connection to it, one try. */
  async connection(lane: Lane = 'coordinator'): Promise<Connection> {
    this.#endpoint ??= await findGroupCoordinator(this.#cluster, this.#groupId);
    return this.#cluster.connectionTo(this.#endpoint, lane);
  }

  forget(): void {
    this.#endpoint = null;
  }
}
