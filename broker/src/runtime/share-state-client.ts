import { isMillraceError, type Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { SharePartitionKey } from '../core/share/share-state-record.ts';
import type { BrokerConfig } from './broker-config.ts';
import { brokerEndpoint } from './replication.ts';
import type { MetadataAccess } from './services.ts';
import type { ShareCoordinator, ShareStateAccess } from './share-access.ts';
import type { SharePeers } from './share-peers.ts';

/** What goes away by itself, or once the coordinator was looked for. */
const RETRIABLE: ReadonlySet<ErrorName> = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 320;
/** About twelve seconds in all: as long as it takes until a broker that is gone is taken for gone, and another one has loaded. */
const TRIES = 43;

export interface ShareStateClientOptions {
  /** The coordinator of what is led here. */
  readonly local: ShareStateAccess;
  readonly peers: SharePeers;
  readonly metadata: MetadataAccess;
  readonly config: BrokerConfig;
  readonly timers: Timers;
}

/**
 * Asks the share coordinator of a partition, on whichever broker it is, until there is an answer, within bounds: its topic may not exist
 * yet, or be on the move. Asked again is what may have been done already: all that is asked may be done twice.
 */
export class ShareStateClient {
  readonly #options: ShareStateClientOptions;
  #isClosed = false;

  constructor(options: ShareStateClientOptions) {
    this.#options = options;
  }

  /** Calls until there is an answer that is not about the coordinator itself; then with the last one. */
  async ask<R extends { readonly error: ErrorName | null }>(
    key: SharePartitionKey,
    call: (coordinator: ShareCoordinator) => Promise<R>,
  ): Promise<R | { readonly error: ErrorName }> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let left = TRIES; ; left--) {
      const answer = await this.#askOnce(key, call);
      if (answer.error === null || !this.#isPassing(key, answer.error) || left === 0 || this.#isClosed)
        return answer;
      const waitMs = pauseMs;
      await new Promise<void>((resolve) => this.#options.timers.after(waitMs, resolve));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  async #askOnce<R extends { readonly error: ErrorName | null }>(
    key: SharePartitionKey,
    call: (coordinator: ShareCoordinator) => Promise<R>,
  ): Promise<R | { readonly error: ErrorName }> {
    const { local, peers, metadata, config } = this.#options;
    try {
      const found = await local.findCoordinator(key);
      if (found.error !== null) return { error: found.error };
      if (found.brokerId === config.nodeId) return await call(local);
      const to = brokerEndpoint(metadata.image(), found.brokerId, config.interBrokerListener);
      return to === undefined ? { error: 'COORDINATOR_NOT_AVAILABLE' } : await call(peers.coordinatorAt(to));
    } catch (error) {
      // Nor can the topic be made where no controller answers.
      if (!isMillraceError(error)) throw error;
      return { error: 'COORDINATOR_NOT_AVAILABLE' };
    }
  }

  /** A topic that is known here and not there was made just now. */
  #isPassing({ topicId, partition }: SharePartitionKey, error: ErrorName): boolean {
    if (error !== 'UNKNOWN_TOPIC_OR_PARTITION') return RETRIABLE.has(error);
    return this.#options.metadata.image().topicsById.get(topicId)?.partitions[partition] !== undefined;
  }
}
