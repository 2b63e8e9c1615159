import {
  type Clock,
  type Logger,
  type MillraceError,
  type Random,
  toMillraceError,
} from '@millrace/foundation';
import type { Assignment } from '../core/assignor/assign.ts';
import type { ConfigChange, ConnectorConfig } from '../core/config/cluster-config.ts';
import { HerderCore } from '../core/herder/herder-core.ts';
import type { ConnectorFailure, HerderEffect, HerderEvent } from '../core/herder/herder-events.ts';
import type { RestartPolicy } from '../core/restart/restart-policy.ts';
import type { RestartState } from '../core/restart/restart-state.ts';
import type { TaskId } from '../core/task-id.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { WorkerAssignment } from '../protocol/connect-protocol.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { Status, StatusState, StatusStore } from '../storage/status-store.ts';
import type { TaskReport, TaskSupervisor } from '../tasks/task-supervisor.ts';
import { traceText } from './trace-text.ts';

export interface ControlLoopOptions {
  readonly workerId: string;
  readonly configs: Pick<ConfigStore, 'config' | 'refresh' | 'putTaskConfigs' | 'putFenced'>;
  readonly statuses: Pick<
    StatusStore,
    | 'connector'
    | 'task'
    | 'connectors'
    | 'taskNumbers'
    | 'putConnector'
    | 'putTask'
    | 'claimConnector'
    | 'claimTask'
  >;
  readonly catalog: Pick<PluginCatalog, 'taskConfigs' | 'versionOf'>;
  readonly tasks: Pick<TaskSupervisor, 'start' | 'stop' | 'restart' | 'setPaused'>;
  readonly restartPolicy: RestartPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly rejoin: (reason: string) => void;
  /** Whether a connector's tasks write in transactions. */
  readonly isExactlyOnce: (config: ConnectorConfig) => boolean;
  /** Makes sure that tasks which wrote before in transactions can't do so any more. */
  readonly fence: (tasks: readonly TaskId[]) => Promise<void>;
}

/** Wait before the config topic is read again after a failure, ms. */
const READ_RETRY_MS = 500;
/** The longest that a timer of Node's can wait, ms. */
const TIMER_MAX_MS = 2_147_483_647;

/**
 * The shell of {@link HerderCore}: tells it what the group, the config topic and the tasks say, and does what it answers. Every
 * task and connector is worked on for itself; the core says what has to wait for what.
 */
export class ControlLoop {
  readonly #options: ControlLoopOptions;
  readonly #core: HerderCore;
  readonly #work = new Set<Promise<void>>();
  #drain: PromiseWithResolvers<boolean> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: ControlLoopOptions) {
    this.#options = options;
    this.#core = new HerderCore({
      config: options.configs.config,
      statuses: options.statuses,
      restartPolicy: options.restartPolicy,
      isExactlyOnce: options.isExactlyOnce,
      readRetryMs: READ_RETRY_MS,
    });
  }

  get joined(): boolean {
    return this.#core.joined;
  }

  get isLeader(): boolean {
    return this.#core.isLeader;
  }

  /** Where the leader's REST API answers; empty where none is known. */
  get leaderUrl(): string {
    return this.#core.leaderUrl;
  }

  get draining(): boolean {
    return this.#core.draining;
  }

  /** What this worker holds, with tasks that are still stopping: nobody else may start those. */
  held(): Assignment {
    return this.#core.held();
  }

  /** What is told with a join. */
  join() {
    return this.#core.join();
  }

  /** The leader's part of a rebalance has placed this. */
  onPlaced(work: Assignment): void {
    this.#tell({ kind: 'placed', work });
  }

  onAssignment(assignment: WorkerAssignment, generation: number, isLeader: boolean): void {
    const before = this.#core.assignment.connectors;
    for (const connector of assignment.assigned.connectors)
      if (!before.includes(connector)) this.#options.statuses.claimConnector(connector);
    this.#tell({ kind: 'assigned', assignment, generation, isLeader });
  }

  /** Others run this worker's tasks by now: they stop at once. Resolves when they have. */
  async onLost(): Promise<void> {
    this.#tell({ kind: 'lost' });
    this.#drain?.resolve(false);
    await this.#idle();
  }

  onConfigChange(change: ConfigChange): void {
    this.#tell({ kind: 'configChanged', change });
  }

  /** Stops and starts a task anew; false where it is not here. */
  restartTask(id: TaskId): Promise<boolean> {
    return this.#options.tasks.restart(id);
  }

  /**
   * Has all tasks handed over to other workers, and takes none until {@link endDrain}. Resolves when nothing runs here any more
   * (true), or nobody else is there to take it or the time is over (false).
   */
  async drain(timeoutMs: number): Promise<boolean> {
    this.#drain ??= Promise.withResolvers<boolean>();
    const { promise } = this.#drain;
    this.#tell({ kind: 'drain', on: true });
    if (!this.#core.joined) return false;
    const expired = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => expired.resolve(false), timeoutMs);
    try {
      return await Promise.race([promise, expired.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes part again after {@link drain}. */
  endDrain(): void {
    this.#drain?.resolve(false);
    this.#drain = null;
    this.#tell({ kind: 'drain', on: false });
  }

  /** Stops everything that runs here, says so, and does nothing more. */
  async close(): Promise<void> {
    this.#tell({ kind: 'close' });
    this.#closed = true;
    this.#schedule();
    await this.#idle();
  }

  reportTask(id: TaskId, report: TaskReport): void {
    this.#track(this.#publish(id, report));
  }

  #tell(event: HerderEvent): void {
    const { clock, random } = this.#options;
    const now = { monoMs: clock.now().monoMs, random: random.float() };
    for (const effect of this.#core.handle(event, now)) this.#perform(effect);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const atMs = this.#core.wakeAtMs;
    if (this.#closed || atMs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(1, atMs - this.#options.clock.now().monoMs);
    this.#timer = setTimeout(() => this.#tell({ kind: 'tick' }), Math.min(TIMER_MAX_MS, waitMs));
    this.#timer.unref();
  }

  #perform(effect: HerderEffect): void {
    const { tasks } = this.#options;
    switch (effect.kind) {
      case 'readConfig':
        this.#track(this.#readConfig());
        break;
      case 'start':
        this.#claim(effect.id);
        this.#track(tasks.start(effect));
        break;
      case 'stop':
        this.#track(this.#stop(effect.id));
        break;
      case 'pause':
      case 'resume':
        this.#track(tasks.setPaused(effect.id, effect.kind === 'pause'));
        break;
      case 'restart':
        this.#track(tasks.restart(effect.id));
        break;
      case 'rejoin':
        this.#options.rejoin(effect.reason);
        break;
      case 'splitConnector':
        // Not waited for by who closes: a plugin may take its time, and what it says is passed over then.
        void this.#split(effect.connector, effect.turn, effect.config);
        break;
      case 'storeTaskConfigs':
        this.#track(this.#store(effect.connector, effect.turn, effect.configs));
        break;
      case 'fence':
        this.#track(this.#fence(effect));
        break;
      case 'tellConnector':
        this.#tellConnector(effect);
        break;
      case 'forgetStatuses':
        this.#track(this.#forget(effect.connector));
        break;
      case 'drained':
        this.#drain?.resolve(effect.handedOver);
    }
  }

  /** Nothing of what is under way may fail unseen. */
  #track(work: Promise<unknown>): void {
    const { logger } = this.#options;
    const tracked = work
      .then(
        () => undefined,
        (error) => logger.error({ err: error }, 'the herder failed at a step'),
      )
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  async #idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  async #readConfig(): Promise<void> {
    const { configs, logger } = this.#options;
    let ok = true;
    try {
      await configs.refresh();
    } catch (error) {
      ok = false;
      logger.error(
        { retryAfterMs: READ_RETRY_MS, err: error },
        'the config topic could not be read; the assignment waits',
      );
    }
    this.#tell({ kind: 'configRead', ok });
  }

  async #stop(id: TaskId): Promise<void> {
    try {
      await this.#options.tasks.stop(id);
    } finally {
      this.#tell({ kind: 'taskStopped', id });
    }
  }

  async #split(connector: string, turn: number, config: ConnectorConfig): Promise<void> {
    await this.#attempt(connector, turn, async () => {
      const configs = await this.#options.catalog.taskConfigs(config);
      this.#tell({ kind: 'connectorSplit', connector, turn, configs });
    });
  }

  async #store(connector: string, turn: number, taskConfigs: readonly ConnectorConfig[]): Promise<void> {
    await this.#attempt(connector, turn, async () => {
      await this.#options.configs.putTaskConfigs(connector, taskConfigs);
      this.#tell({ kind: 'taskConfigsStored', connector, turn });
    });
  }

  async #fence(effect: Extract<HerderEffect, { kind: 'fence' }>): Promise<void> {
    const { connector, fenced, tasks, taskSetOffset } = effect;
    let ok = true;
    try {
      if (fenced.length > 0) await this.#options.fence(fenced);
      await this.#options.configs.putFenced(connector, tasks, taskSetOffset);
    } catch (error) {
      ok = false;
      this.#options.logger.warn(
        { connector, err: error },
        'tasks wait: those before them could not be fenced',
      );
    }
    this.#tell({ kind: 'fenceEnded', connector, ok });
  }

  async #attempt(connector: string, turn: number, job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (thrown) {
      const error = toMillraceError(thrown, { code: 'CONNECTOR_FAILED', class: 'bug', stage: 'start' });
      const failure = { class: error.class, error };
      this.#tell({ kind: 'connectorFailed', connector, turn, failure });
    }
  }

  #tellConnector(effect: Extract<HerderEffect, { kind: 'tellConnector' }>): void {
    const { connector, state, failure, retry } = effect;
    const { logger, statuses, clock } = this.#options;
    const error = failure && errorOf(failure);
    const retryAfterMs = retry?.afterMs ?? null;
    if (error) logger.warn({ connector, code: error.code, err: error, retryAfterMs }, 'connector failed');
    const status = {
      ...this.#status(connector, state, error, error?.stack),
      ...(retry === undefined ? {} : { restart: restartState(retry, clock.now().wallMs) }),
    };
    this.#track(this.#stored({ connector }, statuses.putConnector(connector, status)));
  }

  async #forget(connector: string): Promise<void> {
    const { statuses } = this.#options;
    await this.#stored({ connector }, statuses.putConnector(connector, null));
    for (const task of statuses.taskNumbers(connector))
      await this.#stored({ connector, task }, statuses.putTask({ connector, task }, null));
  }

  async #publish(id: TaskId, report: TaskReport): Promise<void> {
    const { configs, statuses } = this.#options;
    const status = {
      ...this.#status(id.connector, report.state, report.error, report.trace),
      ...(report.restart === undefined ? {} : { restart: report.restart }),
    };
    // A task that left because its connector was removed or stopped must not come back as a status.
    const isGone = report.state === 'UNASSIGNED' && !configs.config.taskConfigs(id.connector)[id.task];
    await this.#stored(id, statuses.putTask(id, isGone ? null : status));
  }

  /** What the worker said of it that had it before does not hold any more. */
  #claim(id: TaskId): void {
    const { statuses, workerId } = this.#options;
    statuses.claimTask(id);
    const before = statuses.task(id);
    if (before && before.workerId !== workerId && before.state !== 'UNASSIGNED')
      this.#track(this.#stored(id, statuses.putTask(id, this.#status(id.connector, 'UNASSIGNED'))));
  }

  /** The work goes on where a status could not be stored; the store writes it again. */
  async #stored(
    whose: { readonly connector: string; readonly task?: number },
    stored: Promise<void>,
  ): Promise<void> {
    try {
      await stored;
    } catch (error) {
      this.#options.logger.warn(
        { ...whose, err: error },
        'a status could not be stored; it is written again',
      );
    }
  }

  #status(connector: string, state: StatusState, error?: MillraceError, trace?: string): Status {
    const { configs, catalog } = this.#options;
    const version = catalog.versionOf(configs.config.connector(connector) ?? {});
    return {
      state,
      workerId: this.#options.workerId,
      generation: this.#core.generation,
      ...(version === undefined ? {} : { version }),
      ...(error === undefined ? {} : { trace: traceText(error, trace ?? '') }),
      ...(error === undefined ? {} : { error: error.report() }),
    };
  }
}

function errorOf({ error }: ConnectorFailure): MillraceError {
  return toMillraceError(error, { code: 'CONNECTOR_FAILED', class: 'bug', stage: 'start' });
}

function restartState(
  { attempts, afterMs, reason }: NonNullable<Extract<HerderEffect, { kind: 'tellConnector' }>['retry']>,
  nowMs: number,
): RestartState {
  return {
    attempts,
    next_at_ms: afterMs === null ? null : nowMs + afterMs,
    ...(reason === undefined ? {} : { reason }),
  };
}
