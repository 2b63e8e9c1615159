import type { Admin } from '@millrace/client';
import type { Clock, Logger } from '@millrace/foundation';
import type { ConfigChange } from '../core/config/cluster-config.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { OffsetStores } from '../storage/offset-stores.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { WorkerConfig } from '../worker-config.ts';
import { ActiveTopics } from './active-topics.ts';
import type { ConnectorCommands } from './connector-commands.ts';
import { ConnectorOffsets } from './connector-offsets.ts';
import type { ControlLoop } from './control-loop.ts';
import type { LogLevels } from './log-levels.ts';

/** Of the time that a stopping task may take, how much more passes until its status is gone too, ms. */
const STATUS_TIME_MS = 5_000;

export interface OperationsOptions {
  readonly config: WorkerConfig;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly offsets: OffsetStores;
  readonly catalog: PluginCatalog;
  readonly loggers: LogLevels;
  readonly commands: ConnectorCommands;
  readonly loop: Pick<ControlLoop, 'isLeader'>;
  readonly admin: Admin;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** What operators do beside running connectors: positions, active topics, log levels. */
export class Operations {
  readonly offsets: ConnectorOffsets;
  readonly activeTopics: ActiveTopics;
  readonly loggers: LogLevels;
  readonly #logger: Logger;

  constructor(options: OperationsOptions) {
    this.#logger = options.logger;
    const { config, commands, loop } = options;
    this.loggers = options.loggers;
    this.offsets = new ConnectorOffsets({
      ...options,
      inTurn: (connector, job) => commands.inTurn(connector, job),
      stoppingTimeoutMs: config['task.shutdown.graceful.timeout.ms'] + STATUS_TIME_MS,
    });
    this.activeTopics = new ActiveTopics({
      ...options,
      enabled: config['topic.tracking.enable'],
      allowReset: config['topic.tracking.allow.reset'],
      isLeader: () => loop.isLeader,
    });
  }

  /** Takes up what came by the config topic while this worker runs. */
  configChanged(change: ConfigChange): void {
    if (change.kind === 'removed') this.activeTopics.removed(change.connector);
    if (change.kind === 'logger') this.#setLevel(change.logger, change.level);
  }

  #setLevel(logger: string, level: string): void {
    try {
      this.loggers.set(logger, level);
    } catch (error) {
      // A newer worker may know levels that this one does not.
      this.#logger.warn({ logger, level, err: error }, 'the level of a logger was not taken over');
    }
  }
}
