import type { Api } from '@millrace/protocol';
import type { NodeEndpoint } from '../runtime/node-endpoint.ts';
import type { PeerConnection, PeerNetwork, PeerRequestOptions } from '../runtime/peer-network.ts';

/**
 * What shares a connection: answers come in the order of requests, so that a fetch that waits must not stand before a vote.
 */
export type Lane =
  | 'quorum'
  | 'metadata'
  | 'heartbeat'
  | 'controller'
  | 'forward'
  | 'replica'
  | 'markers'
  | 'share';

/** Connections to other nodes, one for each address and lane, made when they are needed. */
export class PeerPool {
  readonly #network: PeerNetwork;
  readonly #clientId: string;
  readonly #connections = new Map<string, Promise<PeerConnection>>();
  #isClosed = false;

  constructor(network: PeerNetwork, clientId: string) {
    this.#network = network;
    this.#clientId = clientId;
  }

  /** @throws {MillraceError} as `PeerNetwork` and `PeerConnection` say */
  async request<Req, ReqInit, Res, ResInit>(
    to: NodeEndpoint,
    lane: Lane,
    call: {
      readonly api: Api<Req, ReqInit, Res, ResInit>;
      readonly body: ReqInit;
    } & PeerRequestOptions,
  ): Promise<Res> {
    const { api, body, ...options } = call;
    const connection = await this.#connection(to, lane);
    return await connection.request(api, body, options);
  }

  /** Makes a connection and drops it: to see whether somebody is there. */
  async reach(to: NodeEndpoint): Promise<void> {
    const connection = await this.#network.connect(to, { clientId: this.#clientId });
    connection.close();
  }

  close(): void {
    this.#isClosed = true;
    for (const connecting of this.#connections.values())
      connecting.then(
        (connection) => connection.close(),
        () => undefined,
      );
    this.#connections.clear();
  }

  async #connection(to: NodeEndpoint, lane: Lane): Promise<PeerConnection> {
    const key = `${to.host}:${to.port} ${lane}`;
    const known = this.#connections.get(key);
    if (known !== undefined) {
      const connection = await known;
      if (connection.isOpen) return connection;
      if (this.#connections.get(key) === known) this.#connections.delete(key);
      return await this.#connection(to, lane);
    }
    const connecting = this.#network.connect(to, { clientId: this.#clientId });
    this.#connections.set(key, connecting);
    try {
      const connection = await connecting;
      if (this.#isClosed) connection.close();
      return connection;
    } catch (error) {
      if (this.#connections.get(key) === connecting) this.#connections.delete(key);
      throw error;
    }
  }
}
