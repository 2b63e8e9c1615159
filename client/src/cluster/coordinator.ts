import { errorByCode, kafkaError } from '@millrace/protocol';
import { findCoordinator } from '@millrace/protocol/messages';
import type { Connection } from '../connection/index.ts';
import type { Endpoint } from './client-config.ts';
import type { Cluster } from './cluster.ts';
import type { Lane } from './node-pool.ts';

/** What a broker can be the coordinator of. Share groups are coordinated as groups are (KIP-932). */
export type CoordinatorType = 'group' | 'transaction';

const keyTypes: Record<CoordinatorType, number> = { group: 0, transaction: 1 };
/** From version 4 on a request asks for many keys. */
const BATCHED_FROM_VERSION = 4;

/** The coordinator of a group or of a transactional id, remembered until it is said to have moved. */
export class Coordinator {
  readonly #cluster: Cluster;
  readonly #type: CoordinatorType;
  readonly #key: string;
  #endpoint: Endpoint | null = null;

  constructor(cluster: Cluster, type: CoordinatorType, key: string) {
    this.#cluster = cluster;
    this.#type = type;
    this.#key = key;
  }

  /**
   * A connection to it, one try.
   * @throws {MillraceError} COORDINATOR_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED, network errors
   */
  async connection(lane: Lane = 'coordinator'): Promise<Connection> {
    return this.#cluster.connectionTo(await this.endpoint(), lane);
  }

  /** Where it is, looked up where that is not known. @throws {MillraceError} as {@link connection} */
  async endpoint(): Promise<Endpoint> {
    this.#endpoint ??= await this.#find();
    return this.#endpoint;
  }

  forget(): void {
    this.#endpoint = null;
  }

  async #find(): Promise<Endpoint> {
    const connection = await this.#cluster.anyConnection();
    const batched = connection.versions.negotiate(findCoordinator) >= BATCHED_FROM_VERSION;
    const keyType = keyTypes[this.#type];
    const body = batched ? { keyType, coordinatorKeys: [this.#key] } : { keyType, key: this.#key };
    const response = await connection.request(findCoordinator, body);
    const answer = batched ? response.coordinators[0] : response;
    const subject = `${this.#type === 'group' ? 'group' : 'transactional id'} ${this.#key}`;
    if (answer === undefined)
      throw kafkaError('COORDINATOR_NOT_AVAILABLE', `no coordinator of ${subject} was named`);
    const { name, message } = errorByCode(answer.errorCode);
    if (name !== 'NONE') throw kafkaError(name, `${subject}: ${answer.errorMessage || message}`);
    return { host: answer.host, port: answer.port };
  }
}
