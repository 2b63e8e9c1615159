import type { Admin } from '@millrace/client';
import { isMillraceError, type JsonObject, MillraceError } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import { parseSinkOffset, type SinkOffset } from '../core/offsets/sink-offset.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { StoredOffset, WantedOffset } from '../storage/offset-store.ts';
import type { OffsetStores } from '../storage/offset-stores.ts';
import type { StatusStore } from '../storage/status-store.ts';
import { connectorNotFound } from './connector-view.ts';
import { badOffset, SinkOffsets } from './sink-offsets.ts';

/** A position as it was sent: its partition may be missing. */
export interface SentOffset {
  readonly partition: JsonObject | null;
  readonly offset: JsonObject | null;
}

export interface ConnectorOffsetsOptions {
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly offsets: OffsetStores;
  readonly catalog: PluginCatalog;
  readonly admin: Admin;
  /** Runs one change of a connector after the other, where the config is the newest. @throws {MillraceError} REBALANCE_IN_PROGRESS */
  readonly inTurn: <T>(connector: string, job: () => Promise<T>) => Promise<T>;
  /** How long tasks of a connector that was just stopped may take to be gone, ms. */
  readonly stoppingTimeoutMs: number;
}

/** How often it is looked whether tasks are gone, ms. */
const LOOK_MS = 50;

/** What the group coordinator says while a group still has members. */
const MEMBERS_LEFT: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'NON_EMPTY_GROUP',
  'REBALANCE_IN_PROGRESS',
  'GROUP_SUBSCRIBED_TO_TOPIC',
]);

/** Where connectors stand, read, altered and reset (KIP-875): sources in the offset topic, sinks in their group. */
export class ConnectorOffsets {
  readonly #options: ConnectorOffsetsOptions;

  constructor(options: ConnectorOffsetsOptions) {
    this.#options = options;
  }

  /** @throws {MillraceError} NOT_FOUND */
  async read(connector: string): Promise<readonly StoredOffset[]> {
    const config = this.#config(connector);
    const { type } = await this.#options.catalog.connector(config);
    if (type === 'source') return this.#options.offsets.all(connector);
    return this.#sink(connector, config).read();
  }

  /**
   * Answers Kafka Connect's sentence of what was done.
   * @throws {MillraceError} NOT_FOUND, CONNECTOR_NOT_STOPPED, TASKS_NOT_GONE, BAD_REQUEST, what the connector threw at it
   */
  alter(connector: string, sent: readonly SentOffset[]): Promise<string> {
    return this.#whileStopped(connector, async (config) => {
      const { type } = await this.#options.catalog.connector(config);
      if (type === 'source') return said('altered', await this.#alterSource(connector, config, sent));
      const positions = sent.map(sinkOffset);
      const sink = this.#sink(connector, config);
      await sink.mustExist(positions);
      // A target that has its offsets already, while the group has not, reads no further than they say.
      await this.#options.catalog.alterOffsets(config, { type: 'sink', positions });
      await free(connector, sink.alter(positions));
      return said('altered', true);
    });
  }

  /** Forgets all positions. @throws {MillraceError} as `alter` */
  reset(connector: string): Promise<string> {
    return this.#whileStopped(connector, async (config) => {
      const { type } = await this.#options.catalog.connector(config);
      if (type === 'source') {
        const stored = await this.#options.offsets.all(connector);
        const wanted = stored.map(({ partition }) => ({ partition, offset: null }));
        const checked = await this.#alterSource(connector, config, wanted);
        await this.#forget(config);
        return said('reset', checked);
      }
      await this.#forget(config);
      await free(connector, this.#sink(connector, config).reset());
      return said('reset', true);
    });
  }

  #config(connector: string): ConnectorConfig {
    const config = this.#options.configs.config.connector(connector);
    if (!config) throw connectorNotFound(connector);
    return config;
  }

  #whileStopped<T>(connector: string, job: (config: ConnectorConfig) => Promise<T>): Promise<T> {
    return this.#options.inTurn(connector, async () => {
      const config = this.#config(connector);
      if (this.#options.configs.config.targetState(connector) !== 'STOPPED') throw notStopped(connector);
      await this.#tasksGone(connector);
      return job(config);
    });
  }

  /** A task of a connector that was stopped has a status for as long as it runs somewhere. */
  async #tasksGone(connector: string): Promise<void> {
    const { configs, statuses, stoppingTimeoutMs } = this.#options;
    const deadlineMs = performance.now() + stoppingTimeoutMs;
    const runs = (task: number) => statuses.task({ connector, task })?.state !== 'UNASSIGNED';
    const left = () =>
      configs.config.taskConfigs(connector).length > 0 || statuses.taskNumbers(connector).some(runs);
    while (left()) {
      if (performance.now() >= deadlineMs) throw tasksNotGone(connector);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Whether the connector checked them. */
  async #alterSource(
    connector: string,
    config: ConnectorConfig,
    sent: readonly SentOffset[],
  ): Promise<boolean> {
    const wanted = sent.map(({ partition, offset }): WantedOffset => {
      if (partition !== null) return { partition, offset };
      throw badOffset('Partition objects cannot be null');
    });
    const checked = await this.#options.catalog.alterOffsets(config, { type: 'source', offsets: wanted });
    await this.#options.offsets.put(connector, wanted);
    return checked;
  }

  async #forget(config: ConnectorConfig): Promise<void> {
    const cleanUp = await this.#options.catalog.forget(config, 'offsets reset');
    await cleanUp();
  }

  #sink(connector: string, config: ConnectorConfig): SinkOffsets {
    return new SinkOffsets(this.#options.admin, connector, config);
  }
}

function sinkOffset({ partition, offset }: SentOffset): SinkOffset {
  const parsed = parseSinkOffset(partition, offset);
  if ('problem' in parsed) throw badOffset(parsed.problem);
  return parsed;
}

function said(what: 'altered' | 'reset', checked: boolean): string {
  if (checked) return `The offsets for this connector have been ${what} successfully`;
  return `The Connect framework-managed offsets for this connector have been ${what} successfully. However, if this connector manages offsets externally, they will need to be manually ${what} in the system that the connector uses.`;
}

/** Kafka Connect's sentence, which its clients look for. */
function notStopped(connector: string): MillraceError {
  const message = `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${connector}/stop' endpoint`;
  return new MillraceError(message, { code: 'CONNECTOR_NOT_STOPPED', class: 'config' });
}

function tasksNotGone(connector: string): MillraceError {
  return new MillraceError(`Tasks of connector ${connector} have not stopped yet.`, {
    code: 'TASKS_NOT_GONE',
    class: 'transient',
    hint: 'Try again in a moment; nothing was changed.',
  });
}

/** A group that still has members has tasks that are not gone. @throws {MillraceError} TASKS_NOT_GONE, what `job` throws */
async function free(connector: string, job: Promise<void>): Promise<void> {
  try {
    await job;
  } catch (error) {
    throw isMillraceError(error) && MEMBERS_LEFT.has(error.code) ? tasksNotGone(connector) : error;
  }
}
