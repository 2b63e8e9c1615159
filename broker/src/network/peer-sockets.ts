import { Connection } from '@millrace/client/connection';
import type { PeerNetwork } from '../runtime/peer-network.ts';

/** Other nodes may be gone, or their machines: waiting long for them helps nobody. */
const CONNECT_TIMEOUT_MS = 2_000;

/** Other nodes by real sockets. */
export const peerSockets: PeerNetwork = {
  connect: (to, { clientId }) =>
    Connection.connect({ ...to, clientId, connectionTimeoutMs: CONNECT_TIMEOUT_MS }),
};
