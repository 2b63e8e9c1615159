import { type Clock, type Logger, MillraceError, type Timers, type Uuid } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import { supportedFeatures } from '../core/controller/features.ts';
import type { BrokerEndpoint } from '../core/metadata/image.ts';
import type { ControllerClient } from './controller-client.ts';
import type { MetadataLoader } from './metadata-loader.ts';
import { pause } from './pause.ts';

export interface BrokerLifecycleOptions {
  readonly brokerId: number;
  readonly incarnationId: Uuid;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly directoryId: Uuid;
  /** Of the registration that ended in order; -1 where there is none to show. */
  readonly previousEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** How long the controller waits for a sign of life before it fences the broker. */
  readonly sessionMs: number;
  readonly controller: Pick<ControllerClient, 'register' | 'heartbeat'>;
  readonly loader: Pick<MetadataLoader, 'image' | 'replayedImage' | 'nextOffset' | 'replayed'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What a controller that cannot write says, or that is just ending: the next one may take the broker. */
const PASSING: ReadonlySet<ErrorName> = new Set(['KAFKA_STORAGE_ERROR', 'UNKNOWN_SERVER_ERROR']);
/** Until it is unfenced, a broker has nothing else to do. */
const EAGER_INTERVAL_MS = 20;
/** What the controller has committed is here a moment later. */
const SEEN_TRIES = 50;
const SHUTDOWN_INTERVAL_MS = 50;
const SHUTDOWN_TRIES = 100;
/** In parts of a session: a controller that is deposed, and does not know, answers for less than the rest of it. */
const CERTAIN_PART = 0.5;

/** A broker's standing with the controller: registered, alive, and in the end let go. */
export class BrokerLifecycle {
  readonly #options: BrokerLifecycleOptions;
  readonly #closing = new AbortController();
  #epoch = -1;
  /** When the last heartbeat was sent that was answered as one of a broker that serves, monotonic ms. */
  #heardMs = Number.NEGATIVE_INFINITY;
  /** The epoch of another process's registration that was told of. */
  #overtakenBy = -1;
  /** It has asked to be let go: a sign of life would bring it back. */
  #isLeaving = false;
  #beating: Promise<void> = Promise.resolve();

  constructor(options: BrokerLifecycleOptions) {
    this.#options = options;
  }

  /** Of this registration: the offset of its record; -1 before. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Whether the controller cannot have fenced this broker for its silence: a sign of life was answered that was sent less than half a
   * session ago. Once fenced, it has successors in all that it leads, of which it may not know.
   */
  get isHeard(): boolean {
    const { clock, sessionMs } = this.#options;
    return clock.now().monoMs - this.#heardMs <= sessionMs * CERTAIN_PART;
  }

  /**
   * Resolves when the broker is unfenced and this node has seen it; heartbeats go on from then on.
   * @throws {MillraceError} BROKER_REGISTRATION_REFUSED
   */
  async start(): Promise<void> {
    await this.#register();
    for (;;) {
      this.#closing.signal.throwIfAborted();
      // It may be fenced again before it has seen that it was not: so it goes on to show that it is there.
      if ((await this.#beat()) && (await this.#isSeenUnfenced())) break;
      await pause(this.#options.timers, EAGER_INTERVAL_MS, this.#closing.signal);
    }
    this.#beating = this.#keepBeating();
  }

  /** Hands over what this broker leads, where there is somebody to take it; gives up after a while. */
  async shutDown(): Promise<void> {
    if (this.#epoch < 0 || !this.#hasOthers()) return;
    const { timers, logger } = this.#options;
    this.#isLeaving = true;
    for (let tries = 0; tries < SHUTDOWN_TRIES; tries += 1) {
      const result = await this.#send({ wantsShutdown: true }).catch(() => null);
      if (result !== null && (result.error !== null || result.shouldShutDown)) return;
      await pause(timers, SHUTDOWN_INTERVAL_MS, this.#closing.signal);
    }
    logger.warn({}, 'stops without having handed over what it leads');
  }

  async close(): Promise<void> {
    this.#closing.abort(stopping());
    await this.#beating;
  }

  async #register(): Promise<void> {
    const { directoryId, controller, loader, ...options } = this.#options;
    const { brokerId, incarnationId, endpoints, rack, previousEpoch } = options;
    const logDirs = [directoryId];
    const result = await this.#untilAccepted(() =>
      controller.register({
        ...{ brokerId, incarnationId, endpoints, rack, logDirs, previousEpoch },
        features: supportedFeatures,
      }),
    );
    this.#epoch = result.epoch;
    await loader.replayed(result.epoch);
  }

  /** Another of that id may be dying: its session ends sooner or later. */
  async #untilAccepted(register: () => ReturnType<ControllerClient['register']>) {
    const { timers, logger, heartbeatIntervalMs } = this.#options;
    for (;;) {
      this.#closing.signal.throwIfAborted();
      const result = await register().catch((error: unknown) => {
        logger.info({ err: error }, 'the controller does not answer yet');
        return null;
      });
      if (result?.error === null) return result;
      const isPassing = result !== null && PASSING.has(result.error);
      if (result !== null && !isPassing && result.error !== 'DUPLICATE_BROKER_REGISTRATION') {
        throw new MillraceError(`The controller refuses this broker: ${result.message ?? result.error}`, {
          code: 'BROKER_REGISTRATION_REFUSED',
          class: 'config',
          hint: 'Compare node.id and cluster.id with those of the other nodes.',
        });
      }
      if (result !== null) logger.warn({ why: result.message }, 'cannot register yet');
      await pause(timers, result === null ? EAGER_INTERVAL_MS : heartbeatIntervalMs, this.#closing.signal);
    }
  }

  async #keepBeating(): Promise<void> {
    const { timers, heartbeatIntervalMs, logger } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted && !this.#isLeaving) {
      try {
        await pause(timers, heartbeatIntervalMs, signal);
        // Fenced for its silence, it comes back at once.
        if (!this.#isLeaving && !(await this.#beat()) && !this.#isLeaving) await this.#beat();
      } catch (error) {
        if (!signal.aborted) logger.debug({ err: error }, 'a heartbeat was not answered');
      }
    }
  }

  /** @returns whether the broker is unfenced */
  async #beat(): Promise<boolean> {
    const result = await this.#send({ wantsShutdown: false }).catch(() => null);
    if (result === null) return false;
    if (result.error === null) return !result.isFenced;
    if (result.error === 'STALE_BROKER_EPOCH' && this.#isOvertaken()) await this.#register();
    return false;
  }

  /**
   * Whether the registration is forgotten, or one of a process that does not serve: a request of an earlier one, ended since, that came late. One that
   * serves has another machine, and this broker's id by mistake: it is left alone.
   */
  #isOvertaken(): boolean {
    const { loader, brokerId, incarnationId, logger } = this.#options;
    const registered = loader.replayedImage.brokers.get(brokerId);
    if (registered === undefined) return true;
    if (registered.incarnationId === incarnationId) return false;
    if (registered.epoch !== this.#overtakenBy) {
      const facts = { epoch: registered.epoch, serves: !registered.fenced };
      logger.warn(facts, 'another process has registered as this broker');
    }
    this.#overtakenBy = registered.epoch;
    return registered.fenced;
  }

  async #send({ wantsShutdown }: { wantsShutdown: boolean }) {
    const { brokerId, controller, loader, clock } = this.#options;
    const sentMs = clock.now().monoMs;
    const result = await controller.heartbeat({
      brokerId,
      epoch: this.#epoch,
      metadataOffset: loader.nextOffset - 1,
      wantsFence: false,
      wantsShutdown,
    });
    if (result.error === null && !result.isFenced) this.#heardMs = sentMs;
    return result;
  }

  async #isSeenUnfenced(): Promise<boolean> {
    const { loader, brokerId, timers } = this.#options;
    for (let tries = 0; tries < SEEN_TRIES; tries += 1) {
      if (loader.image.brokers.get(brokerId)?.fenced === false) return true;
      await pause(timers, 1, this.#closing.signal);
    }
    return false;
  }

  #hasOthers(): boolean {
    const { loader, brokerId } = this.#options;
    return [...loader.image.brokers.values()].some(({ id, fenced }) => id !== brokerId && !fenced);
  }
}

function stopping(): MillraceError {
  return new MillraceError('The broker is stopping.', { code: 'BROKER_STOPPING', class: 'transient' });
}
