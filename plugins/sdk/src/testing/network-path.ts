import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';

/**
 * A way to a server on the loopback that can be cut, blocked and slow, and that can fall silent; encrypted up to here where that is wanted.
 */
export class NetworkPath {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  /** Of connections that were forgotten. */
  readonly #silent = new Set<Socket>();
  #blocked = false;
  #held = false;
  #lateMs = 0;

  private constructor(port: () => number, tls: TlsOptions | undefined) {
    const join = (near: Socket) => this.#join(near, port);
    this.#server = tls ? createTlsServer(tls, join) : createServer(join);
  }

  /**
   * @param port that it leads to; as a function it is asked with each connection
   * @param tls what it shows and asks for; left out: nothing is encrypted
   */
  static async to(port: number | (() => number), tls?: TlsOptions): Promise<NetworkPath> {
    const path = new NetworkPath(typeof port === 'number' ? () => port : port, tls);
    path.#server.listen(0, '127.0.0.1');
    await once(path.#server, 'listening');
    return path;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Ends all connections at once, as a network that breaks does; new ones are taken. */
  cut(): void {
    for (const pair of this.#pairs)
      for (const socket of pair) {
        // An encrypted one has no reset of its own.
        if (socket instanceof TLSSocket) socket.destroy();
        else socket.resetAndDestroy();
      }
  }

  /** Ends all connections, and each new one. */
  block(): void {
    this.#blocked = true;
    this.cut();
  }

  unblock(): void {
    this.#blocked = false;
  }

  /** Nothing passes any more, and nobody is told; new connections are taken, and not answered either. */
  hold(): void {
    this.#held = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** Nothing passes any more on the connections that are open now, as where a firewall has forgotten them; new ones work. */
  forget(): void {
    for (const pair of this.#pairs)
      for (const socket of pair) {
        this.#silent.add(socket);
        socket.pause();
      }
  }

  /** Ends `hold`; what was forgotten stays so. */
  release(): void {
    this.#held = false;
    for (const pair of this.#pairs) for (const socket of pair) this.#resume(socket);
  }

  /** All that passes is so late from now on, ms, piece by piece, as on a long and narrow line. */
  delay(ms: number): void {
    this.#lateMs = ms;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #resume(socket: Socket): void {
    if (!this.#held && !this.#silent.has(socket)) socket.resume();
  }

  #join(near: Socket, port: () => number): void {
    near.on('error', () => undefined);
    if (this.#blocked) return void near.destroy();
    const far = connect(port(), '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => {
        if (this.#lateMs === 0) return void to.write(bytes);
        from.pause();
        setTimeout(() => {
          to.write(bytes);
          this.#resume(from);
        }, this.#lateMs);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#pairs.delete(pair);
        this.#silent.delete(from);
        to.destroy();
      });
      if (this.#held) from.pause();
    }
  }
}
