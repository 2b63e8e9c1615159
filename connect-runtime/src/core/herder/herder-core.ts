import type { Assignment } from '../assignor/assign.ts';
import type {
  ClusterConfig,
  ConfigChange,
  ConnectorConfig,
  RestartRequest,
} from '../config/cluster-config.ts';
import type { RestartPolicy } from '../restart/restart-policy.ts';
import { type TaskId, taskKey } from '../task-id.ts';
import { ConnectorTurns, type TurnMoment } from './connector-turns.ts';
import { FencingTurns } from './fencing-turns.ts';
import type { GroupAssignment, HerderEffect, HerderEvent } from './herder-events.ts';
import { type RunningTask, reconcileTasks } from './reconcile.ts';

/** What is known of states from the status topic. */
export interface KnownStatuses {
  connector(name: string): { readonly state: string } | undefined;
  task(id: TaskId): { readonly state: string } | undefined;
  /** Of which there is a status, also of those that are configured no more. */
  connectors(): readonly string[];
}

export interface HerderCoreOptions {
  /** Replayed by the shell, which tells of each change. */
  readonly config: ClusterConfig;
  readonly statuses: KnownStatuses;
  readonly restartPolicy: RestartPolicy;
  /** Whether a connector's tasks write in transactions. */
  readonly isExactlyOnce: (config: ConnectorConfig) => boolean;
  /** Wait before the config topic is read again after a failure, ms. */
  readonly readRetryMs: number;
}

const nothing: Assignment = { connectors: [], tasks: [] };

/**
 * What a worker does about what the group and the config topic say, as a state machine: told what happened, it answers what
 * to do. Tasks that are assigned run with their newest config; connectors that it owns get their task configs computed and
 * published; what is revoked is let go before the group meets again; a leader calls the group where the work has changed.
 */
export class HerderCore {
  readonly #options: HerderCoreOptions;
  readonly #turns: ConnectorTurns;
  readonly #fencing: FencingTurns;
  readonly #running = new Map<string, RunningTask>();
  readonly #stopping = new Map<string, TaskId>();
  #assignment: Assignment = nothing;
  #generation = -1;
  #leaderUrl = '';
  #isLeader = false;
  /** Of the assignment, the connectors that nothing was done for yet. */
  readonly #fresh = new Set<string>();
  /** The assignment that waits until the config topic is read as far as the leader had read it. */
  #untaken: GroupAssignment | null = null;
  #joined = false;
  /** What was revoked and still runs: the group meets again when all of it has stopped. */
  #revoked: ReadonlySet<string> | null = null;
  /** For which assignment the config topic is being read. */
  #readingFor: GroupAssignment | null = null;
  #readRetryAtMs = Number.POSITIVE_INFINITY;
  #rejoinAtMs = Number.POSITIVE_INFINITY;
  /** What this worker, leading, placed last; when the configuration holds something else, the group must meet again. */
  #placed = '';
  #draining = false;
  /** Whether the leader knew of it when it made the present assignment. */
  #toldDraining = false;
  /** Whether it was told then that this worker held tasks still. */
  #toldHolding = false;
  #drainEnded = false;
  #closing = false;
  #now: TurnMoment = { monoMs: 0, random: 0 };
  #effects: HerderEffect[] = [];

  constructor(options: HerderCoreOptions) {
    this.#options = options;
    this.#turns = new ConnectorTurns(options.config, options.restartPolicy);
    this.#fencing = new FencingTurns({ ...options, policy: options.restartPolicy });
  }

  /** In the group, with the work of its generation taken up. */
  get joined(): boolean {
    return this.#joined;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /** Where the leader's REST API answers; empty where none is known. */
  get leaderUrl(): string {
    return this.#leaderUrl;
  }

  get generation(): number {
    return this.#generation;
  }

  get draining(): boolean {
    return this.#draining;
  }

  get assignment(): Assignment {
    return this.#assignment;
  }

  /** Tasks that were told to stop and have not yet. */
  get stoppingCount(): number {
    return this.#stopping.size;
  }

  /** When the next `tick` is due, monotonic ms; Infinity where only an event can move things. */
  get wakeAtMs(): number {
    return Math.min(this.#readRetryAtMs, this.#rejoinAtMs, this.#turns.wakeAtMs, this.#fencing.wakeAtMs);
  }

  /** To be told with a join: what this worker holds, tasks that still stop included: nobody else may start those. */
  join(): { readonly held: Assignment; readonly draining: boolean } {
    const held = this.held();
    this.#toldDraining = this.#draining;
    this.#toldHolding = held.tasks.length > 0;
    return { held, draining: this.#draining };
  }

  held(): Assignment {
    const tasks = new Map(this.#assignment.tasks.map((id) => [taskKey(id), id]));
    for (const [key, { id }] of this.#running) tasks.set(key, id);
    for (const [key, id] of this.#stopping) tasks.set(key, id);
    return { connectors: this.#assignment.connectors, tasks: [...tasks.values()] };
  }

  handle(event: HerderEvent, now: TurnMoment): readonly HerderEffect[] {
    this.#effects = [];
    this.#now = now;
    this.#take(event);
    return this.#effects;
  }

  #take(event: HerderEvent): void {
    switch (event.kind) {
      case 'assigned':
        this.#takeAssignment(event.assignment, event.generation, event.isLeader);
        break;
      case 'lost':
        this.#leave();
        break;
      case 'placed':
        this.#placed = described(event.work);
        break;
      case 'configChanged':
        this.#takeChange(event.change);
        break;
      case 'configRead':
        this.#takeRead(event.ok);
        break;
      case 'taskStopped':
        this.#takeStopped(event.id);
        break;
      case 'connectorSplit':
        this.#do(this.#turns.split(event.connector, event.turn, event.configs));
        break;
      case 'taskConfigsStored':
        this.#do(this.#turns.stored(event.connector, event.turn));
        break;
      case 'connectorFailed':
        this.#do(this.#turns.failed(event.connector, event.turn, event.failure, this.#now));
        break;
      case 'fenceEnded':
        this.#fencing.ended(event.connector, event.ok, this.#now);
        this.#fence([event.connector]);
        break;
      case 'drain':
        this.#drain(event.on);
        break;
      case 'close':
        this.#close();
        break;
      case 'tick':
        this.#tick();
    }
  }

  #takeAssignment(assignment: GroupAssignment, generation: number, isLeader: boolean): void {
    if (this.#closing) return;
    const before = this.#assignment.connectors;
    this.#generation = generation;
    this.#isLeader = isLeader;
    this.#leaderUrl = assignment.leaderUrl;
    this.#assignment = assignment.assigned;
    this.#rejoinAtMs =
      assignment.delayMs > 0 ? this.#now.monoMs + assignment.delayMs : Number.POSITIVE_INFINITY;
    for (const connector of before)
      if (!assignment.assigned.connectors.includes(connector)) this.#turns.forget(connector);
    this.#untaken = assignment;
    // What is not ours any more needs no config to stop.
    this.#stopUnassigned();
    const { connectors, tasks } = assignment.revoked;
    this.#revoked = connectors.length + tasks.length > 0 ? new Set(tasks.map(taskKey)) : null;
    this.#takeUp(assignment.assigned.connectors.filter((connector) => !before.includes(connector)));
    this.#meetWhenFree();
    this.#endDrain();
  }

  #takeUp(fresh: readonly string[] = [], isRead = false): void {
    for (const connector of fresh) this.#fresh.add(connector);
    const untaken = this.#untaken;
    if (!untaken) return;
    if (!isRead && this.#options.config.offset < untaken.configOffset) {
      this.#readConfig();
      return;
    }
    this.#untaken = null;
    this.#joined = true;
    this.#reconcile();
    for (const connector of this.#fresh) this.#refresh(connector);
    this.#fresh.clear();
    if (this.#isLeader) {
      const { config, statuses } = this.#options;
      // Those that were removed while nobody led.
      for (const connector of statuses.connectors())
        if (!config.has(connector)) this.#do([{ kind: 'forgetStatuses', connector }]);
    }
    this.#fence(this.#options.config.connectors());
    this.#meetIfChanged();
  }

  #readConfig(): void {
    // A read that failed is tried again by the tick.
    if (this.#readingFor || this.#readRetryAtMs !== Number.POSITIVE_INFINITY) return;
    this.#readingFor = this.#untaken;
    this.#do([{ kind: 'readConfig' }]);
  }

  #takeRead(ok: boolean): void {
    const covers = this.#readingFor === this.#untaken;
    this.#readingFor = null;
    if (!ok) this.#readRetryAtMs = this.#now.monoMs + this.#options.readRetryMs;
    // What was read after the leader had divided holds all that it knew, even if the last offset was compacted away.
    this.#takeUp([], ok && covers);
  }

  #takeChange(change: ConfigChange): void {
    if (change.kind === 'logger') return;
    const connector = change.kind === 'restart' ? change.request.connector : change.connector;
    const owned = this.#assignment.connectors.includes(connector);
    this.#takeUp();
    switch (change.kind) {
      case 'connector':
        if (owned) this.#refresh(connector);
        break;
      case 'target-state':
        if (owned) this.#retarget(connector);
        this.#reconcile();
        break;
      case 'removed':
        this.#turns.forget(connector);
        this.#reconcile();
        if (owned) this.#do([{ kind: 'forgetStatuses', connector }]);
        break;
      case 'fenced':
        this.#reconcile();
        break;
      case 'tasks':
        this.#reconcile();
        this.#fence([connector]);
        // Somebody else wrote them, who may have led before: made from what is configured now, they stay as they are.
        if (owned && !this.#turns.isStoring(connector)) this.#refresh(connector);
        break;
      case 'restart':
        this.#restart(change.request, owned);
    }
    this.#meetIfChanged();
  }

  #refresh(connector: string): void {
    if (this.#joined && this.#assignment.connectors.includes(connector))
      this.#do(this.#turns.refresh(connector));
    else this.#fresh.add(connector);
  }

  /** Pausing and resuming need nothing of the plugin; only to or from STOPPED the tasks themselves change. */
  #retarget(connector: string): void {
    const { config, statuses } = this.#options;
    if (!config.has(connector)) return;
    const target = config.targetState(connector);
    const failed = statuses.connector(connector)?.state === 'FAILED';
    const splits = target === 'STOPPED' || config.taskConfigs(connector).length === 0;
    // What is under way may be about to publish what the state before asked for.
    if (splits || this.#turns.isRunning(connector)) this.#refresh(connector);
    else if (!failed) this.#do([{ kind: 'tellConnector', connector, state: target }]);
  }

  #restart({ connector, includeTasks, onlyFailed }: RestartRequest, owned: boolean): void {
    const { statuses } = this.#options;
    const wanted = (status: { readonly state: string } | undefined) =>
      !onlyFailed || status?.state === 'FAILED';
    if (owned && wanted(statuses.connector(connector))) {
      this.#do([{ kind: 'tellConnector', connector, state: 'RESTARTING' }]);
      this.#refresh(connector);
    }
    if (!includeTasks) return;
    for (const { id } of this.#running.values())
      if (id.connector === connector && wanted(statuses.task(id))) this.#do([{ kind: 'restart', id }]);
  }

  /** Exactly the assigned tasks, each with its newest config; one that still stops is started when it has. */
  #reconcile(): void {
    if (!this.#joined || this.#untaken) return;
    for (const action of this.#toReconcile()) {
      const key = taskKey(action.id);
      if (action.kind === 'stop') this.#stop(action.id);
      else if (action.kind !== 'start') {
        const task = this.#running.get(key);
        if (task) this.#running.set(key, { ...task, paused: action.kind === 'pause' });
        this.#do([action]);
      } else if (!this.#stopping.has(key)) {
        this.#running.set(key, action);
        this.#do([action]);
      }
    }
  }

  #toReconcile() {
    const waits = (id: TaskId) => this.#fencing.holds(id);
    return reconcileTasks(this.#options.config, this.#assignment, this.#running, waits);
  }

  #fence(connectors: readonly string[]): void {
    if (this.#joined && this.#isLeader) this.#do(this.#fencing.begin(connectors, this.#now.monoMs));
  }

  #stopUnassigned(): void {
    const assigned = new Set(this.#assignment.tasks.map(taskKey));
    for (const [key, { id }] of this.#running) if (!assigned.has(key)) this.#stop(id);
  }

  #stop(id: TaskId): void {
    const key = taskKey(id);
    if (!this.#running.delete(key)) return;
    this.#stopping.set(key, id);
    this.#do([{ kind: 'stop', id }]);
  }

  #takeStopped(id: TaskId): void {
    this.#stopping.delete(taskKey(id));
    this.#reconcile();
    this.#meetWhenFree();
    this.#endDrain();
  }

  #meetWhenFree(): void {
    if (!this.#revoked) return;
    for (const key of this.#revoked) if (this.#stopping.has(key)) return;
    this.#revoked = null;
    this.#do([{ kind: 'rejoin', reason: 'what was revoked is free to be placed' }]);
  }

  #meetIfChanged(): void {
    if (!this.#joined || !this.#isLeader) return;
    const { config } = this.#options;
    const now = described({ connectors: config.connectors(), tasks: config.tasks() });
    if (now === this.#placed) return;
    this.#placed = now;
    this.#do([{ kind: 'rejoin', reason: 'connectors or tasks were added or removed' }]);
  }

  #drain(on: boolean): void {
    if (this.#draining === on || this.#closing) return;
    this.#draining = on;
    this.#drainEnded = false;
    const reason = on ? 'this worker drains' : 'this worker takes tasks again';
    this.#do([{ kind: 'rejoin', reason }]);
  }

  /** The leader knew that this worker drains: what it left here, nobody takes; what this worker has given up, the next round places. */
  #endDrain(): void {
    if (!this.#draining || !this.#toldDraining || this.#drainEnded || this.#stopping.size > 0) return;
    const handedOver = this.#assignment.tasks.length === 0;
    if (handedOver && this.#toldHolding) return;
    this.#drainEnded = true;
    this.#do([{ kind: 'drained', handedOver }]);
  }

  #close(): void {
    if (this.#closing) return;
    const owned = this.#assignment.connectors.filter((connector) => this.#options.config.has(connector));
    this.#leave();
    this.#closing = true;
    for (const connector of owned) this.#do([{ kind: 'tellConnector', connector, state: 'UNASSIGNED' }]);
  }

  #leave(): void {
    this.#joined = false;
    this.#isLeader = false;
    this.#leaderUrl = '';
    this.#assignment = nothing;
    this.#untaken = null;
    this.#revoked = null;
    this.#toldDraining = false;
    this.#rejoinAtMs = Number.POSITIVE_INFINITY;
    this.#fresh.clear();
    this.#turns.forgetAll();
    this.#fencing.forgetAll();
    this.#stopUnassigned();
  }

  #tick(): void {
    const { monoMs } = this.#now;
    if (monoMs >= this.#readRetryAtMs) {
      this.#readRetryAtMs = Number.POSITIVE_INFINITY;
      this.#takeUp();
    }
    if (monoMs >= this.#rejoinAtMs) {
      this.#rejoinAtMs = Number.POSITIVE_INFINITY;
      this.#do([{ kind: 'rejoin', reason: 'what was held back for a lost worker is due' }]);
    }
    this.#do(this.#turns.retry(monoMs));
    if (monoMs >= this.#fencing.wakeAtMs) this.#fence(this.#options.config.connectors());
  }

  #do(effects: readonly HerderEffect[]): void {
    this.#effects.push(...effects);
  }
}

function described(work: Assignment): string {
  return JSON.stringify([work.connectors, work.tasks.map(taskKey)]);
}
