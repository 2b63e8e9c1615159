import type { Assignment } from '@millrace/connect-runtime/core/assignor/assign';
import { type AssignPlan, type AssignRequest, assign } from '@millrace/connect-runtime/core/assignor/assign';
import {
  ClusterConfig,
  type ConnectorConfig,
  configRecord,
  fingerprintOf,
} from '@millrace/connect-runtime/core/config/cluster-config';
import type { HerderEffect, HerderEvent } from '@millrace/connect-runtime/core/herder/herder-events';
import { type TaskId, taskKey } from '@millrace/connect-runtime/core/task-id';
import type { Json } from '@millrace/foundation/types';
import { Coordinator, type Joining } from './coordinator.ts';
import { Schedule } from './schedule.ts';
import { SESSION_MS, SimWorker } from './sim-worker.ts';
import { splitOf } from './split.ts';

const WORKERS = 4;
const CONNECTORS = ['a', 'b', 'c'];
const STEPS_MAX = 22;
const SETTLE_MS = 60_000;

/** A bug planted at the borders of the cores; each is to be found. */
export interface Mutation {
  readonly assign: (request: AssignRequest) => AssignPlan;
  readonly join?: (said: Joining, worker: SimWorker) => Joining;
  /** Null: it never comes. */
  readonly event?: (event: HerderEvent, worker: SimWorker) => HerderEvent | null;
  readonly effects?: (effects: readonly HerderEffect[], worker: SimWorker) => readonly HerderEffect[];
}

/** What must always hold did not. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

class Statuses {
  readonly #states = new Map<string, { readonly state: string; readonly generation: number }>();

  connector(name: string) {
    return this.#states.get(name);
  }

  task() {
    return undefined;
  }

  connectors(): readonly string[] {
    return [...this.#states.keys()];
  }

  /** As the store does it: who was put out of the group meanwhile has no say in what became of it. */
  tell(name: string, state: string, generation: number): void {
    const newest = this.#states.get(name);
    if (newest && newest.generation > generation) return;
    this.#states.set(name, { state, generation });
  }

  forget(name: string): void {
    this.#states.delete(name);
  }
}

/** A group of workers, its coordinator, its config topic and what goes wrong with all of them, of one seed. */
export class World {
  readonly schedule: Schedule;
  readonly coordinator: Coordinator;
  readonly workers: readonly SimWorker[];
  readonly statuses = new Statuses();
  readonly log: { readonly key: string; readonly value: Json }[] = [];
  readonly mutation: Mutation;
  /** What the log says, to compare with. */
  readonly truth = new ClusterConfig();
  weights: ReadonlyMap<string, number> = new Map();
  faults = { readFails: 0, splitFails: 0, crashInStore: 0 };
  readonly #planned = new Set<number>();
  readonly #trace: string[] = [];
  #version = 0;
  #peace = false;

  constructor(seed: number, mutation: Mutation = { assign }) {
    this.mutation = mutation;
    this.schedule = new Schedule(seed);
    this.coordinator = new Coordinator(this.schedule, { sessionMs: SESSION_MS, rebalanceMs: 8_000 });
    this.workers = Array.from({ length: WORKERS }, (_, index) => new SimWorker(this, `w${index + 1}`));
  }

  /** What was done to it, one line each. */
  get trace(): readonly string[] {
    return this.#trace;
  }

  /** Plays the whole: what goes wrong, then peace, and everything runs. @throws {Violation} */
  run(): void {
    const { schedule } = this;
    const rough = schedule.chance(0.7);
    if (rough) this.faults = { readFails: 0.1, splitFails: 0.1, crashInStore: 0.03 };
    for (const worker of this.workers.slice(0, schedule.between(1, WORKERS))) worker.start();
    const steps = schedule.between(4, STEPS_MAX);
    for (let step = 0; step < steps; step++) {
      schedule.runUntil(schedule.nowMs + schedule.between(1, schedule.chance(0.3) ? 3_500 : 400));
      this.#act();
    }
    this.#heal();
    this.#settle();
    // Weights may have changed since the group met last: where that is much, a worker calls it together.
    this.#meet();
    this.#checkBalance();
    const before = this.#placement();
    this.#meet();
    if (this.#placement() !== before) this.fail(`moves tasks for nothing: ${before} to ${this.#placement()}`);
  }

  append(key: string, value: Json): void {
    this.log.push({ key, value });
    this.truth.replay(this.log.length - 1, key, value);
    for (const worker of this.workers) this.#deliver(worker);
  }

  appendTaskConfigs(connector: string, configs: readonly ConnectorConfig[], cutAt: number | null): void {
    for (const [task, config] of configs.slice(0, cutAt ?? configs.length).entries()) {
      const record = configRecord.task({ connector, task }, config);
      this.append(record.key, record.value);
    }
    const commit = configRecord.commit(connector, configs.length);
    if (cutAt === null) this.append(commit.key, commit.value);
  }

  crash(worker: SimWorker): void {
    this.#note(`${worker.name} crashes`);
    worker.crash();
    this.schedule.after(this.schedule.between(100, 9_000), () => {
      if (!worker.up && !this.#peace) worker.start();
    });
  }

  checkStart(worker: SimWorker, id: TaskId): void {
    const key = taskKey(id);
    if (worker.tasks.has(key)) this.fail(`${worker.name} starts ${key}, which has not stopped there`);
    if (worker.config.offset < worker.leaderOffset)
      this.fail(`${worker.name} starts ${key} by a config that is older than the one that was divided by`);
    // Who was put out of the group stops as soon as it hears of it; until then others may run what it had.
    const isMember = ({ memberId }: SimWorker) => memberId !== '' && this.coordinator.has(memberId);
    if (!isMember(worker)) return;
    const other = this.workers.find((one) => one !== worker && one.tasks.has(key) && isMember(one));
    if (other) this.fail(`${worker.name} starts ${key}, which ${other.name} runs`);
  }

  /** A rebalance, or a change elsewhere, must not stop a task that it does not concern. */
  checkStop(worker: SimWorker, id: TaskId, cause: HerderEvent, before: Assignment): void {
    if (cause.kind === 'lost' || cause.kind === 'close') return;
    const key = taskKey(id);
    const isAssigned = (assignment: Assignment) => assignment.tasks.some((one) => taskKey(one) === key);
    // Whether it had to be revoked is a matter of the plan.
    if (!isAssigned(worker.core.assignment) || !isAssigned(before)) return;
    const running = worker.tasks.get(key);
    const wanted = fingerprintIn(worker.config, id);
    if (running && wanted === running.fingerprint && worker.config.targetState(id.connector) !== 'STOPPED')
      this.fail(`${worker.name} stops ${key}, of which nothing has changed, because of ${cause.kind}`);
  }

  checkPlan(generation: number, request: AssignRequest, plan: AssignPlan): void {
    if (this.#planned.has(generation)) this.fail(`generation ${generation} is divided twice`);
    this.#planned.add(generation);
    const { configured, members } = request;
    const holders = new Map<string, string[]>();
    for (const { memberId, held } of members)
      for (const id of held.tasks) holders.set(taskKey(id), [...(holders.get(taskKey(id)) ?? []), memberId]);
    const owner = new Map<string, string>();
    for (const [memberId, { assigned }] of plan.members) {
      for (const id of assigned.tasks) {
        const key = taskKey(id);
        if (owner.has(key)) this.fail(`${key} has two owners in generation ${generation}`);
        owner.set(key, memberId);
        if (holders.get(key)?.some((holder) => holder !== memberId) && !holders.get(key)?.includes(memberId))
          this.fail(`${key} is given to ${memberId} while ${holders.get(key)} holds it`);
      }
    }
    for (const id of configured.tasks)
      if (!owner.has(taskKey(id)) && !holders.has(taskKey(id)))
        this.fail(`${taskKey(id)} is given to nobody in generation ${generation}`);
    this.#checkRevocations(request, plan, holders);
  }

  fail(what: string): never {
    throw new Violation(`${what} (at ${this.schedule.nowMs} ms)`);
  }

  #checkRevocations(
    { configured, members }: AssignRequest,
    plan: AssignPlan,
    holders: ReadonlyMap<string, readonly string[]>,
  ): void {
    const wanted = new Set(configured.tasks.map(taskKey));
    const takers = members.filter(({ draining }) => !draining);
    const fewest = Math.floor(wanted.size / Math.max(1, takers.length));
    for (const { memberId, draining } of members) {
      const { assigned, revoked } = plan.members.get(memberId)!;
      if (draining && takers.length > 0 && assigned.tasks.length > 0)
        this.fail(`${memberId} drains and is given tasks`);
      if (draining || takers.length === 0 || this.weights.size > 0) continue;
      const needless = revoked.tasks.filter(
        (id) => wanted.has(taskKey(id)) && holders.get(taskKey(id))!.length === 1,
      );
      if (needless.length > 0 && assigned.tasks.length < fewest)
        this.fail(`${memberId} gives up ${needless.map(taskKey)} and is left with less than its share`);
    }
  }

  #deliver(worker: SimWorker): void {
    if (!worker.up) return;
    const slow = this.schedule.chance(0.05) ? 2_000 : 60;
    this.schedule.after(this.schedule.between(1, slow), () => {
      if (worker.up && worker.isCutOff)
        this.schedule.after(worker.cutOffUntilMs - this.schedule.nowMs, () => worker.up && worker.read());
      else if (worker.up) worker.read();
    });
  }

  #act(): void {
    const { schedule } = this;
    const dice = schedule.random();
    const up = this.workers.filter((worker) => worker.up && !worker.closing);
    if (dice < 0.1) {
      const down = this.workers.find((worker) => !worker.up);
      if (down) down.start();
      this.#note(`${down?.name ?? 'nobody'} starts`);
    } else if (dice < 0.18 && up.length > 0) this.crash(schedule.pick(up));
    else if (dice < 0.26 && up.length > 1) this.#with(schedule.pick(up), 'closes', (one) => one.close());
    else if (dice < 0.34 && up.length > 0) {
      const forMs = schedule.between(100, 8_000);
      this.#with(schedule.pick(up), `is cut off for ${forMs} ms`, (one) => {
        one.cutOffUntilMs = schedule.nowMs + forMs;
      });
    } else if (dice < 0.4 && up.length > 0) {
      const on = schedule.chance(0.6);
      this.#with(schedule.pick(up), `drains: ${on}`, (one) => one.tell({ kind: 'drain', on }));
    } else if (dice < 0.43) this.#reweigh();
    else this.#command();
  }

  #command(): void {
    const { schedule, truth } = this;
    const name = schedule.pick(CONNECTORS);
    const dice = schedule.random();
    const config = truth.connector(name);
    if (!config || dice < 0.35) {
      const tasks = schedule.chance(0.5) && config ? config.tasks! : String(schedule.between(0, 5));
      this.#write(configRecord.connector(name, { tasks, version: String(++this.#version) }));
    } else if (dice < 0.45) {
      this.#write(configRecord.connector(name, null));
      this.#write(configRecord.targetState(name, null));
    } else if (dice < 0.85) {
      this.#write(configRecord.targetState(name, schedule.pick(['RUNNING', 'PAUSED', 'STOPPED'])));
    } else {
      const request = { connector: name, includeTasks: schedule.chance(0.5), onlyFailed: false };
      this.#write(configRecord.restart(request));
    }
  }

  #write({ key, value }: { readonly key: string; readonly value: Json }): void {
    this.#note(`${key} = ${JSON.stringify(value)}`);
    this.append(key, value);
  }

  #reweigh(): void {
    const heavy = this.truth.tasks().filter(() => this.schedule.chance(0.2));
    this.weights = new Map(heavy.map((id) => [taskKey(id), this.schedule.between(2, 60)]));
    this.#note(`weights ${JSON.stringify([...this.weights])}`);
  }

  #with(worker: SimWorker, what: string, act: (worker: SimWorker) => void): void {
    this.#note(`${worker.name} ${what}`);
    act(worker);
  }

  #note(what: string): void {
    this.#trace.push(`${String(this.schedule.nowMs).padStart(6)} ${what}`);
  }

  #heal(): void {
    this.#note('peace');
    this.#peace = true;
    this.faults = { readFails: 0, splitFails: 0, crashInStore: 0 };
    for (const worker of this.workers) {
      worker.cutOffUntilMs = 0;
      if (worker.up) {
        worker.read();
        worker.tell({ kind: 'drain', on: false });
      }
    }
    if (!this.workers.some(({ up, closing }) => up && !closing)) this.workers.find(({ up }) => !up)?.start();
  }

  /** What is not yet as it must be; null where all is. */
  #unsettled(): string | null {
    const up = this.workers.filter((worker) => worker.up);
    if (up.length === 0) return 'nobody is up';
    if (!this.coordinator.isStable || this.coordinator.size !== up.length) return 'the group has not met';
    for (const worker of up) {
      if (!worker.isStable || !worker.core.joined || worker.closing) return `${worker.name} has not joined`;
      if (worker.stopping.size > 0) return `${worker.name} still stops tasks`;
    }
    return this.#unpublished() ?? this.#misplaced(up);
  }

  #unpublished(): string | null {
    const { truth } = this;
    for (const name of truth.connectors()) {
      const config = truth.connector(name)!;
      const wanted = truth.targetState(name) === 'STOPPED' ? [] : splitOf(config);
      const published = truth.taskConfigs(name);
      const applied = truth.appliedConnector(name)!;
      const same =
        published.length === wanted.length &&
        wanted.every(
          (task, index) => fingerprintOf(config, task) === fingerprintOf(applied, published[index]!),
        );
      if (!same) return `the task configs of ${name} are not those of its config`;
      const said = this.statuses.connector(name)?.state;
      if (said !== truth.targetState(name)) return `connector ${name} says ${said}`;
    }
    return null;
  }

  #misplaced(up: readonly SimWorker[]): string | null {
    const { truth } = this;
    const wanted = new Set(truth.tasks().map(taskKey));
    for (const id of truth.tasks()) {
      const key = taskKey(id);
      const runs = up.flatMap((worker) => worker.tasks.get(key) ?? []);
      if (runs.length !== 1) return `${key} runs ${runs.length} times`;
      if (runs[0]!.fingerprint !== fingerprintIn(truth, id)) return `${key} runs with an old config`;
      if (runs[0]!.paused !== (truth.targetState(id.connector) === 'PAUSED'))
        return `${key} is paused: ${runs[0]!.paused}`;
    }
    for (const worker of up)
      for (const key of worker.tasks.keys()) if (!wanted.has(key)) return `${worker.name} runs ${key} still`;
    return null;
  }

  #settle(): void {
    const { schedule } = this;
    const endMs = schedule.nowMs + SETTLE_MS;
    do schedule.runUntil(schedule.nowMs + 500);
    while (schedule.nowMs < endMs && this.#unsettled() !== null);
    const problem = this.#unsettled();
    if (problem !== null) this.fail(`does not come to rest: ${problem}`);
  }

  #meet(): void {
    this.workers.find(({ up }) => up)?.meet();
    this.#settle();
  }

  #placement(): string {
    return JSON.stringify(this.workers.map(({ tasks }) => [...tasks.keys()].sort()));
  }

  /** No task could be moved so that two workers were clearly closer together. */
  #checkBalance(): void {
    const weightOf = (key: string) => this.weights.get(key) ?? 1;
    const shares = this.workers
      .filter(({ up }) => up)
      .map(({ tasks }) => ({
        load: [...tasks.keys()].reduce((sum, key) => sum + weightOf(key), 0),
        lightest: Math.min(...[...tasks.keys()].map(weightOf)),
      }));
    const total = shares.reduce((sum, { load }) => sum + load, 0);
    const pays = Math.max(1, (total / shares.length) * 0.05);
    const least = Math.min(...shares.map(({ load }) => load));
    for (const { load, lightest } of shares)
      if (load - least - lightest >= pays)
        this.fail(`one worker has ${load} to do, another ${least}, and a task of ${lightest} could move`);
  }
}

function fingerprintIn(config: ClusterConfig, id: TaskId): string | null {
  const task = config.taskConfigs(id.connector)[id.task];
  const connector = config.appliedConnector(id.connector);
  return task && connector ? fingerprintOf(connector, task) : null;
}
