import { MillraceError } from '@millrace/foundation';
import { withoutRevision } from '../core/config/placeholders.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { Status, StatusStore } from '../storage/status-store.ts';
import type {
  ConnectorInfo,
  ConnectorStatus,
  ConnectorType,
  RunState,
  RunStateName,
  TaskInfo,
} from './entities.ts';

/** Reads: what is configured, and what it was last said to do. */
export class ConnectorView {
  readonly #configs: ConfigStore;
  readonly #statuses: StatusStore;
  readonly #typeOf: (connectorClass: string) => ConnectorType;

  constructor(
    configs: ConfigStore,
    statuses: StatusStore,
    typeOf: (connectorClass: string) => ConnectorType,
  ) {
    this.#configs = configs;
    this.#statuses = statuses;
    this.#typeOf = typeOf;
  }

  connectors(): readonly string[] {
    return this.#configs.config.connectors();
  }

  /** @throws {MillraceError} NOT_FOUND */
  connector(name: string): ConnectorInfo {
    const config = this.#configs.config.connector(name);
    if (!config) throw connectorNotFound(name);
    const tasks = this.#configs.config.taskConfigs(name).map((_, task) => ({ connector: name, task }));
    return {
      name,
      config: { name, ...withoutRevision(config) },
      tasks,
      type: this.#typeOf(config['connector.class'] ?? ''),
    };
  }

  /** @throws {MillraceError} NOT_FOUND */
  status(name: string): ConnectorStatus {
    if (!this.#configs.config.has(name)) throw notFound(`No status found for connector ${name}`);
    const { tasks, type } = this.connector(name);
    return {
      name,
      connector: runState(this.#statuses.connector(name)),
      tasks: tasks.map((id) => ({ id: id.task, ...runState(this.#statuses.task(id)) })),
      type,
    };
  }

  /** @throws {MillraceError} NOT_FOUND */
  taskInfos(name: string): readonly TaskInfo[] {
    const { tasks, config } = this.connector(name);
    const taskConfigs = this.#configs.config.taskConfigs(name);
    return tasks.map((id) => ({ id, config: { ...config, ...taskConfigs[id.task] } }));
  }
}

export function connectorNotFound(name: string): MillraceError {
  return notFound(`Connector ${name} not found`);
}

/** Kafka Connect has a sentence of its own for what is asked about the connector. */
export function notFound(message: string): MillraceError {
  return new MillraceError(message, {
    code: 'NOT_FOUND',
    class: 'config',
    hint: 'GET /connectors lists those that exist.',
  });
}

function runState(status: Status | undefined): RunState {
  if (!status || status.state === 'DESTROYED') return { state: 'UNASSIGNED', worker_id: '' };
  const { workerId, trace, error, restart, version } = status;
  return {
    state: status.state as RunStateName,
    worker_id: workerId,
    ...(trace === undefined ? {} : { trace }),
    ...(error === undefined ? {} : { error }),
    ...(restart === undefined ? {} : { restart }),
    ...(version === undefined ? {} : { version }),
  };
}
