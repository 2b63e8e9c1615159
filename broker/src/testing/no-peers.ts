import { MillraceError } from '@millrace/foundation';
import type { ControllerPeers } from '../runtime/controller-peers.ts';
import type { QuorumPeers } from '../runtime/quorum-peers.ts';
import type { ReplicaPeers } from '../runtime/replica-peers.ts';
import type { SharePeers } from '../runtime/share-peers.ts';

const nobody = () =>
  Promise.reject(new MillraceError('Nobody is there.', { code: 'CONNECTION_REFUSED', class: 'transient' }));

/** For a node that is alone. */
export const NO_PEERS: {
  readonly quorumPeers: QuorumPeers;
  readonly controllerPeers: ControllerPeers;
  readonly peers: ReplicaPeers;
  readonly sharePeers: SharePeers;
} = {
  quorumPeers: { vote: nobody, beginEpoch: nobody, endEpoch: nobody, fetch: nobody, fetchSnapshot: nobody },
  controllerPeers: {
    isThere: () => Promise.resolve(true),
    register: nobody,
    heartbeat: nobody,
    alterPartitions: nobody,
    allocateProducerIds: nobody,
    createTopics: nobody,
    forward: nobody,
  },
  peers: { fetch: nobody, writeMarkers: nobody, addPartitions: nobody },
  sharePeers: {
    coordinatorAt: () => ({
      initialize: nobody,
      write: nobody,
      read: nobody,
      summarize: nobody,
      delete: nobody,
    }),
    highWatermarks: nobody,
  },
};
