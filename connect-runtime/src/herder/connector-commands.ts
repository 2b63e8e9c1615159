import { MillraceError } from '@millrace/foundation';
import type { RestartRequest } from '../core/config/cluster-config.ts';
import type { TaskId } from '../core/task-id.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { ValidationResult } from '../tasks/host-protocol.ts';
import type { ControlLoop } from './control-loop.ts';
import { connectorNotFound, type ConnectorView } from './connector-view.ts';
import type { ConnectorConfig, ConnectorInfo, ConnectorStatus, TargetState } from './entities.ts';

export interface ConnectorCommandsOptions {
  readonly configs: ConfigStore;
  readonly catalog: PluginCatalog;
  readonly view: ConnectorView;
  readonly loop: ControlLoop;
  readonly restartTask: (id: TaskId) => Promise<boolean>;
}

/** Writes: each is a record in the config topic, made by the leader only, and answered when it was read back. */
export class ConnectorCommands {
  readonly #options: ConnectorCommandsOptions;

  constructor(options: ConnectorCommandsOptions) {
    this.#options = options;
  }

  /** @throws {MillraceError} ALREADY_EXISTS, INVALID_CONFIG, UNKNOWN_CONNECTOR_CLASS, REBALANCE_IN_PROGRESS */
  async create(name: string, config: ConnectorConfig, initialState: TargetState): Promise<ConnectorInfo> {
    await this.#lead();
    if (this.#options.configs.config.has(name)) {
      throw new MillraceError(`Connector ${name} already exists`, {
        code: 'ALREADY_EXISTS',
        class: 'config',
        path: 'name',
        hint: `PUT /connectors/${name}/config changes it.`,
      });
    }
    const full = { ...config, name };
    await this.#check(full);
    await this.#options.configs.putConnector(name, full, initialState === 'RUNNING' ? undefined : initialState);
    return this.#options.view.connector(name);
  }

  async putConfig(name: string, config: ConnectorConfig): Promise<{ created: boolean; info: ConnectorInfo }> {
    await this.#lead();
    const created = !this.#options.configs.config.has(name);
    const full = { ...config, name };
    await this.#check(full);
    await this.#options.configs.putConnector(name, full);
    return { created, info: this.#options.view.connector(name) };
  }

  async remove(name: string): Promise<void> {
    await this.#lead();
    this.#mustExist(name);
    await this.#options.configs.removeConnector(name);
  }

  async setTargetState(name: string, state: TargetState): Promise<void> {
    await this.#lead();
    this.#mustExist(name);
    await this.#options.configs.putTargetState(name, state);
  }

  async restartConnector(name: string, request: Omit<RestartRequest, 'connector'>): Promise<ConnectorStatus | null> {
    await this.#lead();
    this.#mustExist(name);
    await this.#options.configs.putRestart({ connector: name, ...request });
    return request.includeTasks || request.onlyFailed ? this.#options.view.status(name) : null;
  }

  async restartTask(id: TaskId): Promise<void> {
    this.#mustExist(id.connector);
    const { configs, restartTask } = this.#options;
    if (!configs.config.taskConfigs(id.connector)[id.task]) {
      throw new MillraceError(`Task ${id.task} of connector ${id.connector} not found`, {
        code: 'NOT_FOUND',
        class: 'config',
      });
    }
    if (!(await restartTask(id))) throw rebalancing('the task runs on another worker');
  }

  async #check(config: ConnectorConfig): Promise<void> {
    const className = config['connector.class']?.trim();
    if (!className) {
      throw new MillraceError('"connector.class" is required and has no value.', {
        code: 'INVALID_CONFIG',
        class: 'config',
        path: 'connector.class',
        hint: 'GET /connector-plugins lists the connectors that are installed.',
      });
    }
    const result = await this.#options.catalog.validate(className, config);
    if (result.errorCount > 0) throw invalidConfig(result);
  }

  #mustExist(name: string): void {
    if (!this.#options.configs.config.has(name)) throw connectorNotFound(name);
  }

  async #lead(): Promise<void> {
    const { loop, configs } = this.#options;
    if (!loop.joined) throw rebalancing('this worker has not joined its group yet');
    if (!loop.isLeader) throw rebalancing('this worker does not lead the group');
    await configs.refresh();
  }
}

function rebalancing(why: string): MillraceError {
  return new MillraceError(`The request can't be served here now: ${why}.`, {
    code: 'REBALANCE_IN_PROGRESS',
    class: 'transient',
    hint: 'Try again in a moment, or ask the worker that leads the group.',
  });
}

function invalidConfig(result: ValidationResult): MillraceError {
  const errors = result.configs.flatMap(({ value }) => value.errors.map((message) => ({ key: value.name, message })));
  const list = errors.map(({ message }) => message).join('\n');
  return new MillraceError(
    `Connector configuration is invalid and contains the following ${errors.length} error(s):\n${list}`,
    {
      code: 'INVALID_CONFIG',
      class: 'config',
      ...(errors[0] === undefined ? {} : { path: errors[0].key }),
      hint: `PUT /connector-plugins/CLASS/config/validate shows each key with its error.`,
    },
  );
}
