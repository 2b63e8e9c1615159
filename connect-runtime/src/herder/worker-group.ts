import type { GroupMember, GroupMemberOptions } from '@millrace/client';
import { type Clock, isMillraceError, type Logger, MillraceError, type Random } from '@millrace/foundation';
import type { RestartPolicy } from '../core/restart/restart-policy.ts';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { TaskCounterRow } from '../tasks/host-protocol.ts';
import type { TaskSupervisor } from '../tasks/task-supervisor.ts';
import type { WorkerConfig } from '../worker-config.ts';
import { ControlLoop } from './control-loop.ts';
import { forward } from './forwarding.ts';
import { LoadWatch } from './load-watch.ts';
import { type GroupWorker, Membership } from './membership.ts';
import { SessionKeys } from './session-keys.ts';

export interface WorkerGroupOptions {
  readonly config: WorkerConfig;
  /** Kafka's group where it is not given. */
  readonly createMember?: (options: GroupMemberOptions) => GroupMember;
  readonly clientId: string;
  /** `host:port` of this worker's REST API, which is its id in statuses too. */
  readonly restAddress: string;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly catalog: PluginCatalog;
  readonly tasks: TaskSupervisor;
  readonly counters: () => readonly TaskCounterRow[];
  readonly restartPolicy: RestartPolicy;
  readonly fence: (tasks: readonly TaskId[]) => Promise<void>;
  readonly onJoin: () => void;
  readonly onJoined: (rebalance: { readonly epoch: number; readonly leaderUrl: string }) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A worker as one of its group: its membership, what it does about it, what it tells the others, and how it leaves. */
export class WorkerGroup {
  readonly loop: ControlLoop;
  readonly sessionKeys: SessionKeys;
  readonly #options: WorkerGroupOptions;
  readonly #membership: Membership;
  readonly #load: LoadWatch;
  #ended: Error | null = null;

  constructor(options: WorkerGroupOptions) {
    this.#options = options;
    const { config, configs, clock, logger } = options;
    const rejoin = (reason: string) => this.#membership.rejoin(reason);
    const exactlyOnce = config['exactly.once.source.support'] === 'enabled';
    this.loop = new ControlLoop({
      ...options,
      workerId: options.restAddress,
      rejoin,
      isExactlyOnce: (connector) =>
        exactlyOnce && options.catalog.typeOf(connector['connector.class'] ?? '') !== 'sink',
    });
    this.#load = new LoadWatch({
      clock,
      counters: options.counters,
      rebalanceIntervalMs: config['load.rebalance.interval.ms'],
      rejoin,
    });
    const keyBits = config['inter.worker.key.size'];
    this.sessionKeys = new SessionKeys({
      configs,
      keyAlgorithm: config['inter.worker.key.generation.algorithm'],
      keySizeBytes: keyBits === null ? null : Math.ceil(keyBits / 8),
      ttlMs: config['inter.worker.key.ttl.ms'],
      signatureAlgorithm: config['inter.worker.signature.algorithm'],
      verificationAlgorithms: config['inter.worker.verification.algorithms'],
      isLeader: () => this.loop.isLeader,
      clock,
      logger,
    });
    this.#membership = this.#createMembership();
  }

  /** Why this worker was put out of its group for good; null where it was not. */
  get ended(): Error | null {
    return this.#ended;
  }

  /** Who is in the group and has what, as this worker divided last; empty where it does not lead. */
  get workers(): readonly GroupWorker[] {
    return this.#membership.workers;
  }

  /** Where the REST API of the worker answers that runs a task, as the leader knows it; empty where it does not. */
  workerOf(id: TaskId): string {
    const key = taskKey(id);
    const worker = this.workers.find(({ tasks }) => tasks.some((one) => taskKey(one) === key));
    return worker?.url ?? '';
  }

  start(): void {
    this.#membership.start();
    this.#load.start();
    this.sessionKeys.start();
  }

  /**
   * Asks the leader what only workers of the group may ask (KIP-507).
   * @throws {MillraceError} NO_SESSION_KEY, LEADER_REFUSED, FORWARDING_FAILED (class transient)
   */
  async askLeader(method: 'POST' | 'PUT', path: string, body: string): Promise<void> {
    const headers = this.sessionKeys.sign(body);
    const { status } = await forward(this.loop.leaderUrl, {
      method,
      path: `${path}?forward=false`,
      body: body === '' ? null : body,
      headers,
    });
    if (status < 300) return;
    throw new MillraceError(`The leader of the group answered ${status} to ${method} ${path}.`, {
      code: 'LEADER_REFUSED',
      class: 'transient',
      hint: 'The group may be finding out who leads; it is tried again.',
    });
  }

  /** See {@link ControlLoop.drain}; waits no longer than `worker.drain.timeout.ms`. Whoever leads without others has nobody to hand over to. */
  async drain(): Promise<boolean> {
    if (this.loop.isLeader && this.workers.length <= 1) return false;
    return this.loop.drain(this.#options.config['worker.drain.timeout.ms']);
  }

  /** Hands over what others can take, stops what is left, and leaves. */
  async close(): Promise<void> {
    this.#load.close();
    this.sessionKeys.close();
    // Who was told to drain before has handed over what others could take.
    if (this.loop.joined && !this.loop.draining) await this.drain();
    await this.loop.close();
    await this.#membership.close();
  }

  async #lost(reason: Error): Promise<void> {
    const { logger } = this.#options;
    // Of what passes, the group member joins again by itself.
    if (isFinal(reason)) {
      this.#ended = reason;
      logger.error({ err: reason }, 'this worker can not be a member of its group; its tasks stop');
    } else logger.warn({ err: reason }, 'the place in the group was lost; tasks stop until it is regained');
    await this.loop.onLost();
  }

  #createMembership(): Membership {
    const { config, clientId, restAddress, logger, configs, onJoin, onJoined, createMember } = this.#options;
    return new Membership({
      ...(createMember ? { createMember } : {}),
      config,
      clientId,
      url: `http://${restAddress}/`,
      logger,
      state: () => {
        onJoin();
        return { ...this.loop.join(), configOffset: configs.config.offset, weights: this.#load.tell() };
      },
      configured: async () => {
        await configs.refresh();
        const { config: all } = configs;
        return { work: { connectors: all.connectors(), tasks: all.tasks() }, configOffset: all.offset };
      },
      onAssignment: (assignment, generation, isLeader) => {
        onJoined({ epoch: generation, leaderUrl: assignment.leaderUrl });
        this.loop.onAssignment(assignment, generation, isLeader);
      },
      onPlaced: (work) => this.loop.onPlaced(work),
      onLost: (reason) => this.#lost(reason),
    });
  }
}

function isFinal(reason: Error): boolean {
  return isMillraceError(reason) && reason.class !== 'transient' && reason.class !== 'throttled';
}
