import {
  ClusterConfig,
  type ConfigChange,
  type ConnectorConfig,
  configRecord,
  type RestartRequest,
  type TargetState,
} from '../core/config/cluster-config.ts';
import type { SessionKey } from '../core/herder/session-key.ts';
import { jsonBytes, readJson } from './json-record.ts';
import type { OpenLog, RecordLog } from './record-log.ts';

/** The group's configuration in `config.storage.topic`: one partition, compacted, Kafka Connect's own records. */
export class ConfigStore {
  readonly config = new ClusterConfig();
  readonly #log: RecordLog;

  constructor(open: OpenLog, onChange: (change: ConfigChange) => void) {
    this.#log = open((record) => {
      const key = record.key?.toString('utf8') ?? '';
      const change = this.config.replay(record.offset, key, readJson(record.value));
      if (change) onChange(change);
    });
  }

  start(): Promise<void> {
    return this.#log.start();
  }

  /** Why the topic cannot be read or written at present; null where it can. */
  get failure(): Error | null {
    return this.#log.failure;
  }

  /** Resolves when this worker has read everything that was written up to now. */
  refresh(): Promise<void> {
    return this.#log.readToEnd();
  }

  async putConnector(connector: string, config: ConnectorConfig, target?: TargetState): Promise<void> {
    // The target state first: a connector that is to begin stopped must never be seen without it.
    if (target) await this.#put(configRecord.targetState(connector, target));
    await this.#put(configRecord.connector(connector, config));
    await this.refresh();
  }

  async removeConnector(connector: string): Promise<void> {
    await this.#put(configRecord.connector(connector, null));
    await this.#put(configRecord.targetState(connector, null));
    await this.refresh();
  }

  async putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void> {
    const records = [
      ...configs.map((config, task) => configRecord.task({ connector, task }, config)),
      configRecord.commit(connector, configs.length),
    ];
    await this.#log.writeAll(
      records.map((record) => ({ key: Buffer.from(record.key, 'utf8'), value: jsonBytes(record.value) })),
    );
    await this.refresh();
  }

  async putTargetState(connector: string, state: TargetState): Promise<void> {
    await this.#put(configRecord.targetState(connector, state));
    await this.refresh();
  }

  /** For all workers that run now; one that starts later does not take it over (KIP-976). */
  async putLoggerLevel(logger: string, level: string): Promise<void> {
    await this.#put(configRecord.loggerLevel(logger, level));
    await this.refresh();
  }

  /** Who wrote before this set of so many tasks is fenced (KIP-618). */
  async putFenced(connector: string, tasks: number, taskSetOffset: number): Promise<void> {
    await this.#put(configRecord.fenced(connector, tasks, taskSetOffset));
    await this.refresh();
  }

  async putSessionKey(key: SessionKey): Promise<void> {
    await this.#put(configRecord.sessionKey(key));
    await this.refresh();
  }

  async putRestart(request: RestartRequest): Promise<void> {
    await this.#put(configRecord.restart(request));
    await this.refresh();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #put(record: { readonly key: string; readonly value: Parameters<typeof jsonBytes>[0] }): Promise<void> {
    return this.#log.write(record.key, jsonBytes(record.value));
  }
}
