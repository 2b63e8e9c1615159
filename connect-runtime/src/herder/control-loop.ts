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
import { ConnectorRetries } from './connector-retries.ts';
import { SerialQueue } from './serial-queue.ts';

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
  readonly #retries: ConnectorRetries;
  #assignment: Assignment = nothing;
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
    this.#retries = new ConnectorRetries(options, (connector) =>
      this.#queue.add(() => this.#refreshIfOwned(connector)),
    );
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
    const fresh = assignment.assigned.connectors.filter(
      (name) => !this.#assignment.connectors.includes(name),
    );
    this.#assignment = assignment.assigned;
    const membership = this.#membership;
    this.#queue.add(async () => {
      const { configs, rejoin } = this.#options;
      if (configs.config.offset < assignment.configOffset) await configs.refresh();
      await this.#reconcile();
      if (membership !== this.#membership) return;
      this.#joined = true;
      const { connectors, tasks } = assignment.revoked;
      if (connectors.length + tasks.length > 0) rejoin('what was revoked is free to be placed');
      if (isLeader) await this.#forgetRemoved();
      for (const connector of fresh) await this.#refreshIfOwned(connector);
      this.#meetIfChanged();
    });
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
    this.#queue.add(async () => {
      switch (change.kind) {
        case 'connector':
          this.#retries.forget(change.connector);
          await this.#refreshIfOwned(change.connector);
          break;
        case 'target-state':
          await this.#retarget(change.connector);
          break;
        case 'removed':
          this.#retries.forget(change.connector);
          await this.#reconcile();
          if (this.#assignment.connectors.includes(change.connector)) await this.#forget(change.connector);
          break;
        case 'tasks':
          await this.#reconcile();
          break;
        case 'restart':
          await this.#restart(change.request);
      }
      this.#meetIfChanged();
    });
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
    await statuses.putConnector(connector, null);
    for (const task of statuses.taskNumbers(connector)) await statuses.putTask({ connector, task }, null);
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
    await this.#options.statuses.putConnector(connector, this.#status(state, error, error?.stack));
  }

  async #publish(id: TaskId, report: TaskReport): Promise<void> {
    const { configs, statuses, logger } = this.#options;
    const status = this.#status(report.state, report.error, report.trace);
    try {
      if (report.state !== 'UNASSIGNED') await statuses.putTask(id, status);
      // A task that left because its connector was removed or stopped must not come back as a status.
      else if (!configs.config.taskConfigs(id.connector)[id.task]) await statuses.putTask(id, null);
      else await statuses.putTaskLeft(id, status);
    } catch (failure) {
      logger.warn({ ...id, state: report.state, err: failure }, 'a status could not be stored');
    }
  }

  #status(state: StatusState, error?: MillraceError, trace?: string): Status {
    return {
      state,
      workerId: this.#options.workerId,
      generation: this.#generation,
      ...(trace === undefined ? {} : { trace }),
      ...(error === undefined ? {} : { error: error.report() }),
    };
  }
}

function described(work: Assignment): string {
  return JSON.stringify([work.connectors, work.tasks.map(taskKey)]);
}
