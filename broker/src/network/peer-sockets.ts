import { Connection, networkError } from '@millrace/client/connection';
import type { PeerNetwork } from '../runtime/peer-network.ts';

/** Other nodes may be gone, or their machines: waiting long for them helps nobody. */
const CONNECT_TIMEOUT_MS = 2_000;

/** Other nodes by real sockets. */
export const peerSockets: PeerNetwork = {
  async connect(to, { clientId }) {
    try {
      return await Connection.connect({ ...to, clientId, connectionTimeoutMs: CONNECT_TIMEOUT_MS });
    } catch (error) {
      // CONNECTION_REFUSED is to say that nobody listens; where no answer came, nobody knows.
      if (isRefused(error)) throw error;
      throw networkError('CONNECTION_LOST', `${to.host}:${to.port} cannot be reached`, error);
    }
  },
};

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const causes = cause instanceof AggregateError ? cause.errors : [cause];
  return causes.every((one: unknown) => one instanceof Error && 'code' in one && one.code === 'ECONNREFUSED');
}
