import {
  type Clock,
  type Logger,
  type MillraceError,
  type Random,
  toMillraceError,
} from '@millrace/foundation';
import type { Assignment } from '../core/assignor/assign.ts';
import type { ConfigChange, RestartRequest } from '../core/config/cluster-config.ts';
import { fingerprintOf, reconcileTasks } from '../core/herder/reconcile.ts';
import type { RestartPolicy } from '../core/restart/restart-policy.ts';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { WorkerAssignment } from '../protocol/connect-protocol.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { Status, StatusState, StatusStore } from '../storage/status-store.ts';
import type { TaskReport, TaskSupervisor } from '../tasks/task-supervisor.ts';
import { Retries } from './retries.ts';
import { SerialQueue } from './serial-queue.ts';
import { traceText } from './trace-text.ts';

export interface ControlLoopOptions {
  readonly workerId: string;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly catalog: PluginCatalog;
  readonly tasks: TaskSupervisor;
  readonly restartPolicy: RestartPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly rejoin: (reason: string) => void;
}

const nothing: Assignment = { connectors: [], tasks: [] };

/**
 * Turns what the config topic and the group say into what runs here: connectors that this worker owns get their task configs
 * computed and published, tasks that are assigned to it run with their newest config. Everything happens in one line.
 */
export class ControlLoop {
  readonly #options: ControlLoopOptions;
  readonly #queue: SerialQueue;
  readonly #retries: Retries;
  /** Steps of the herder that failed, by name: each decides by what is configured when it runs, so it may run again at any time. */
  readonly #steps = new Map<string, () => Promise<void>>();
  readonly #stepRetries: Retries;
  #assignment: Assignment = nothing;
  /** Of the assignment, the connectors that nothing was done for yet. */
  readonly #fresh = new Set<string>();
  #generation = 0;
  #leaderUrl = '';
  #isLeader = false;
  #joined = false;
  #closed = false;
  /** Rises when the membership is lost: what was begun under an earlier one has no say any more. */
  #membership = 0;
  /** What this worker, leading, placed last; when the configuration holds something else, the group must meet again. */
  #placed = '';

  constructor(options: ControlLoopOptions) {
    this.#options = options;
    this.#queue = new SerialQueue((error) =>
      options.logger.error({ err: error }, 'the herder failed at a step'),
    );
    this.#retries = new Retries(options, (connector) =>
      this.#queue.add(() => this.#refreshIfOwned(connector)),
    );
    this.#stepRetries = new Retries(options, (step) => this.#repeat(step));
  }

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

  /** What this worker holds, with tasks that are still stopping: nobody else may start those. */
  held(): Assignment {
    const tasks = new Map(
      [...this.#assignment.tasks, ...this.#options.tasks.held()].map((id) => [taskKey(id), id]),
    );
    return { connectors: this.#assignment.connectors, tasks: [...tasks.values()] };
  }

  /** The leader's part of a rebalance has placed this. */
  onPlaced(work: Assignment): void {
    this.#placed = described(work);
  }

  onAssignment(assignment: WorkerAssignment, generation: number, isLeader: boolean): void {
    if (this.#closed) return;
    this.#generation = generation;
    this.#isLeader = isLeader;
    this.#leaderUrl = assignment.leaderUrl;
    for (const connector of assignment.assigned.connectors)
      if (!this.#assignment.connectors.includes(connector)) this.#fresh.add(connector);
    this.#assignment = assignment.assigned;
    this.#step('assignment', () => this.#takeUp(assignment, isLeader));
  }

  async #takeUp(assignment: WorkerAssignment, isLeader: boolean): Promise<void> {
    const membership = this.#membership;
    const { configs, rejoin } = this.#options;
    if (configs.config.offset < assignment.configOffset) await configs.refresh();
    await this.#reconcile();
    if (membership !== this.#membership) return;
    this.#joined = true;
    const { connectors, tasks } = assignment.revoked;
    if (connectors.length + tasks.length > 0) rejoin('what was revoked is free to be placed');
    for (const connector of [...this.#fresh]) {
      this.#fresh.delete(connector);
      await this.#refreshIfOwned(connector);
    }
    if (isLeader) await this.#forgetRemoved();
    this.#meetIfChanged();
  }

  /**
   * Adds a step to the line; one that fails is tried again under the same membership, until it works or a newer one of its
   * name takes its place.
   */
  #step(name: string, job: () => Promise<void>): void {
    const membership = this.#membership;
    this.#stepRetries.forget(name);
    const step = async () => {
      if (this.#steps.get(name) !== step) return;
      try {
        await job();
      } catch (error) {
        if (this.#steps.get(name) === step && membership === this.#membership) this.#stepFailed(name, error);
        else this.#dropStep(name, step);
        return;
      }
      this.#dropStep(name, step);
    };
    this.#steps.set(name, step);
    this.#queue.add(step);
  }

  #stepFailed(step: string, error: unknown): void {
    const retryAfterMs = this.#stepRetries.plan(step, 'transient');
    this.#options.logger.error({ step, retryAfterMs, err: error }, 'the herder failed at a step');
  }

  #repeat(name: string): void {
    const step = this.#steps.get(name);
    if (step) this.#queue.add(step);
  }

  #dropStep(name: string, step: () => Promise<void>): void {
    if (this.#steps.get(name) !== step) return;
    this.#steps.delete(name);
    this.#stepRetries.forget(name);
  }

  /** Others run this worker's tasks by now: they stop at once, whatever else is under way. */
  async onLost(): Promise<void> {
    this.#leave();
    await this.#options.tasks.stopAll();
    // What the queue was about to start meanwhile.
    this.#queue.add(() => this.#reconcile());
    await this.#queue.idle();
  }

  onConfigChange(change: ConfigChange): void {
    const connector = change.kind === 'restart' ? change.request.connector : change.connector;
    switch (change.kind) {
      case 'connector':
        this.#step(`config of ${connector}`, async () => {
          this.#retries.forget(connector);
          await this.#refreshIfOwned(connector);
        });
        break;
      case 'target-state':
        this.#step(`target state of ${connector}`, () => this.#retarget(connector));
        break;
      case 'removed':
        this.#step('tasks', () => this.#reconcile());
        this.#queue.add(async () => {
          this.#retries.forget(connector);
          if (this.#assignment.connectors.includes(connector)) await this.#forget(connector);
        });
        break;
      case 'tasks':
        this.#step('tasks', () => this.#reconcile());
        break;
      case 'restart':
        // Asked for by a person, who asks again: a restart that comes late is worse than none.
        this.#queue.add(() => this.#restart(change.request));
    }
    this.#queue.add(async () => this.#meetIfChanged());
  }

  /** Stops and starts a task anew; false where it is not here. */
  async restartTask(id: TaskId): Promise<boolean> {
    let restarted = false;
    this.#queue.add(async () => {
      restarted = await this.#options.tasks.restart(id);
    });
    await this.#queue.idle();
    return restarted;
  }

  /** Stops everything that runs here, says so, and does nothing more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const owned = this.#assignment.connectors;
    this.#closed = true;
    this.#leave();
    this.#retries.close();
    await this.#options.tasks.stopAll();
    this.#queue.add(() => this.#reconcile());
    for (const connector of owned) {
      this.#queue.add(async () => {
        if (!this.#options.configs.config.has(connector)) return;
        await this.#publishConnector(connector, 'UNASSIGNED');
      });
    }
    await this.#queue.idle();
  }

  reportTask(id: TaskId, report: TaskReport): void {
    void this.#publish(id, report);
  }

  #leave(): void {
    this.#membership++;
    this.#joined = false;
    this.#isLeader = false;
    this.#leaderUrl = '';
    this.#assignment = nothing;
    this.#fresh.clear();
    this.#steps.clear();
    this.#stepRetries.close();
  }

  async #reconcile(): Promise<void> {
    const { configs, tasks } = this.#options;
    await tasks.apply(reconcileTasks(configs.config, this.#assignment, tasks.running()));
  }

  async #refreshIfOwned(connector: string): Promise<void> {
    if (this.#assignment.connectors.includes(connector)) await this.#refreshConnector(connector);
  }

  /** Computes the task configs of a connector of ours, and publishes them with its state. */
  async #refreshConnector(connector: string): Promise<void> {
    const { configs } = this.#options;
    if (!configs.config.has(connector)) return;
    const target = configs.config.targetState(connector);
    try {
      await this.#splitIntoTasks(connector);
    } catch (error) {
      await this.#connectorFailed(connector, error);
      return;
    }
    this.#retries.forget(connector);
    await this.#publishConnector(connector, target);
  }

  /** Tasks run with what is published here, on every worker; so it is written whenever anything of it has changed. */
  async #splitIntoTasks(connector: string): Promise<void> {
    const { configs, catalog } = this.#options;
    const { config } = configs;
    const now = config.connector(connector) ?? {};
    const wanted = config.targetState(connector) === 'STOPPED' ? [] : await catalog.taskConfigs(now);
    const before = config.taskConfigs(connector);
    const applied = config.appliedConnector(connector) ?? {};
    const same =
      before.length === wanted.length &&
      wanted.every((task, index) => fingerprintOf(now, task) === fingerprintOf(applied, before[index] ?? {}));
    if (!same) await configs.putTaskConfigs(connector, wanted);
  }

  async #connectorFailed(connector: string, error: unknown): Promise<void> {
    const failure = toMillraceError(error, { code: 'CONNECTOR_FAILED', class: 'bug', stage: 'start' });
    const retryAfterMs = this.#closed ? null : this.#retries.plan(connector, failure.class);
    const { logger } = this.#options;
    logger.warn({ connector, code: failure.code, err: failure, retryAfterMs }, 'connector failed');
    await this.#publishConnector(connector, retryAfterMs === null ? 'FAILED' : 'RESTARTING', failure);
  }

  /** Pausing and resuming need nothing of the plugin; only to or from STOPPED the tasks themselves change. */
  async #retarget(connector: string): Promise<void> {
    const { configs, statuses } = this.#options;
    if (this.#assignment.connectors.includes(connector)) {
      const target = configs.config.targetState(connector);
      const failed = statuses.connector(connector)?.state === 'FAILED';
      if (target === 'STOPPED' || configs.config.taskConfigs(connector).length === 0) {
        await this.#refreshConnector(connector);
      } else if (!failed && configs.config.has(connector)) await this.#publishConnector(connector, target);
    }
    await this.#reconcile();
  }

  /** Statuses of connectors that were removed while nobody led. */
  async #forgetRemoved(): Promise<void> {
    const { configs, statuses } = this.#options;
    for (const connector of statuses.connectors())
      if (!configs.config.has(connector)) await this.#forget(connector);
  }

  async #forget(connector: string): Promise<void> {
    const { statuses } = this.#options;
    await this.#tell({ connector }, statuses.putConnector(connector, null));
    for (const task of statuses.taskNumbers(connector))
      await this.#tell({ connector, task }, statuses.putTask({ connector, task }, null));
  }

  async #restart(request: RestartRequest): Promise<void> {
    const { connector, includeTasks, onlyFailed } = request;
    const { statuses, tasks } = this.#options;
    const failed = (status: Status | undefined) => status?.state === 'FAILED';
    const owned = this.#assignment.connectors.includes(connector);
    if (owned && (!onlyFailed || failed(statuses.connector(connector)))) {
      await this.#publishConnector(connector, 'RESTARTING');
      await this.#refreshConnector(connector);
    }
    if (!includeTasks) return;
    const mine = [...tasks.running().values()].filter(({ id }) => id.connector === connector);
    await Promise.all(
      mine.map(({ id }) => (onlyFailed && !failed(statuses.task(id)) ? undefined : tasks.restart(id))),
    );
  }

  #meetIfChanged(): void {
    if (!this.#joined || !this.#isLeader) return;
    const { config } = this.#options.configs;
    const now = described({ connectors: config.connectors(), tasks: config.tasks() });
    if (now === this.#placed) return;
    this.#placed = now;
    this.#options.rejoin('connectors or tasks were added or removed');
  }

  async #publishConnector(connector: string, state: StatusState, error?: MillraceError): Promise<void> {
    const { statuses } = this.#options;
    await this.#tell(
      { connector },
      statuses.putConnector(connector, this.#status(state, error, error?.stack)),
    );
  }

  async #publish(id: TaskId, report: TaskReport): Promise<void> {
    const { configs, statuses } = this.#options;
    const status = this.#status(report.state, report.error, report.trace);
    if (report.state !== 'UNASSIGNED') await this.#tell(id, statuses.putTask(id, status));
    // A task that left because its connector was removed or stopped must not come back as a status.
    else if (!configs.config.taskConfigs(id.connector)[id.task])
      await this.#tell(id, statuses.putTask(id, null));
    else await this.#tell(id, statuses.putTaskLeft(id, status));
  }

  /** The work goes on where a status could not be stored; the store writes it again. */
  async #tell(
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

  #status(state: StatusState, error?: MillraceError, trace?: string): Status {
    return {
      state,
      workerId: this.#options.workerId,
      generation: this.#generation,
      ...(error === undefined ? {} : { trace: traceText(error, trace ?? '') }),
      ...(error === undefined ? {} : { error: error.report() }),
    };
  }
}

function described(work: Assignment): string {
  return JSON.stringify([work.connectors, work.tasks.map(taskKey)]);
}
