import { type Clock, MillraceError } from '@millrace/foundation';
import type { RestartRequest } from '../core/config/cluster-config.ts';
import { withoutRevision } from '../core/config/placeholders.ts';
import type { TaskId } from '../core/task-id.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { ConfigSecrets } from '../secrets/config-secrets.ts';
import type { ConfigHistory } from '../storage/config-history.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { ValidationResult } from '../tasks/host-protocol.ts';
import { ChangeTurns } from './change-turns.ts';
import type { ConnectorTraces } from './connector-traces.ts';
import { type ConnectorView, connectorNotFound, notFound } from './connector-view.ts';
import type { ControlLoop } from './control-loop.ts';
import type { ConnectorConfig, ConnectorInfo, ConnectorStatus, TargetState } from './entities.ts';

export interface ConnectorCommandsOptions {
  readonly configs: ConfigStore;
  readonly catalog: PluginCatalog;
  readonly view: ConnectorView;
  readonly loop: ControlLoop;
  /** Where the REST API of the worker answers that runs a task, as the leader knows it; empty where it does not. */
  readonly workerOf: (id: TaskId) => string;
  readonly secrets: Pick<ConfigSecrets, 'protect' | 'forget'>;
  readonly traces: Pick<ConnectorTraces, 'beforeRemoval'>;
  readonly history: Pick<ConfigHistory, 'note'>;
  readonly clock: Clock;
}

/** What is to be known of who changes a config. */
export interface ConfigChangeContext {
  readonly by: string;
  /** Called on the leader with the config as it is, before it changes; refuses by throwing. */
  readonly check?: (current: ConnectorConfig | undefined) => void;
  /** The version of the history that is taken back. */
  readonly restored?: number;
}

const NOBODY: ConfigChangeContext = { by: 'ANONYMOUS' };

/** Writes: each is a record in the config topic, made by the leader only, and answered when it was read back. */
export class ConnectorCommands {
  readonly #options: ConnectorCommandsOptions;
  readonly #turns = new ChangeTurns();

  constructor(options: ConnectorCommandsOptions) {
    this.#options = options;
  }

  /** @throws {MillraceError} ALREADY_EXISTS, INVALID_CONFIG, UNKNOWN_CONNECTOR_CLASS, REBALANCE_IN_PROGRESS */
  async create(
    name: string,
    config: ConnectorConfig,
    initialState: TargetState,
    change = NOBODY,
  ): Promise<ConnectorInfo> {
    await this.lead();
    this.#mustBeNew(name);
    const full = { ...config, name };
    const secretKeys = await this.#check(full);
    // Validation may have taken so long that another worker leads by now.
    return this.inTurn(name, async () => {
      this.#mustBeNew(name);
      const { configs } = this.#options;
      // A connector of that name which was removed halfway may have left its target state behind.
      const known = configs.config.targetState(name) === initialState;
      const stored = await this.#withoutSecrets(name, full, secretKeys);
      await configs.putConnector(name, stored, known ? undefined : initialState);
      return this.#noted(name, undefined, change);
    });
  }

  async putConfig(
    name: string,
    config: ConnectorConfig,
    change = NOBODY,
  ): Promise<{ created: boolean; info: ConnectorInfo }> {
    await this.lead();
    const full = { ...config, name };
    const secretKeys = await this.#check(full);
    return this.inTurn(name, async () => {
      const before = this.#options.configs.config.connector(name);
      checkAsTold(change, before);
      await this.#options.configs.putConnector(name, await this.#withoutSecrets(name, full, secretKeys));
      return { created: before === undefined, info: await this.#noted(name, before, change) };
    });
  }

  /** Changes some keys; null takes one away (KIP-477). @throws {MillraceError} NOT_FOUND, INVALID_CONFIG, ... as `create` */
  async patchConfig(
    name: string,
    patch: { readonly [key: string]: string | null },
    change = NOBODY,
  ): Promise<ConnectorInfo> {
    // In one turn, so that no other change comes between what was read and what is written.
    return this.inTurn(name, async () => {
      const before = this.#options.configs.config.connector(name);
      if (!before) throw connectorNotFound(name);
      checkAsTold(change, before);
      const full = { ...withPatch(before, patch), name };
      const secretKeys = await this.#check(full);
      await this.#options.configs.putConnector(name, await this.#withoutSecrets(name, full, secretKeys));
      return this.#noted(name, before, change);
    });
  }

  remove(name: string, change = NOBODY): Promise<void> {
    return this.inTurn(name, async () => {
      const { configs, secrets, traces } = this.#options;
      const config = configs.config.connector(name);
      this.#mustExist(name, connectorNotFound(name));
      checkAsTold(change, config);
      const cleanUp = config && (await traces.beforeRemoval(name, config));
      await configs.removeConnector(name);
      await this.#note(name, config, change);
      await secrets.forget(name);
      cleanUp?.();
    });
  }

  setTargetState(name: string, state: TargetState): Promise<void> {
    return this.inTurn(name, async () => {
      this.#mustExist(name, notFound(`Unknown connector ${name}`));
      await this.#options.configs.putTargetState(name, state);
    });
  }

  restartConnector(
    name: string,
    request: Omit<RestartRequest, 'connector'>,
  ): Promise<ConnectorStatus | null> {
    return this.inTurn(name, async () => {
      this.#mustExist(name, notFound(`Unknown connector: ${name}`));
      await this.#options.configs.putRestart({ connector: name, ...request });
      return request.includeTasks || request.onlyFailed ? this.#options.view.status(name) : null;
    });
  }

  async restartTask(id: TaskId): Promise<void> {
    this.#mustExist(id.connector, notFound(`Unknown connector: ${id.connector}`));
    const { configs, loop } = this.#options;
    if (!configs.config.taskConfigs(id.connector)[id.task]) {
      throw new MillraceError(`Unknown task: ${id.connector}-${id.task}`, {
        code: 'NOT_FOUND',
        class: 'config',
        hint: `GET /connectors/${id.connector}/tasks lists those that exist.`,
      });
    }
    if (await loop.restartTask(id)) return;
    const worker = loop.isLeader ? this.#options.workerOf(id) : loop.leaderUrl;
    throw rebalancing('the task does not run on this worker', worker);
  }

  /** The connector as the change has left it: its tasks may be others by the time that the history has it. */
  async #noted(
    name: string,
    before: ConnectorConfig | undefined,
    change: ConfigChangeContext,
  ): Promise<ConnectorInfo> {
    const info = this.#options.view.connector(name);
    await this.#note(name, before, change);
    return info;
  }

  /** As it is stored by now, beside what it was. */
  #note(
    name: string,
    before: ConnectorConfig | undefined,
    { by, restored }: ConfigChangeContext,
  ): Promise<void> {
    const { history, configs, clock } = this.#options;
    const after = configs.config.connector(name);
    const atMs = clock.now().wallMs;
    return history.note(name, { before, after, by, atMs, ...(restored === undefined ? {} : { restored }) });
  }

  /** The config as it may be stored: its secrets are sealed and stored apart by then. */
  #withoutSecrets(
    name: string,
    config: ConnectorConfig,
    secretKeys: readonly string[],
  ): Promise<ConnectorConfig> {
    const { secrets, configs } = this.#options;
    const inUse = [configs.config.connector(name), configs.config.appliedConnector(name)];
    return secrets.protect(
      name,
      config,
      secretKeys,
      inUse.filter((known) => known !== undefined),
    );
  }

  /** Answers the keys whose values are secrets. */
  async #check(config: ConnectorConfig): Promise<readonly string[]> {
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
    if (result.errorCount > 0) throw invalidConfig(className, result);
    return result.secretKeys;
  }

  #mustExist(name: string, otherwise: MillraceError): void {
    if (!this.#options.configs.config.has(name)) throw otherwise;
  }

  #mustBeNew(name: string): void {
    if (!this.#options.configs.config.has(name)) return;
    throw new MillraceError(`Connector ${name} already exists`, {
      code: 'ALREADY_EXISTS',
      class: 'config',
      path: 'name',
      hint: `PUT /connectors/${name}/config changes it.`,
    });
  }

  /** Resolves where this worker may write for the group, with the newest config read. @throws {MillraceError} REBALANCE_IN_PROGRESS */
  async lead(): Promise<void> {
    const { loop, configs } = this.#options;
    if (!loop.joined) throw rebalancing('this worker has not joined its group yet');
    if (!loop.isLeader) throw rebalancing('this worker does not lead the group', loop.leaderUrl);
    await configs.refresh();
  }

  /**
   * A change of a connector that this worker makes as the leader, after all of that connector that were begun before.
   * @throws {MillraceError} REBALANCE_IN_PROGRESS
   */
  inTurn<T>(connector: string, job: () => Promise<T>): Promise<T> {
    return this.#turns.take(connector, () => this.#leading(job));
  }

  /** A change of all connectors, while no other is under way. @throws {MillraceError} REBALANCE_IN_PROGRESS */
  inTurnOfAll<T>(job: () => Promise<T>): Promise<T> {
    return this.#turns.takeAll(() => this.#leading(job));
  }

  async #leading<T>(job: () => Promise<T>): Promise<T> {
    await this.lead();
    return job();
  }
}

/** `forwardTo` is for the REST API, which asks that worker then. */
export function rebalancing(why: string, askInstead = ''): MillraceError {
  return new MillraceError(`The request can't be served here now: ${why}.`, {
    code: 'REBALANCE_IN_PROGRESS',
    class: 'transient',
    ...(askInstead === '' ? {} : { facts: { forwardTo: askInstead } }),
    hint: askInstead === '' ? 'Try again in a moment.' : `Ask the worker at ${askInstead}.`,
  });
}

function invalidConfig(className: string, result: ValidationResult): MillraceError {
  const errors = result.configs.flatMap(({ value }) =>
    value.errors.map((message) => ({ key: value.name, message })),
  );
  const list = errors.map(({ message }) => message).join('\n');
  return new MillraceError(
    `Connector configuration is invalid and contains the following ${errors.length} error(s):\n${list}\nYou can also find the above list of errors at the endpoint \`/connector-plugins/{connectorType}/config/validate\``,
    {
      code: 'INVALID_CONFIG',
      class: 'config',
      ...(errors[0] === undefined ? {} : { path: errors[0].key }),
      hint: `PUT /connector-plugins/${className}/config/validate shows each key with its error.`,
    },
  );
}

function withPatch(
  config: ConnectorConfig,
  patch: { readonly [key: string]: string | null },
): ConnectorConfig {
  return Object.fromEntries(
    Object.entries({ ...config, ...patch }).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** Who compares was told the config without the revision of its secrets. */
function checkAsTold(change: ConfigChangeContext, config: ConnectorConfig | undefined): void {
  change.check?.(config && withoutRevision(config));
}
