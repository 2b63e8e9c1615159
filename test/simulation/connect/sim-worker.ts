import type { Assignment } from '@millrace/connect-runtime/core/assignor/assign';
import { ClusterConfig } from '@millrace/connect-runtime/core/config/cluster-config';
import { HerderCore } from '@millrace/connect-runtime/core/herder/herder-core';
import type { HerderEffect, HerderEvent } from '@millrace/connect-runtime/core/herder/herder-events';
import { type TaskId, taskKey } from '@millrace/connect-runtime/core/task-id';
import type { Given, JoinAnswer } from './coordinator.ts';
import { splitOf } from './split.ts';
import type { World } from './world.ts';

const HEARTBEAT_MS = 500;
export const SESSION_MS = 4_000;
const JOIN_LOST_AFTER_MS = 9_000;
const RETRY_MS = 300;

/** A task as it is in its host. */
export interface SimTask {
  readonly id: TaskId;
  readonly fingerprint: string;
  paused: boolean;
}

/** A worker: the real herder, in a shell that takes its time, loses messages and dies. */
export class SimWorker {
  readonly name: string;
  readonly #world: World;
  /** Rises with each start: what was under way for an earlier one comes to nothing. */
  #life = 0;
  up = false;
  core: HerderCore;
  config = new ClusterConfig();
  /** How far the config topic is read. */
  position = 0;
  /** How far the leader of its generation had read the config topic. */
  leaderOffset = -1;
  memberId = '';
  #generation = -1;
  #phase: 'out' | 'unjoined' | 'joining' | 'leading' | 'syncing' | 'stable' = 'out';
  #wantsRejoin = false;
  #lastContactMs = 0;
  cutOffUntilMs = 0;
  closing = false;
  /** Tasks in hosts, those that still stop included. */
  readonly tasks = new Map<string, SimTask>();
  readonly stopping = new Set<string>();
  #intended: ReadonlyMap<string, string> = new Map();
  #tickAtMs = Number.POSITIVE_INFINITY;

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
    this.core = this.#newCore();
  }

  get isCutOff(): boolean {
    return this.#world.schedule.nowMs < this.cutOffUntilMs;
  }

  get isStable(): boolean {
    return this.#phase === 'stable';
  }

  start(): void {
    this.#life++;
    this.up = true;
    this.closing = false;
    this.config = new ClusterConfig();
    this.position = 0;
    this.core = this.#newCore();
    this.memberId = '';
    this.leaderOffset = -1;
    this.#generation = -1;
    this.#phase = 'out';
    this.#wantsRejoin = false;
    this.#tickAtMs = Number.POSITIVE_INFINITY;
    this.#intended = new Map();
    this.#later(this.#world.schedule.between(5, 300), () => {
      this.#catchUp(this.#world.log.length);
      this.#join();
      this.#beat();
    });
  }

  /** SIGKILL: the hosts go with it. */
  crash(): void {
    this.#life++;
    this.up = false;
    this.#phase = 'out';
    this.tasks.clear();
    this.stopping.clear();
  }

  /** SIGTERM: hands over, stops what is left, leaves. */
  close(): void {
    if (this.closing) return;
    this.closing = true;
    const endMs = this.#world.schedule.nowMs + 8_000;
    if (this.core.joined) this.tell({ kind: 'drain', on: true });
    const look = () => {
      const waits = this.core.joined && this.#drained === null && this.#world.schedule.nowMs < endMs;
      if (waits) {
        this.#later(20, look);
        return;
      }
      this.tell({ kind: 'close' });
      this.#whenStopped(() => {
        const { memberId } = this;
        this.crash();
        this.#world.coordinator.leave(memberId);
      });
    };
    this.#drained = null;
    look();
  }

  #drained: boolean | null = null;

  /** As when the load of its tasks has changed. */
  meet(): void {
    this.#rejoin();
  }

  /** The config topic as far as it is written, or as far as it has come. */
  read(): void {
    if (!this.isCutOff) this.#catchUp(this.#world.log.length);
  }

  tell(event: HerderEvent): void {
    const { schedule, mutation } = this.#world;
    const told = mutation.event ? mutation.event(event, this) : event;
    if (!told) return;
    const now = { monoMs: schedule.nowMs, random: schedule.random() };
    const before = this.core.assignment;
    const effects = this.core.handle(told, now);
    for (const effect of mutation.effects ? mutation.effects(effects, this) : effects)
      this.#perform(effect, told, before);
    this.#scheduleTick();
  }

  #newCore(): HerderCore {
    const { statuses } = this.#world;
    return new HerderCore({
      config: this.config,
      statuses,
      isExactlyOnce: () => false,
      restartPolicy: RESTARTS,
      readRetryMs: RETRY_MS,
    });
  }

  #scheduleTick(): void {
    const atMs = this.core.wakeAtMs;
    if (atMs === Number.POSITIVE_INFINITY || atMs >= this.#tickAtMs) return;
    this.#tickAtMs = atMs;
    this.#later(atMs - this.#world.schedule.nowMs, () => {
      this.#tickAtMs = Number.POSITIVE_INFINITY;
      this.tell({ kind: 'tick' });
    });
  }

  #later(delayMs: number, job: () => void): void {
    const life = this.#life;
    this.#world.schedule.after(delayMs, () => {
      if (this.up && life === this.#life) job();
    });
  }

  #catchUp(end: number): void {
    while (this.position < end) {
      const { key, value } = this.#world.log[this.position]!;
      const change = this.config.replay(this.position, key, value);
      this.position++;
      if (change) this.tell({ kind: 'configChanged', change });
    }
  }

  #perform(effect: HerderEffect, cause: HerderEvent, before: Assignment): void {
    const world = this.#world;
    const { schedule } = world;
    switch (effect.kind) {
      case 'readConfig':
        this.#later(schedule.between(1, 60), () => {
          const ok = !this.isCutOff && !schedule.chance(world.faults.readFails);
          if (ok) this.#catchUp(world.log.length);
          this.tell({ kind: 'configRead', ok });
        });
        break;
      case 'start':
        world.checkStart(this, effect.id);
        this.tasks.set(taskKey(effect.id), { ...effect });
        break;
      case 'stop':
        world.checkStop(this, effect.id, cause, before);
        this.#stopTask(effect.id);
        break;
      case 'pause':
      case 'resume': {
        const task = this.tasks.get(taskKey(effect.id));
        if (task) task.paused = effect.kind === 'pause';
        break;
      }
      case 'rejoin':
        this.#rejoin();
        break;
      case 'splitConnector':
        this.#later(schedule.between(1, schedule.chance(0.05) ? 3_000 : 80), () => {
          const { connector, turn } = effect;
          if (schedule.chance(world.faults.splitFails)) {
            const failure = { class: 'transient', error: null };
            this.tell({ kind: 'connectorFailed', connector, turn, failure });
          } else this.tell({ kind: 'connectorSplit', connector, turn, configs: splitOf(effect.config) });
        });
        break;
      case 'storeTaskConfigs':
        this.#later(schedule.between(1, 40), () => this.#store(effect));
        break;
      case 'tellConnector':
        world.statuses.tell(effect.connector, effect.state, this.core.generation);
        break;
      case 'forgetStatuses':
        world.statuses.forget(effect.connector);
        break;
      case 'drained':
        this.#drained = effect.handedOver;
        break;
      default:
        break;
    }
  }

  #stopTask(id: TaskId): void {
    const key = taskKey(id);
    const { schedule } = this.#world;
    this.stopping.add(key);
    this.#later(schedule.between(1, schedule.chance(0.1) ? 2_500 : 120), () => {
      this.stopping.delete(key);
      this.tasks.delete(key);
      this.tell({ kind: 'taskStopped', id });
    });
  }

  #store(effect: Extract<HerderEffect, { kind: 'storeTaskConfigs' }>): void {
    const world = this.#world;
    const { connector, turn, configs } = effect;
    if (this.isCutOff) {
      this.#later(500, () => this.#store(effect));
      return;
    }
    // Some of the records, and then it dies: the set must never be run.
    const isCut = world.schedule.chance(world.faults.crashInStore);
    world.appendTaskConfigs(connector, configs, isCut ? world.schedule.between(0, configs.length) : null);
    if (isCut) {
      world.crash(this);
      return;
    }
    this.#later(world.schedule.between(1, 40), () => {
      this.#catchUp(world.log.length);
      this.tell({ kind: 'taskConfigsStored', connector, turn });
    });
  }

  // The place in the group.

  #rejoin(): void {
    this.#wantsRejoin = true;
    if (this.#phase === 'stable') this.#later(1, () => this.#phase === 'stable' && this.#join());
  }

  /** A request to the coordinator and its answer; lost where this worker is cut off at either end of it. */
  #ask<T>(
    send: (answered: (answer: T) => void) => void,
    answered: (answer: T) => void,
    failed: () => void,
  ): void {
    const { schedule } = this.#world;
    const orFails = (job: () => void) => () => {
      if (this.isCutOff) this.#later(schedule.between(100, 1_000), failed);
      else job();
    };
    this.#later(
      schedule.between(1, 15),
      orFails(() =>
        send((answer) =>
          this.#later(
            schedule.between(1, 15),
            orFails(() => answered(answer)),
          ),
        ),
      ),
    );
  }

  /** Joins again in a moment, while the session goes on. */
  #unjoin(asked: number): void {
    if (asked !== this.#asked) return;
    if (this.memberId !== '' && this.#world.schedule.nowMs - this.#lastContactMs >= SESSION_MS) {
      this.#lost();
      return;
    }
    const again = ++this.#asked;
    this.#phase = 'unjoined';
    this.#later(RETRY_MS, () => again === this.#asked && this.#join());
  }

  #join(): void {
    const world = this.#world;
    this.#phase = 'joining';
    this.#wantsRejoin = false;
    const told = this.core.join();
    const said = world.mutation.join ? world.mutation.join(told, this) : told;
    const asked = ++this.#asked;
    this.#ask<JoinAnswer | 'unknown'>(
      (reply) => world.coordinator.join(this.memberId, said, reply),
      (answer) => {
        if (asked !== this.#asked) return;
        if (answer === 'unknown') this.#lost();
        else this.#joined(answer);
      },
      () => this.#unjoin(asked),
    );
    this.#later(JOIN_LOST_AFTER_MS, () => this.#phase === 'joining' && this.#unjoin(asked));
  }

  /** Which join or sync is waited for: answers to an earlier one are passed over. */
  #asked = 0;

  #joined(answer: JoinAnswer): void {
    const { schedule } = this.#world;
    this.memberId = answer.memberId;
    this.#generation = answer.generation;
    this.#contact();
    if (answer.leaderId !== answer.memberId) {
      this.#intended = new Map();
      this.#sync(null);
      return;
    }
    this.#phase = 'leading';
    const asked = ++this.#asked;
    this.#later(schedule.between(1, 60), () => {
      if (asked !== this.#asked) return;
      if (this.isCutOff) {
        this.#unjoin(asked);
        return;
      }
      this.#catchUp(this.#world.log.length);
      this.#lead(answer);
    });
  }

  #lead({ members, generation }: JoinAnswer): void {
    const world = this.#world;
    const configured = { connectors: this.config.connectors(), tasks: this.config.tasks() };
    const request = {
      configured,
      members,
      leaderId: this.memberId,
      weights: world.weights,
      intended: this.#intended,
    };
    const plan = world.mutation.assign(request);
    this.#intended = plan.intended;
    world.checkPlan(generation, request, plan);
    this.tell({ kind: 'placed', work: configured });
    const configOffset = this.config.offset;
    this.#sync(new Map([...plan.members].map(([id, mine]) => [id, { ...mine, configOffset }])));
  }

  #sync(assignments: ReadonlyMap<string, Given> | null): void {
    this.#phase = 'syncing';
    const asked = ++this.#asked;
    const generation = this.#generation;
    const { coordinator } = this.#world;
    this.#ask<Given | 'rebalance' | 'unknown'>(
      (reply) => coordinator.sync(this.memberId, generation, assignments, reply),
      (answer) => {
        if (asked !== this.#asked) return;
        if (answer === 'unknown') this.#lost();
        else if (answer === 'rebalance') this.#join();
        else this.#assigned(answer, generation, assignments !== null);
      },
      () => this.#unjoin(asked),
    );
    this.#later(JOIN_LOST_AFTER_MS, () => this.#phase === 'syncing' && this.#unjoin(asked));
  }

  #assigned({ assigned, revoked, configOffset }: Given, generation: number, isLeader: boolean): void {
    this.#phase = 'stable';
    this.#contact();
    this.leaderOffset = configOffset;
    const assignment = { assigned, revoked, configOffset, leaderUrl: '', delayMs: 0 };
    this.tell({ kind: 'assigned', assignment, generation, isLeader });
    if (this.#wantsRejoin) this.#rejoin();
  }

  #beat(): void {
    this.#later(HEARTBEAT_MS, () => this.#beat());
    const isBeating = this.#phase === 'stable' || this.#phase === 'leading';
    if (this.memberId === '' || !isBeating || this.isCutOff) return;
    const answer = this.#world.coordinator.heartbeat(this.memberId, this.#generation);
    if (answer === 'unknown' || answer === 'illegal') {
      this.#lost();
      return;
    }
    this.#contact();
    if (answer === 'rebalance') this.#rejoin();
  }

  /** The coordinator has heard of this worker; unless it does again, the session ends here first. */
  #contact(): void {
    const atMs = this.#world.schedule.nowMs;
    this.#lastContactMs = atMs;
    this.#later(SESSION_MS, () => {
      const hasSession = this.#phase !== 'out' && this.#phase !== 'joining' && this.#phase !== 'syncing';
      if (this.#lastContactMs === atMs && hasSession && this.memberId !== '') this.#lost();
    });
  }

  #lost(): void {
    this.#asked++;
    this.#phase = 'out';
    this.memberId = '';
    this.#generation = -1;
    this.tell({ kind: 'lost' });
    this.#whenStopped(() => {
      if (this.#phase === 'out' && !this.closing) this.#join();
    });
  }

  #whenStopped(then: () => void): void {
    if (this.stopping.size === 0) this.#later(0, then);
    else this.#later(10, () => this.#whenStopped(then));
  }
}

const RESTARTS = {
  backoffMs: 100,
  backoffMaxMs: 1_000,
  resetAfterMs: 60_000,
  attempts: { transient: -1, throttled: -1, poison: 0, auth: 0, config: 0, bug: 0 },
};
