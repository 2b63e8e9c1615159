import type { Api } from '@millrace/protocol';
import type { NodeEndpoint } from './node-endpoint.ts';

export interface PeerRequestOptions {
  readonly timeoutMs: number;
  /** The highest version to use; left out, the highest that both know. */
  readonly maxVersion?: number;
}

/** A connection to another node: requests go out in the order of the calls. It does not come back once it has ended. */
export interface PeerConnection {
  readonly isOpen: boolean;
  /** @throws {MillraceError} CONNECTION_LOST, CONNECTION_CLOSED, REQUEST_TIMED_OUT_LOCALLY, UNSUPPORTED_API, INVALID_RESPONSE */
  request<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    body: ReqInit,
    options: PeerRequestOptions,
  ): Promise<Res>;
  close(): void;
}

/** How this node reaches others; a simulation brings its own. */
export interface PeerNetwork {
  /** @throws {MillraceError} CONNECTION_REFUSED where nobody listens, CONNECTION_LOST */
  connect(to: NodeEndpoint, options: { readonly clientId: string }): Promise<PeerConnection>;
}
