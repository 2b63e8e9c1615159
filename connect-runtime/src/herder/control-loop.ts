import { type Logger, type MillraceError, toMillraceError } from '@millrace/foundation';
import type { Assignment } from '../core/assignor/assign.ts';
import type { ConfigChange, RestartRequest } from '../core/config/cluster-config.ts';
import { fingerprintOf, reconcileTasks } from '../core/herder/reconcile.ts';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { WorkerAssignment } from '../protocol/connect-protocol.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { Status, StatusState, StatusStore } from '../storage/status-store.ts';
import type { TaskReport, TaskSupervisor } from '../tasks/task-supervisor.ts';
import { SerialQueue } from './serial-queue.ts';

export interface ControlLoopOptions {
  readonly workerId: string;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly catalog: PluginCatalog;
  readonly tasks: TaskSupervisor;
  readonly logger: Logger;
  readonly rejoin: (reason: string) => void;
}

/**
 * Turns what the config topic and the group say into what runs here: connectors that this worker owns get their task configs
 * computed and published, tasks that are assigned to it run with their newest config. Everything happens in one line.
 */
export class ControlLoop {
  readonly #options: ControlLoopOptions;
  readonly #queue: SerialQueue;
  #assignment: Assignment = { connectors: [], tasks: [] };
  #generation = 0;
  #isLeader = false;
  #joined = false;
  /** What the last assignment was made over; when the configuration holds something else, the group must meet again. */
  #assignedOver = '';

  constructor(options: ControlLoopOptions) {
    this.#options = options;
    this.#queue = new SerialQueue((error) => options.logger.error({ err: error }, 'the herder failed at a step'));
  }

  get joined(): boolean {
    return this.#joined;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /** What this worker holds, with tasks that are still stopping: nobody else may start those. */
  held(): Assignment {
    const tasks = new Map(this.#assignment.tasks.map((id) => [taskKey(id), id]));
    for (const [key, task] of this.#options.tasks.running()) tasks.set(key, task.id);
    return { connectors: this.#assignment.connectors, tasks: [...tasks.values()] };
  }

  onAssignment(assignment: WorkerAssignment, generation: number, isLeader: boolean): void {
    const { configs } = this.#options;
    this.#generation = generation;
    this.#isLeader = isLeader;
    const fresh = assignment.assigned.connectors.filter((name) => !this.#assignment.connectors.includes(name));
    this.#assignment = assignment.assigned;
    this.#queue.add(async () => {
      if (configs.config.offset < assignment.configOffset) await configs.refresh();
      this.#assignedOver = this.#configured();
      await this.#reconcile();
      this.#joined = true;
      for (const connector of fresh) await this.#refreshConnector(connector);
      const { connectors, tasks } = assignment.revoked;
      if (connectors.length + tasks.length > 0) this.#options.rejoin('what was revoked is free to be placed');
    });
    // What came while this assignment was being made is not part of it.
    this.#queue.add(async () => this.#meetIfChanged());
  }

  async onLost(): Promise<void> {
    this.#joined = false;
    this.#isLeader = false;
    this.#assignment = { connectors: [], tasks: [] };
    await this.#options.tasks.stopAll();
  }

  onConfigChange(change: ConfigChange): void {
    this.#queue.add(async () => {
      switch (change.kind) {
        case 'connector':
        case 'target-state':
          if (this.#assignment.connectors.includes(change.connector)) await this.#refreshConnector(change.connector);
          if (change.kind === 'target-state') await this.#reconcile();
          break;
        case 'removed':
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

  /** Resolves when everything that was to be done by now is done. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  reportTask(id: TaskId, report: TaskReport): void {
    void this.#publish(id, report.state, report.error, report.trace);
  }

  async #reconcile(): Promise<void> {
    const { configs, tasks } = this.#options;
    await tasks.apply(reconcileTasks(configs.config, this.#assignment, tasks.running()));
  }

  /** Computes the task configs of a connector of ours, and publishes them with its state. */
  async #refreshConnector(connector: string): Promise<void> {
    const { configs, catalog, logger } = this.#options;
    const config = configs.config.connector(connector);
    if (!config) return;
    const target = configs.config.targetState(connector);
    try {
      const wanted = target === 'STOPPED' ? [] : await catalog.taskConfigs(config);
      const before = configs.config.taskConfigs(connector);
      const same =
        before.length === wanted.length &&
        wanted.every((task, index) => fingerprintOf({}, task) === fingerprintOf({}, before[index] ?? {}));
      if (same) await this.#reconcile();
      else await configs.putTaskConfigs(connector, wanted);
      await this.#publishConnector(connector, target);
    } catch (error) {
      const failure = toMillraceError(error, { code: 'CONNECTOR_FAILED', class: 'bug', stage: 'start' });
      logger.warn({ connector, code: failure.code, err: failure }, 'connector failed');
      await this.#publishConnector(connector, 'FAILED', failure);
    }
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
    if (this.#assignment.connectors.includes(connector) && (!onlyFailed || failed(statuses.connector(connector)))) {
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
    if (!this.#joined || this.#configured() === this.#assignedOver) return;
    this.#assignedOver = this.#configured();
    this.#options.rejoin('connectors or tasks were added or removed');
  }

  #configured(): string {
    const { config } = this.#options.configs;
    return JSON.stringify([config.connectors(), config.tasks().map(taskKey)]);
  }

  #publishConnector(connector: string, state: StatusState, error?: MillraceError): Promise<void> {
    return this.#options.statuses.putConnector(connector, this.#status(state, error, error?.stack));
  }

  async #publish(id: TaskId, state: StatusState, error?: MillraceError, trace?: string): Promise<void> {
    const { configs, statuses, logger } = this.#options;
    try {
      // A task that left because its connector was removed or stopped must not come back as a status.
      if (state === 'UNASSIGNED' && !configs.config.taskConfigs(id.connector)[id.task]) await statuses.putTask(id, null);
      else await statuses.putTask(id, this.#status(state, error, trace));
    } catch (failure) {
      logger.warn({ ...id, state, err: failure }, 'a status could not be stored');
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
