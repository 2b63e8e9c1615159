import { Connection, networkError } from '../connection/index.ts';
import type { ClientConfig, Endpoint } from './client-config.ts';

/**
 * What a connection is used for. A broker works on one request of a connection at a time, so what may wait there (a long
 * fetch, a join) gets a connection of its own.
 */
export type Lane = 'main' | 'fetch' | 'coordinator';

interface Slot {
  readonly endpoint: Endpoint;
  readonly connecting: Promise<Connection>;
  connection: Connection | null;
}

/** For how long others are asked before one that could not be reached, or did not answer in time. */
const SUSPECT_MS = 10_000;

/** Connections by address and lane, made when asked for and forgotten when they end. */
export class NodePool {
  readonly #config: ClientConfig;
  readonly #slots = new Map<string, Slot>();
  /** By address, until when, monotonic ms. */
  readonly #suspects = new Map<string, number>();
  #closed = false;

  constructor(config: ClientConfig) {
    this.#config = config;
  }

  /** The connection where it stands already: no promise for those who send all the time. */
  open(endpoint: Endpoint, lane: Lane): Connection | null {
    const slot = this.#slots.get(slotKey(endpoint, lane));
    return slot?.connection?.isOpen ? slot.connection : null;
  }

  /** Whether it lately could not be reached, or left a request without an answer. */
  isSuspect(endpoint: Endpoint): boolean {
    return (this.#suspects.get(addressOf(endpoint)) ?? 0) > performance.now();
  }

  /** @throws {MillraceError} CONNECTION_REFUSED, CONNECTION_CLOSED, ... */
  connect(endpoint: Endpoint, lane: Lane): Promise<Connection> {
    if (this.#closed) return Promise.reject(networkError('CONNECTION_CLOSED', 'the client is closed'));
    const key = slotKey(endpoint, lane);
    const known = this.#slots.get(key);
    if (known) return known.connecting;
    const slot: Slot = { endpoint, connecting: this.#dial(endpoint), connection: null };
    this.#slots.set(key, slot);
    const forget = () => {
      if (this.#slots.get(key) === slot) this.#slots.delete(key);
    };
    const suspect = () => this.#suspects.set(addressOf(endpoint), performance.now() + SUSPECT_MS);
    slot.connecting.then(
      (connection) => {
        slot.connection = connection;
        this.#suspects.delete(addressOf(endpoint));
        connection.onClose(() => {
          forget();
          if (connection.wasSilent) suspect();
        });
        if (this.#closed) connection.close();
      },
      () => {
        forget();
        suspect();
      },
    );
    return slot.connecting;
  }

  /** Closes connections to addresses that the cluster no longer has. */
  retain(endpoints: readonly Endpoint[]): void {
    const kept = new Set(endpoints.map(addressOf));
    for (const slot of this.#slots.values()) {
      if (!kept.has(addressOf(slot.endpoint)) && slot.connection?.inFlightRequests === 0)
        slot.connection.close();
    }
    for (const address of this.#suspects.keys()) if (!kept.has(address)) this.#suspects.delete(address);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const slots = [...this.#slots.values()];
    for (const slot of slots) slot.connection?.close();
    await Promise.allSettled(slots.map((slot) => slot.connecting));
  }

  #dial({ host, port }: Endpoint): Promise<Connection> {
    const { clientId, connectionTimeoutMs, requestTimeoutMs } = this.#config;
    return Connection.connect({ host, port, clientId, connectionTimeoutMs, requestTimeoutMs });
  }
}

function addressOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

function slotKey(endpoint: Endpoint, lane: Lane): string {
  return `${addressOf(endpoint)}/${lane}`;
}
