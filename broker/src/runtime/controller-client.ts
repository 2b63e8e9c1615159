import { type Clock, isMillraceError, type Timers } from '@millrace/foundation';
import type { AlterPartitionsCommand, AlterPartitionsResult } from '../core/controller/alter-partition.ts';
import type {
  BrokerHeartbeatCommand,
  BrokerHeartbeatResult,
  RegisterBrokerCommand,
  RegisterBrokerResult,
} from '../core/controller/brokers.ts';
import type { CreateTopicResult, CreateTopicsCommand } from '../core/controller/commands.ts';
import type { AllocateProducerIdsResult } from '../core/controller/producer-ids.ts';
import type { ControllerPeers, ForwardedRequest } from './controller-peers.ts';
import { notController } from './controller-runtime.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import { pause } from './pause.ts';
import type { ControllerAccess } from './services.ts';

export interface ControllerClientOptions {
  readonly peers: ControllerPeers;
  /** This node's own controller. */
  readonly local: ControllerAccess;
  readonly isActiveHere: () => boolean;
  /** Where the active controller is that is not here; undefined while nobody knows. */
  readonly endpoint: () => NodeEndpoint | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly signal: AbortSignal;
}

const RETRY_MS = 30;
const FORWARD_TIMEOUT_MS = 20_000;
/** Nothing of what was asked has happened, or what has happens the same a second time. */
const REPEATED: ReadonlySet<string> = new Set([
  'NOT_CONTROLLER',
  'CONNECTION_REFUSED',
  'CONNECTION_LOST',
  'CONNECTION_CLOSED',
  'REQUEST_TIMED_OUT_LOCALLY',
]);

/** The active controller, wherever it is: found anew and asked again while it moves. */
export class ControllerClient {
  readonly #options: ControllerClientOptions;

  constructor(options: ControllerClientOptions) {
    this.#options = options;
  }

  get isActiveHere(): boolean {
    return this.#options.isActiveHere();
  }

  register(command: Omit<RegisterBrokerCommand, 'isHeard'>): Promise<RegisterBrokerResult> {
    return this.#ask(
      ({ local }) => local.registerBroker(command),
      (peers, to) => peers.register(to, command),
    );
  }

  /** One try: the next heartbeat is the next. */
  heartbeat(command: BrokerHeartbeatCommand): Promise<BrokerHeartbeatResult> {
    return this.#once(
      ({ local }) => local.heartbeat(command),
      (peers, to) => peers.heartbeat(to, command),
    );
  }

  /** One try: the leader looks anew before it asks again. */
  alterPartitions(command: AlterPartitionsCommand): Promise<AlterPartitionsResult> {
    return this.#once(
      ({ local }) => local.alterPartitions(command),
      (peers, to) => peers.alterPartitions(to, command),
    );
  }

  allocateProducerIds(broker: { brokerId: number; epoch: number }): Promise<AllocateProducerIdsResult> {
    return this.#ask(
      ({ local }) => local.allocateProducerIdsTo(broker),
      (peers, to) => peers.allocateProducerIds(to, broker),
    );
  }

  createTopics(command: CreateTopicsCommand): Promise<readonly CreateTopicResult[]> {
    return this.#ask(
      ({ local }) => local.createTopics(command),
      (peers, to) => peers.createTopics(to, command),
    );
  }

  /** Hands a client's request on; where the controller has come here meanwhile, NOT_CONTROLLER: the caller carries it out. */
  forward(request: ForwardedRequest): Promise<Buffer> {
    return this.#ask(
      () => Promise.reject(notController()),
      (peers, to) => peers.forward(to, request),
      () => this.isActiveHere,
    );
  }

  async #ask<T>(
    here: (options: ControllerClientOptions) => Promise<T>,
    there: (peers: ControllerPeers, to: NodeEndpoint) => Promise<T>,
    isOver: () => boolean = () => false,
  ): Promise<T> {
    const { clock, timers, signal } = this.#options;
    const untilMs = clock.now().monoMs + FORWARD_TIMEOUT_MS;
    for (;;) {
      try {
        return await this.#once(here, there);
      } catch (error) {
        const isWorthIt = isMillraceError(error) && REPEATED.has(error.code);
        if (!isWorthIt || signal.aborted || isOver() || clock.now().monoMs >= untilMs) throw error;
      }
      await pause(timers, RETRY_MS, signal);
    }
  }

  async #once<T>(
    here: (options: ControllerClientOptions) => Promise<T>,
    there: (peers: ControllerPeers, to: NodeEndpoint) => Promise<T>,
  ): Promise<T> {
    if (this.isActiveHere) return await here(this.#options);
    const to = this.#options.endpoint();
    if (to === undefined) throw notController();
    return await there(this.#options.peers, to);
  }
}
