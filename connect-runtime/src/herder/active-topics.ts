import { type Clock, type Logger, MillraceError } from '@millrace/foundation';
import { taskKey } from '../core/task-id.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { TaskCounterRow } from '../tasks/host-protocol.ts';

export interface ActiveTopicsOptions {
  readonly configs: Pick<ConfigStore, 'config'>;
  readonly statuses: Pick<StatusStore, 'topics' | 'putTopic' | 'removeTopics'>;
  /** `topic.tracking.enable` */
  readonly enabled: boolean;
  /** `topic.tracking.allow.reset` */
  readonly allowReset: boolean;
  readonly isLeader: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Row = Pick<TaskCounterRow, 'connector' | 'task' | 'records' | 'topics'>;

/** Topics that connectors have used (KIP-558), kept in the status topic by the workers whose tasks use them. */
export class ActiveTopics {
  readonly #options: ActiveTopicsOptions;
  /** How many records each task had passed when it was looked at last. */
  readonly #records = new Map<string, number>();
  /** What is being written. */
  readonly #writing = new Set<string>();

  constructor(options: ActiveTopicsOptions) {
    this.#options = options;
  }

  /** @throws {MillraceError} FORBIDDEN with `topic.tracking.enable=false` */
  of(connector: string): readonly string[] {
    if (!this.#options.enabled) throw forbidden('Topic tracking is disabled.', 'topic.tracking.enable');
    return this.#options.statuses.topics(connector);
  }

  /** Forgets them; those that tasks go on using come back. @throws {MillraceError} FORBIDDEN where the worker's config does not allow it */
  async reset(connector: string): Promise<void> {
    const topics = this.of(connector);
    if (!this.#options.allowReset)
      throw forbidden('Topic tracking reset is disabled.', 'topic.tracking.allow.reset');
    await this.#options.statuses.removeTopics(connector, topics);
  }

  /** Takes note of what tasks of this worker have done. */
  counted(rows: readonly Row[]): void {
    if (!this.#options.enabled) return;
    for (const row of rows) {
      const key = taskKey(row);
      const passed = row.records > (this.#records.get(key) ?? 0);
      this.#records.set(key, row.records);
      if (passed) this.#note(row);
    }
  }

  /** The leader forgets the topics of a connector that is no more. */
  removed(connector: string): void {
    for (const key of this.#records.keys())
      if (key.slice(0, key.lastIndexOf('-')) === connector) this.#records.delete(key);
    const { statuses, isLeader, logger } = this.#options;
    const topics = statuses.topics(connector);
    if (topics.length === 0 || !isLeader()) return;
    statuses
      .removeTopics(connector, topics)
      .catch((error) => logger.warn({ connector, err: error }, 'active topics could not be removed'));
  }

  #note({ connector, task, topics }: Row): void {
    const { configs, statuses, clock, logger } = this.#options;
    // A task that is still stopping must not bring back what went with its connector.
    if (!configs.config.has(connector)) return;
    const known = statuses.topics(connector);
    for (const topic of topics) {
      const key = `${topic}:${connector}`;
      if (known.includes(topic) || this.#writing.has(key)) continue;
      this.#writing.add(key);
      statuses
        .putTopic({ topic, connector, task, discoveredAtMs: clock.now().wallMs })
        .catch((error) =>
          logger.warn({ connector, topic, err: error }, 'an active topic could not be stored'),
        )
        .finally(() => this.#writing.delete(key));
    }
  }
}

function forbidden(message: string, path: string): MillraceError {
  return new MillraceError(message, {
    code: 'FORBIDDEN',
    class: 'config',
    path,
    hint: `Set ${path}=true in the config of the workers.`,
  });
}
