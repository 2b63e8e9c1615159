import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, type Logger, MillraceError } from '@millrace/foundation';
import type { Listener } from '../runtime/broker-config.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { readingInto } from './shared-read.ts';
import { WarningLimit } from './warning-limit.ts';

export interface BrokerServerOptions {
  readonly listeners: readonly Listener[];
  readonly backlog: number;
  readonly maxConnections: number;
  /** Listeners that clients do not come by: as in Kafka, however many clients there are, the nodes of a cluster reach each other. */
  readonly ownListeners: ReadonlySet<string>;
  readonly maxConnectionsPerIp: number;
  /** -1: never. */
  readonly maxIdleMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type ServeOptions = Omit<ConnectionOptions, 'listener' | 'logger' | 'warnings'>;

/** By the name of a listener: how it is served. */
type Serving = ReadonlyMap<string, ServeOptions>;

/** What one read takes from a socket at most. */
const READ_BYTES = 256 * 1024;
/** Timers take no longer delay. */
const TIMER_MAX_MS = 0x7fffffff;

/**
 * The sockets of the broker. `listen` takes the ports, so that they are known; clients that come before `serve` wait
 * unread.
 */
export class BrokerServer {
  readonly #options: BrokerServerOptions;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  /** How many there are of each address. */
  readonly #addresses = new Map<string, number>();
  readonly #warnings: WarningLimit;
  readonly #logger: Logger;
  readonly #readers = new Map<Socket, Connection>();
  readonly #early = new Set<{ socket: Socket; listener: string }>();
  /** Of all connections: what is in it has been taken when a read returns. */
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #serving: Serving = new Map();

  constructor(options: BrokerServerOptions) {
    this.#options = options;
    this.#warnings = new WarningLimit(options.clock);
    this.#logger = this.#warnings.on(options.logger);
  }

  /**
   * @returns the listeners with their real ports
   * @throws {MillraceError} PORT_IN_USE, PORT_NOT_ALLOWED, ADDRESS_NOT_AVAILABLE (class config)
   */
  async listen(): Promise<readonly Listener[]> {
    try {
      return await Promise.all(this.#options.listeners.map((listener) => this.#listenOn(listener)));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Serves these listeners from now on; the others' clients go on waiting. */
  serve(listeners: readonly Listener[], options: ServeOptions): void {
    this.#serving = new Map([...this.#serving, ...listeners.map(({ name }) => [name, options] as const)]);
    for (const early of this.#early) {
      if (!listeners.some(({ name }) => name === early.listener)) continue;
      this.#early.delete(early);
      this.#connect(early.socket, early.listener, options);
    }
  }

  /** Takes no more connections and ends those that are open. */
  async close(): Promise<void> {
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => void server.close(() => resolve())),
    );
    const ended = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve()).destroy()),
    );
    await Promise.all([...closed, ...ended]);
  }

  #listenOn(listener: Listener): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const server = createServer({ pauseOnConnect: true }, (socket) => this.#accept(socket, listener.name));
      this.#servers.push(server);
      server.once('error', (error) => reject(listenError(listener, error)));
      const host = listener.host === '' ? {} : { host: listener.host };
      server.listen({ ...host, port: listener.port, backlog: this.#options.backlog }, () => {
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : listener.port;
        resolve({ ...listener, port });
      });
    });
  }

  #accept(accepted: Socket, listener: string): void {
    const { maxConnections, maxConnectionsPerIp, maxIdleMs, ownListeners } = this.#options;
    const address = accepted.remoteAddress ?? '';
    const connections = this.#sockets.size;
    const fromThere = this.#addresses.get(address) ?? 0;
    const isTooMany = connections >= maxConnections && !ownListeners.has(listener);
    if (isTooMany || fromThere >= maxConnectionsPerIp) {
      const facts = { client: address, connections, maxConnections, fromThere, maxConnectionsPerIp };
      this.#logger.warn(facts, 'too many connections: closing');
      accepted.destroy();
      return;
    }
    const serve = this.#serving.get(listener);
    const delayMs = serve?.services.quotas.connected(address) ?? 0;
    if (delayMs > 0) {
      // As Kafka does (KIP-612): who is turned away is made to wait, or would be back at once.
      accepted.setTimeout(delayMs, () => accepted.destroy());
      accepted.once('error', () => accepted.destroy());
      this.#count(accepted, address);
      return;
    }
    const socket: Socket = readingInto(accepted, this.#readBuffer, (bytes) =>
      this.#readers.get(socket)?.read(bytes),
    );
    this.#count(socket, address);
    socket.once('close', () => this.#readers.delete(socket));
    if (maxIdleMs >= 0) {
      socket.setTimeout(Math.min(maxIdleMs, TIMER_MAX_MS), () => {
        this.#logger.debug({ client: address, maxIdleMs }, 'closing an idle connection');
        socket.destroy();
      });
    }
    if (serve !== undefined) this.#connect(socket, listener, serve);
    else this.#hold(socket, listener);
  }

  #count(socket: Socket, address: string): void {
    this.#sockets.add(socket);
    this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const left = (this.#addresses.get(address) ?? 1) - 1;
      if (left > 0) this.#addresses.set(address, left);
      else this.#addresses.delete(address);
    });
  }

  #hold(socket: Socket, listener: string): void {
    const early = { socket, listener };
    this.#early.add(early);
    socket.once('error', () => socket.destroy());
    socket.once('close', () => this.#early.delete(early));
  }

  #connect(socket: Socket, listener: string, options: ServeOptions): void {
    if (socket.destroyed) return;
    const { logger } = this.#options;
    const connection = new Connection(socket, { ...options, listener, logger, warnings: this.#warnings });
    this.#readers.set(socket, connection);
    socket.resume();
  }
}

function listenError({ name, host, port }: Listener, error: Error): MillraceError {
  const code = 'code' in error ? error.code : undefined;
  const where = `${host === '' ? '*' : host}:${port}`;
  const base = { class: 'config', path: 'listeners', cause: error } as const;
  if (code === 'EADDRINUSE') {
    const hint = 'Stop the process that has it, or give another port; port 0 takes a free one.';
    return new MillraceError(`The address ${where} of listener ${name} is in use.`, {
      ...base,
      code: 'PORT_IN_USE',
      hint,
    });
  }
  if (code === 'EACCES') {
    const hint = 'Give a port above 1023, or let the process listen on lower ones.';
    return new MillraceError(`Listening on ${where} is not allowed.`, {
      ...base,
      code: 'PORT_NOT_ALLOWED',
      hint,
    });
  }
  const hint = 'Give a host name or address of this machine.';
  return new MillraceError(`Listener ${name} cannot listen on ${where}: ${error.message}.`, {
    ...base,
    code: 'ADDRESS_NOT_AVAILABLE',
    hint,
  });
}
