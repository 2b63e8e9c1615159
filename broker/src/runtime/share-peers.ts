import type { NodeEndpoint } from './node-endpoint.ts';
import type { ShareCoordinator } from './share-access.ts';

/** What brokers ask each other because of share groups. A call rejects where there is no answer. */
export interface SharePeers {
  /** The share coordinator on another broker. */
  coordinatorAt(to: NodeEndpoint): ShareCoordinator;
  /** High watermarks of partitions that another broker leads; null for each that it does not tell. */
  highWatermarks(
    to: NodeEndpoint,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<readonly (number | null)[]>;
}
