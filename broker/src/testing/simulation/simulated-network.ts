import { MillraceError, silentLogger } from '@millrace/foundation';
import { type Api, decodeResponse, encodeRequest, Reader } from '@millrace/protocol';
import { CLOSE_CONNECTION, type RequestContext } from '../../apis/api.ts';
import { handlersOn } from '../../apis/index.ts';
import { carryOut, dispatch } from '../../network/request-dispatch.ts';
import { ANONYMOUS } from '../../runtime/authorizer.ts';
import type { NodeEndpoint } from '../../runtime/node-endpoint.ts';
import type { PeerConnection, PeerNetwork, PeerRequestOptions } from '../../runtime/peer-network.ts';
import type { BrokerServices, ListenerKind } from '../../runtime/services.ts';
import type { Life, SeededRandom, VirtualTime } from './virtual-time.ts';

const CONNECT_TIMEOUT_MS = 2_000;
const HANDLERS = { broker: handlersOn('broker'), controller: handlersOn('controller') };

/** Somebody who listens at an address. */
export interface SimulatedListener {
  readonly nodeId: number;
  readonly kind: ListenerKind;
  readonly listener: string;
  readonly life: Life;
  readonly services: BrokerServices;
}

/** A network that delays, loses and is cut, by a seed. What is lost breaks its connection, as with TCP. */
export class SimulatedNetwork {
  lossRate = 0;
  /** How many requests come a second time, a little later, as from a connection that somebody had given up. */
  repeatRate = 0;
  delayMaxMs = 5;
  readonly #listeners = new Map<string, SimulatedListener>();
  readonly #cut = new Set<string>();
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;

  constructor(time: VirtualTime, random: SeededRandom) {
    this.#time = time;
    this.#random = random;
  }

  listen(address: NodeEndpoint, listener: SimulatedListener): void {
    this.#listeners.set(keyOf(address), listener);
  }

  /** Its process closes its doors. */
  unlisten(nodeId: number): void {
    for (const [address, listener] of this.#listeners)
      if (listener.nodeId === nodeId) this.#listeners.delete(address);
  }

  /** Nothing goes from one node to the other any more; the way back is another link. */
  cut(from: number, to: number): void {
    this.#cut.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cut.clear();
    this.lossRate = 0;
    this.repeatRate = 0;
  }

  /** How a node, or a client (-1), reaches others. */
  portOf(nodeId: number, life: Life): PeerNetwork {
    return {
      connect: (to) =>
        new Promise((resolve, reject) => {
          const time = this.#time;
          const listener = this.#listeners.get(keyOf(to));
          if (
            listener !== undefined &&
            (this.isCut(nodeId, listener.nodeId) || this.isCut(listener.nodeId, nodeId))
          ) {
            time.at(time.nowMs + CONNECT_TIMEOUT_MS, life, () => reject(broken('CONNECTION_LOST')));
            return;
          }
          time.at(time.nowMs + this.delayMs(), life, () => {
            const there = this.#listeners.get(keyOf(to));
            if (there?.life.isAlive !== true) reject(broken('CONNECTION_REFUSED'));
            else resolve(new SimulatedConnection(this, time, { nodeId, life }, there));
          });
        }),
    };
  }

  isCut(from: number, to: number): boolean {
    return this.#cut.has(`${from}>${to}`);
  }

  isLost(): boolean {
    return this.#random.float() < this.lossRate;
  }

  isRepeated(): boolean {
    return this.repeatRate > 0 && this.#random.float() < this.repeatRate;
  }

  delayMs(): number {
    return this.#random.float() * this.delayMaxMs;
  }
}

class SimulatedConnection implements PeerConnection {
  isOpen = true;
  readonly #network: SimulatedNetwork;
  readonly #time: VirtualTime;
  readonly #from: { readonly nodeId: number; readonly life: Life };
  readonly #to: SimulatedListener;
  readonly #closed = new AbortController();
  readonly #waiting = new Set<(error: MillraceError) => void>();
  #arrivesMs = 0;
  #correlationId = 0;

  constructor(
    network: SimulatedNetwork,
    time: VirtualTime,
    from: { readonly nodeId: number; readonly life: Life },
    to: SimulatedListener,
  ) {
    this.#network = network;
    this.#time = time;
    this.#from = from;
    this.#to = to;
  }

  request<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    body: ReqInit,
    { timeoutMs, maxVersion }: PeerRequestOptions,
  ): Promise<Res> {
    if (!this.isOpen) return Promise.reject(broken('CONNECTION_LOST'));
    const handler = HANDLERS[this.#to.kind].get(api.key);
    if (handler === undefined) return Promise.reject(broken('UNSUPPORTED_API'));
    const version = Math.min(api.maxVersion, handler.versions[1], maxVersion ?? api.maxVersion);
    const correlationId = ++this.#correlationId;
    const frame = Buffer.concat(encodeRequest({ api, version, correlationId, clientId: 'simulated', body }));
    return new Promise((resolve, reject) => {
      const fail = (error: MillraceError): void => {
        this.#waiting.delete(fail);
        timer.isCancelled = true;
        reject(error);
      };
      this.#waiting.add(fail);
      const timer = this.#time.at(this.#time.nowMs + timeoutMs, this.#from.life, () => {
        fail(broken('REQUEST_TIMED_OUT_LOCALLY'));
        this.close();
      });
      if (this.#network.isRepeated()) this.#repeat(Buffer.from(frame.subarray(4)));
      this.#send(this.#from.nodeId, this.#to.nodeId, this.#to.life, () => {
        void this.#carryOut(frame.subarray(4)).then((answer) => {
          if (answer === null) return this.close();
          this.#send(this.#to.nodeId, this.#from.nodeId, this.#from.life, () => {
            if (!this.#waiting.delete(fail)) return;
            timer.isCancelled = true;
            resolve(decodeResponse(api, version, new Reader(answer.subarray(4))).body);
          });
        });
      });
    });
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const fail of [...this.#waiting]) fail(broken('CONNECTION_LOST'));
    // The other side learns of it a little later, where the link lets it.
    if (!this.#network.isCut(this.#from.nodeId, this.#to.nodeId))
      this.#time.at(this.#time.nowMs + this.#network.delayMs(), this.#to.life, () => this.#closed.abort());
  }

  /** Nobody waits for what is answered to it. */
  #repeat(frame: Buffer): void {
    const { nowMs } = this.#time;
    const atMs = nowMs + this.#network.delayMs() * 4;
    this.#time.at(atMs, this.#to.life, () => void this.#carryOut(frame).catch(() => undefined));
  }

  #send(from: number, to: number, receiver: Life, arrive: () => void): void {
    const network = this.#network;
    if (network.isCut(from, to)) return;
    if (network.isLost()) {
      this.#time.at(this.#time.nowMs + network.delayMs(), null, () => this.close());
      return;
    }
    this.#arrivesMs = Math.max(this.#arrivesMs, this.#time.nowMs + network.delayMs());
    this.#time.at(this.#arrivesMs, null, () => {
      // A process that is gone resets its connections.
      if (!receiver.isAlive) this.close();
      else this.#time.at(this.#time.nowMs, receiver, arrive);
    });
  }

  async #carryOut(frame: Buffer): Promise<Buffer | null> {
    const { services, kind, listener } = this.#to;
    const handlers = HANDLERS[kind];
    const dispatched = dispatch(frame, handlers, silentLogger);
    if (dispatched.kind === 'close') return null;
    const rest: Omit<RequestContext, 'version' | 'correlationId' | 'clientId' | 'carryOut'> = {
      principal: ANONYMOUS,
      clientHost: '127.0.0.1',
      listener,
      listenerKind: kind,
      signal: this.#closed.signal,
      afterSent: (callback) => callback(true),
      keep: (bytes) => bytes,
      holdUp: () => undefined,
      throttle: () => undefined,
      offerRecords: () => 0,
      authorize: () => true,
      services,
    };
    const inner: RequestContext['carryOut'] = (bytes, client) =>
      carryOut(bytes, { ...rest, ...client, carryOut: async () => null }, handlers, silentLogger);
    const parts = await dispatched.run({ ...rest, ...dispatched.header, carryOut: inner });
    return parts === null || parts === CLOSE_CONNECTION ? null : Buffer.concat(parts);
  }
}

function keyOf({ host, port }: NodeEndpoint): string {
  return `${host}:${port}`;
}

function broken(code: string): MillraceError {
  return new MillraceError('The simulated network says no.', { code, class: 'transient' });
}
