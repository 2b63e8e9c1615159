import { type Clock, type MetricsText, metricsText, type PutMetric } from '@millrace/foundation';
import { parseTaskKey, type TaskId, taskKey } from '../core/task-id.ts';
import type { HostFigures } from '../tasks/host-pool.ts';
import type { TaskCounterRow } from '../tasks/host-protocol.ts';
import { type ConnectMetrics, connectMetrics } from './definitions.ts';
import { FigureWindow } from './figure-window.ts';
import { Rebalances } from './rebalances.ts';
import { RunStates, type StateReport } from './run-states.ts';
import { figuresOf, putTask } from './task-figures.ts';

export interface WorkerMetricsOptions {
  readonly clock: Clock;
  /** As statuses name this worker. */
  readonly workerId: string;
  /** Counters of the tasks that run here. */
  readonly counters: () => readonly TaskCounterRow[];
  /** Tasks that are to run here. */
  readonly running: () => ReadonlyMap<string, { readonly id: TaskId }>;
  readonly hosts: () => HostFigures;
  /** Connectors that this worker holds. */
  readonly connectors: () => readonly ConnectorFacts[];
  readonly assignment: () => { readonly connectors: readonly string[]; readonly tasks: readonly TaskId[] };
}

export interface ConnectorFacts {
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly state: string;
}

type Put = PutMetric<ConnectMetrics>;

/** What one worker measures of itself. Events are noted as they come; everything else is read when the page is asked for. */
export class WorkerMetrics {
  readonly rebalances = new Rebalances();
  readonly #options: WorkerMetricsOptions;
  readonly #tasks = new RunStates();
  readonly #connectors = new RunStates();
  readonly #windows = new Map<string, FigureWindow>();

  constructor(options: WorkerMetricsOptions) {
    this.#options = options;
  }

  taskReported(id: TaskId, report: StateReport): void {
    this.#tasks.reported(taskKey(id), report, this.#nowMs());
  }

  /** A status of a connector was read, this worker's or another one's. */
  connectorSaid(name: string, report: (StateReport & { readonly workerId: string }) | undefined): void {
    if (report?.workerId === this.#options.workerId) this.#connectors.reported(name, report, this.#nowMs());
    else this.#connectors.forget(name);
  }

  rebalanceBegan(): void {
    this.rebalances.began(this.#nowMs());
  }

  rebalanceEnded(group: Parameters<Rebalances['ended']>[1]): void {
    this.rebalances.ended(this.#nowMs(), group);
  }

  /** The page of `GET /metrics`. */
  text(): Promise<MetricsText> {
    return metricsText(connectMetrics, (put) => {
      this.#putWorker(put);
      this.#putRebalances(put);
      this.#putConnectors(put);
      this.#putTasks(put);
      this.#putHosts(put);
    });
  }

  #nowMs(): number {
    return this.#options.clock.now().monoMs;
  }

  #putWorker(put: Put): void {
    const { running, assignment } = this.#options;
    const { connectors, tasks } = assignment();
    put('kafka_connect_worker_connector_count', connectors.length);
    put('kafka_connect_worker_task_count', running().size);
    put('kafka_connect_coordinator_assigned_connectors', connectors.length);
    put('kafka_connect_coordinator_assigned_tasks', tasks.length);
    for (const [what, starts] of [
      ['connector', this.#connectors.starts],
      ['task', this.#tasks.starts],
    ] as const) {
      const { attempts, succeeded, failed } = starts;
      put(`kafka_connect_worker_${what}_startup_attempts_total`, attempts);
      put(`kafka_connect_worker_${what}_startup_success_total`, succeeded);
      put(`kafka_connect_worker_${what}_startup_failure_total`, failed);
      put(`kafka_connect_worker_${what}_startup_success_percentage`, attempts && succeeded / attempts);
      put(`kafka_connect_worker_${what}_startup_failure_percentage`, attempts && failed / attempts);
    }
  }

  #putRebalances(put: Put): void {
    const { rebalances } = this;
    put('kafka_connect_worker_rebalance_rebalancing', rebalances.rebalancing ? 1 : 0);
    put('kafka_connect_worker_rebalance_completed_rebalances_total', rebalances.completed);
    const sinceMs = rebalances.sinceLastMs(this.#nowMs());
    if (sinceMs === null || rebalances.averageMs === null) return;
    put('kafka_connect_worker_rebalance_leader_name', 1, { leader_name: rebalances.leaderUrl });
    put('kafka_connect_worker_rebalance_epoch', rebalances.epoch);
    put('kafka_connect_worker_rebalance_rebalance_avg_time_ms', rebalances.averageMs);
    put('kafka_connect_worker_rebalance_rebalance_max_time_ms', rebalances.maxMs);
    put('kafka_connect_worker_rebalance_time_since_last_rebalance_ms', sinceMs);
  }

  #putConnectors(put: Put): void {
    for (const { name: connector, ...facts } of this.#options.connectors()) {
      put('kafka_connect_connector_connector_type', 1, { connector, connector_type: facts.type });
      put('kafka_connect_connector_connector_class', 1, { connector, connector_class: facts.class });
      put('kafka_connect_connector_status', 1, { connector, status: facts.state.toLowerCase() });
    }
    const states = this.#tasks.all(this.#nowMs());
    const counts = new Map<string, { [state: string]: number }>();
    for (const [key, { id }] of this.#options.running()) {
      const count = counts.get(id.connector) ?? {};
      counts.set(id.connector, count);
      const state = states.get(key)?.state ?? 'UNASSIGNED';
      count[state] = (count[state] ?? 0) + 1;
      count.total = (count.total ?? 0) + 1;
    }
    for (const [connector, count] of counts) {
      const of = (state: string) => count[state] ?? 0;
      put('kafka_connect_worker_connector_total_task_count', of('total'), { connector });
      put('kafka_connect_worker_connector_running_task_count', of('RUNNING'), { connector });
      put('kafka_connect_worker_connector_paused_task_count', of('PAUSED'), { connector });
      put('kafka_connect_worker_connector_failed_task_count', of('FAILED'), { connector });
      put('kafka_connect_worker_connector_restarting_task_count', of('RESTARTING'), { connector });
      put('kafka_connect_worker_connector_unassigned_task_count', of('UNASSIGNED'), { connector });
    }
  }

  #putTasks(put: Put): void {
    const { monoMs: nowMs, wallMs } = this.#options.clock.now();
    const rows = new Map(this.#options.counters().map((row) => [taskKey(row), row]));
    const tasks = this.#tasks.all(nowMs);
    for (const [key, task] of tasks) {
      const id = parseTaskKey(key);
      if (!id) continue;
      const row = rows.get(key);
      const window = this.#windows.get(key) ?? new FigureWindow();
      this.#windows.set(key, window);
      const { runningMs, pausedMs } = task;
      window.add(nowMs, { runningMs, pausedMs, ...(row ? figuresOf(row) : {}) });
      const labels = { connector: id.connector, task: String(id.task) };
      put('kafka_connect_connector_task_status', 1, { ...labels, status: task.state.toLowerCase() });
      put('millrace_connect_task_restarts_total', task.restarts, labels);
      const [running, paused] = [window.perSecond('runningMs'), window.perSecond('pausedMs')];
      if (running !== null) put('kafka_connect_connector_task_running_ratio', running / 1000, labels);
      if (paused !== null) put('kafka_connect_connector_task_pause_ratio', paused / 1000, labels);
      if (row) putTask({ put, row, window, labels }, wallMs);
    }
    for (const key of this.#windows.keys()) if (!tasks.has(key)) this.#windows.delete(key);
  }

  #putHosts(put: Put): void {
    const { hosts, starts, deaths } = this.#options.hosts();
    for (const { name, tasks, use } of hosts) {
      const labels = { host: name };
      put('millrace_connect_host_task_count', tasks, labels);
      if (!use) continue;
      put('millrace_connect_host_resident_memory_bytes', use.residentBytes, labels);
      put('millrace_connect_host_cpu_seconds_total', use.cpuSeconds, labels);
      put('millrace_connect_host_busy_ratio', use.busyRatio, labels);
    }
    put('millrace_connect_host_starts_total', starts);
    for (const [reason, count] of deaths) put('millrace_connect_host_deaths_total', count, { reason });
  }
}
