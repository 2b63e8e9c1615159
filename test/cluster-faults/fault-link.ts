import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a link does to what is sent over it. */
export interface LinkState {
  /** Nothing comes through, and nobody is told: what is under way waits until the link is whole. */
  readonly cut: boolean;
  readonly delayMs: number;
}

/** Of the link from one node to another: asked whenever bytes come. */
export type LinkRule = (from: number, to: number) => LinkState;

const HOST = '127.0.0.1';
const CLIENT_ID = /^broker-(\d+)$/;
/** A frame's size, API, version, correlation id and the length of the client id stand before it. */
const CLIENT_ID_AT = 14;
/** Bytes that may wait on one side of one connection; reading stops there. */
const WAITING_MAX_BYTES = 1_048_576;
const CUT_LOOK_MS = 20;

/**
 * Stands before one listener of a node, and does to the bytes of other nodes what the rule says of their link. Who has connected
 * is told by the client id of the first request.
 */
export class FaultLink {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #to: number;
  readonly #targetPort: number;
  readonly #rule: LinkRule;

  private constructor(server: Server, options: { to: number; targetPort: number; rule: LinkRule }) {
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server = server;
    this.#to = options.to;
    this.#targetPort = options.targetPort;
    this.#rule = options.rule;
    server.on('connection', (socket) => void this.#serve(socket));
  }

  static async open(options: { to: number; targetPort: number; rule: LinkRule }): Promise<FaultLink> {
    const server = createServer();
    server.listen(0, HOST);
    await once(server, 'listening');
    return new FaultLink(server, options);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(near: Socket): Promise<void> {
    this.#track(near);
    const first = await firstBytes(near);
    const far = connect({ host: HOST, port: this.#targetPort });
    this.#track(far);
    // One that ends ends the other, as a wire would.
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    if (first === null) return void far.destroy();
    const from = senderOf(first);
    void this.#carry(near, far, () => this.#rule(from, this.#to), first);
    void this.#carry(far, near, () => this.#rule(this.#to, from), null);
  }

  /** Bytes in their order; each chunk is held for as long as its link is cut, and for the delay. */
  async #carry(from: Socket, to: Socket, state: () => LinkState, first: Buffer | null): Promise<void> {
    let waitingBytes = 0;
    let turn = Promise.resolve();
    const send = (chunk: Buffer): void => {
      const dueMs = performance.now() + state().delayMs;
      waitingBytes += chunk.length;
      if (waitingBytes > WAITING_MAX_BYTES) from.pause();
      turn = turn.then(async () => {
        await until(() => to.destroyed || (!state().cut && performance.now() >= dueMs));
        waitingBytes -= chunk.length;
        if (waitingBytes <= WAITING_MAX_BYTES) from.resume();
        if (!to.destroyed) to.write(chunk);
      });
    };
    if (first !== null) send(first);
    from.on('data', send).resume();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** As much as holds the client id; null where it ends before. */
function firstBytes(socket: Socket): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let read = Buffer.alloc(0);
    const over = (): void => resolve(null);
    const take = (chunk: Buffer): void => {
      read = Buffer.concat([read, chunk]);
      const length = read.length >= CLIENT_ID_AT ? read.readInt16BE(CLIENT_ID_AT - 2) : Number.NaN;
      if (!(read.length >= CLIENT_ID_AT + Math.max(0, length))) return;
      socket.pause().off('data', take).off('close', over);
      resolve(read);
    };
    socket.on('data', take).once('close', over);
  });
}

/** -1 where it is no broker. */
function senderOf(first: Buffer): number {
  const length = Math.max(0, first.readInt16BE(CLIENT_ID_AT - 2));
  const clientId = first.toString('utf8', CLIENT_ID_AT, CLIENT_ID_AT + length);
  return Number(CLIENT_ID.exec(clientId)?.[1] ?? -1);
}

function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (isSo()) resolve();
      else setTimeout(look, CUT_LOOK_MS);
    };
    look();
  });
}
