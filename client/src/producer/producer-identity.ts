import { initProducerId } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { throwOnError } from '../cluster/outcome.ts';

/** A producer id with an epoch (KIP-98). */
export interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const MAX_EPOCH = 0x7fff;
/** Without a transactional id the timeout means nothing. */
const NO_TRANSACTION_TIMEOUT_MS = 0x7fffffff;

/**
 * The idempotent producer's identity. An epoch is bumped here, without asking, which is allowed where no transactional id
 * is bound to it (KIP-360); when epochs run out a new producer id is asked for.
 */
export class ProducerIdentity {
  readonly #cluster: Cluster;
  #current: Identity | null = null;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Null until {@link acquire} has worked, and after epochs have run out. */
  get current(): Identity | null {
    return this.#current;
  }

  /** @throws {MillraceError} CLUSTER_AUTHORIZATION_FAILED, UNSUPPORTED_API, network errors */
  async acquire(): Promise<void> {
    const body = { transactionalId: null, transactionTimeoutMs: NO_TRANSACTION_TIMEOUT_MS };
    this.#current = await this.#cluster.anywhere(initProducerId, body, (response) => {
      throwOnError(response.errorCode, 'producer id');
      return { producerId: response.producerId, producerEpoch: response.producerEpoch };
    });
  }

  /** The next identity after `used`; null where one must be acquired first. */
  after(used: Identity): Identity | null {
    const current = this.#current;
    if (current === null) return null;
    if (current.producerId !== used.producerId || current.producerEpoch > used.producerEpoch) return current;
    this.#current =
      used.producerEpoch >= MAX_EPOCH ? null : { ...current, producerEpoch: used.producerEpoch + 1 };
    return this.#current;
  }
}
