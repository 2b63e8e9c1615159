import { type Clock, type Logger, MillraceError } from '@millrace/foundation';
import type { HostLogLevels } from '../tasks/host-protocol.ts';

/** Kafka's names of levels, and the logger's own. */
const LEVELS: Readonly<Record<string, string>> = {
  OFF: 'silent',
  FATAL: 'fatal',
  ERROR: 'error',
  WARN: 'warn',
  INFO: 'info',
  DEBUG: 'debug',
  TRACE: 'trace',
  ALL: 'trace',
};
const KAFKA_NAMES = new Map(Object.entries(LEVELS).map(([kafka, own]) => [own, kafka]));
KAFKA_NAMES.set('trace', 'TRACE');

const ROOT = 'root';
/** The name above those of the connectors whose tasks run in task hosts: `tasks.orders`. */
const TASKS = 'tasks';
/** How many loggers may have a level of their own. */
const OWN_LEVELS_MAX = 1_000;

export interface LoggerLevel {
  readonly level: string;
  /** Milliseconds since the epoch; null where it was never changed. */
  readonly last_modified: number | null;
}

export interface LogLevelsOptions {
  /** What all loggers are children of. */
  readonly logger: Logger;
  readonly clock: Clock;
  /** Connectors that have tasks here. */
  readonly connectors: () => readonly string[];
  /** Passes the levels of tasks on to their hosts. */
  readonly onTaskLevels: (levels: HostLogLevels) => void;
  /** Writes a level for all workers. */
  readonly publish: (name: string, level: string) => Promise<void>;
}

/**
 * Levels of this worker's loggers, which can be changed while it runs (KIP-495). A logger is named for its component; a dot makes
 * it one of many: `root`, `worker`, `tasks`, `tasks.orders`. A level holds for all loggers below its own.
 */
export class LogLevels {
  readonly #options: LogLevelsOptions;
  /** What the process was started with. */
  readonly #startLevel: string;
  readonly #loggers = new Map<string, Logger>();
  readonly #own = new Map<string, { readonly level: string; readonly atMs: number }>();

  constructor(options: LogLevelsOptions) {
    this.#options = options;
    this.#startLevel = options.logger.level;
    this.#loggers.set(ROOT, options.logger);
  }

  /** The logger of a component, made where there is none. */
  named(name: string): Logger {
    const known = this.#loggers.get(name);
    if (known) return known;
    const logger = this.#options.logger.child({ logger: name });
    logger.level = this.#levelOf(name);
    this.#loggers.set(name, logger);
    return logger;
  }

  all(): { readonly [name: string]: LoggerLevel } {
    const names = new Set([...this.#loggers.keys(), TASKS, ...this.#own.keys()]);
    for (const connector of this.#options.connectors()) names.add(`${TASKS}.${connector}`);
    return Object.fromEntries([...names].sort().map((name) => [name, this.#shown(name)]));
  }

  /** Null where there is none of that name. */
  find(name: string): LoggerLevel | null {
    return Object.hasOwn(this.all(), name) ? this.#shown(name) : null;
  }

  /**
   * Sets the level of a logger and of all below it; answers the names of those whose level is another one now.
   * @throws {MillraceError} NOT_FOUND for a level that does not exist (as Kafka Connect has it), TOO_MANY_LOGGERS
   */
  set(name: string, kafkaLevel: string): readonly string[] {
    const level = ownLevel(kafkaLevel);
    const before = this.all();
    for (const other of this.#own.keys()) if (isBelow(other, name)) this.#own.delete(other);
    if (this.#own.size >= OWN_LEVELS_MAX) throw tooMany();
    this.#own.set(name, { level, atMs: this.#options.clock.now().wallMs });
    for (const [other, logger] of this.#loggers) logger.level = this.#levelOf(other);
    this.#options.onTaskLevels(this.#forHosts());
    const after = this.all();
    return Object.keys(after).filter(
      (other) => isBelow(other, name) && after[other]?.level !== before[other]?.level,
    );
  }

  /** @throws {MillraceError} as `set` */
  async setEverywhere(name: string, kafkaLevel: string): Promise<void> {
    ownLevel(kafkaLevel);
    await this.#options.publish(name, kafkaLevel.toUpperCase());
  }

  #forHosts(): HostLogLevels {
    const connectors = [...this.#own.keys()]
      .filter((name) => name.startsWith(`${TASKS}.`))
      .map((name) => [name.slice(TASKS.length + 1), this.#levelOf(name)]);
    return { tasks: this.#levelOf(TASKS), byConnector: Object.fromEntries(connectors) };
  }

  #levelOf(name: string): string {
    return this.#nearest(name)?.level ?? this.#startLevel;
  }

  /** What was set for it, or for the nearest above it. */
  #nearest(name: string): { readonly level: string; readonly atMs: number } | undefined {
    const above = [...this.#own].filter(([other]) => isBelow(name, other));
    return above.sort(([a], [b]) => depth(b) - depth(a))[0]?.[1];
  }

  #shown(name: string): LoggerLevel {
    const level = this.#levelOf(name);
    return {
      level: KAFKA_NAMES.get(level) ?? level.toUpperCase(),
      last_modified: this.#nearest(name)?.atMs ?? null,
    };
  }
}

/** Whether the one logger is the other, or below it. */
function isBelow(name: string, above: string): boolean {
  return above === ROOT || name === above || name.startsWith(`${above}.`);
}

function depth(name: string): number {
  return name === ROOT ? 0 : name.split('.').length;
}

function ownLevel(kafkaLevel: string): string {
  const level = LEVELS[kafkaLevel.toUpperCase()];
  if (level !== undefined) return level;
  throw new MillraceError(`invalid log level '${kafkaLevel}'.`, {
    code: 'NOT_FOUND',
    class: 'config',
    path: 'level',
    hint: `It is one of ${Object.keys(LEVELS).join(', ')}.`,
  });
}

function tooMany(): MillraceError {
  return new MillraceError(`At most ${OWN_LEVELS_MAX} loggers may have a level of their own.`, {
    code: 'TOO_MANY_LOGGERS',
    class: 'config',
    hint: 'Set the level of a logger above: that takes away those below it.',
  });
}
