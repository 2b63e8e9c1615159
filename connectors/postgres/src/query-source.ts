import {
  type ConfigProblem,
  isMillraceError,
  listed,
  MillraceError,
  pause,
  type RateLimiter,
  rateLimiterOf,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import { addressedConnection, requireAddress } from './address-options.ts';
import type { ColumnRules } from './column-rules.ts';
import { Session } from './connection.ts';
import { obstacleError } from './preflight.ts';
import type { QueryConfig, queryConfig } from './query-config.ts';
import { fromQueryOffset, type QueryPosition } from './query-position.ts';
import { inspectQuery, type QueryObstacle, TABLE_MISSING } from './query-preflight.ts';
import { HELD_WARNING_MS, QueryReader } from './query-reader.ts';
import { findRelations, type QueryRelation } from './query-relation.ts';
import { columnRules, valueModes } from './record-options.ts';
import { addressedProblems } from './session-problems.ts';
import { TypeCatalog } from './type-catalog.ts';

const SECOND_MS = 1000;
/** How many tables that are gone, or obstacles to reading some, the status names. */
const NAMES_MAX = 20;

/** A table that was renamed is another one: its position is kept by its name. */
const nameOf = ({ oid, title }: QueryRelation): string => `${oid} ${title}`;

const inWords = (obstacles: readonly QueryObstacle[]): string =>
  obstacles.map(({ message, hint }) => `${message} ${hint}`).join(' ');

function parted<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Problems of a config that only the server knows, all of them. */
export async function validateQuery(
  config: QueryConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  return await addressedProblems(config, signal, async (session) =>
    inspectQuery(session, config, await findRelations(session, config)),
  );
}

/** One task for a query; tables are dealt out by their names, so that one that comes later has its task already. */
export function queryTasks(config: QueryConfig, maxTasks: number) {
  const count = config.query === null ? maxTasks : 1;
  return Array.from({ length: count }, (_, index) => ({
    'task.index': String(index),
    'task.count': String(count),
  }));
}

/** Reads tables, or a query, in turns, each as often as `poll.interval.ms` says. */
export class PostgresQueryTask implements SourceTask {
  readonly #context: SourceTaskContext<typeof queryConfig>;
  readonly #config: QueryConfig;
  readonly #session: Session;
  readonly #types: TypeCatalog;
  readonly #rules: ColumnRules;
  readonly #limiter: RateLimiter | null;
  #readers: readonly QueryReader[] = [];
  /** What was there at the last look and can be read, of all tasks; null: nobody has looked. */
  #seen: ReadonlySet<string> | null = null;
  /** Titles of tables that were read, and are no more. */
  readonly #gone = new Set<string>();
  #tablesDueMs = 0;

  constructor(context: SourceTaskContext<typeof queryConfig>) {
    this.#context = context;
    this.#config = context.config;
    // One that broke may have lost a reading, so that the task begins anew.
    this.#session = new Session(addressedConnection(context.config), false);
    this.#types = new TypeCatalog(this.#session, valueModes(context.config));
    this.#rules = columnRules(context.config);
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    this.#context.signal.addEventListener('abort', this.#abort, { once: true });
    requireAddress(this.#config);
    await this.#lookForTables();
  }

  async poll(): Promise<readonly SourceRecord[]> {
    try {
      const records = await this.#next();
      await this.#limiter?.take(records.length, this.#context.signal);
      return records;
    } catch (error) {
      // Stopping cuts the connection, which fails whatever was under way.
      if (this.#context.signal.aborted) return [];
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#context.signal.removeEventListener('abort', this.#abort);
    this.#session.close();
  }

  readonly #abort = (): void => this.#session.close();

  async #next(): Promise<readonly SourceRecord[]> {
    const { signal } = this.#context;
    while (!signal.aborted) {
      const open = this.#readers.find(({ isOpen }) => isOpen);
      if (open) {
        const records = await open.next();
        if (records.length > 0) return records;
        continue;
      }
      if (performance.now() >= this.#tablesDueMs) await this.#lookForTables();
      const next = this.#readers.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      const dueMs = Math.min(next?.dueMs ?? Number.POSITIVE_INFINITY, this.#tablesDueMs);
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await pause(waitMs, signal);
      else if (next) await this.#begin(next);
      this.#tell();
    }
    return [];
  }

  async #begin(reader: QueryReader): Promise<void> {
    try {
      await reader.begin();
    } catch (error) {
      if (!isMillraceError(error) || error.code !== TABLE_MISSING) throw error;
      // Where the table itself is gone, the others can go on; else something that it needs is.
      await this.#lookForTables();
      if (this.#readers.includes(reader)) throw error;
    }
  }

  /** Tables may have come or gone. */
  async #lookForTables(): Promise<void> {
    const relations = await findRelations(this.#session, this.#config);
    const fresh = relations.filter((one) => !this.#seen?.has(nameOf(one)));
    const refused = new Set<string>();
    if (this.#seen === null || fresh.length > 0)
      for (const title of await this.#inspect(relations, fresh)) refused.add(title);
    else this.#tellRefused([]);
    // Those that can't be read are looked at again each time.
    const readable = relations.filter(({ title }) => !refused.has(title));
    this.#seen = new Set(readable.map(nameOf));
    await this.#adopt(readable);
  }

  /**
   * Stops at what keeps the source from reading what it has read before, or anything at all. Tables that are not there, or that are new and
   * can't be read, are only told of, where others can; these are answered.
   */
  async #inspect(
    relations: readonly QueryRelation[],
    fresh: readonly QueryRelation[],
  ): Promise<ReadonlySet<string>> {
    const found = await inspectQuery(this.#session, this.#config, relations, fresh);
    const [missing, others] = parted(found, ({ code }) => code === TABLE_MISSING && relations.length > 0);
    const refused = new Set<string>();
    const stopping: QueryObstacle[] = [];
    for (const one of others) {
      const tables: string[] = [];
      for (const relation of fresh.filter(({ title }) => one.tables.includes(title)))
        if (!(await this.#wasRead(relation))) tables.push(relation.title);
      for (const title of tables) refused.add(title);
      if (tables.length === 0) stopping.push(one);
    }
    const isAnyReadable = relations.some(({ title }) => !refused.has(title));
    const [obstacle, ...more] = isAnyReadable ? stopping : others;
    if (obstacle) throw obstacleError(obstacle, ...more);
    this.#context.notice('tables_missing', missing.length > 0 ? inWords(missing) : null);
    const mine = new Set(fresh.filter((one) => this.#isMine(one)).map(({ title }) => title));
    this.#tellRefused(others.filter(({ tables }) => tables.some((title) => mine.has(title))));
    return refused;
  }

  async #wasRead(relation: QueryRelation): Promise<boolean> {
    const isRead = this.#readers.some((reader) => nameOf(reader.relation) === nameOf(relation));
    return isRead || (await this.#context.offset(relation.partition)) !== null;
  }

  #tellRefused(obstacles: readonly QueryObstacle[]): void {
    const more = obstacles.length > NAMES_MAX ? ` And ${obstacles.length - NAMES_MAX} more.` : '';
    const text = `New tables are not read, while the others are. ${inWords(obstacles.slice(0, NAMES_MAX))}${more}`;
    this.#context.notice('tables_refused', obstacles.length > 0 ? text : null);
  }

  async #adopt(relations: readonly QueryRelation[]): Promise<void> {
    const known = new Map(this.#readers.map((reader) => [nameOf(reader.relation), reader]));
    const readers: QueryReader[] = [];
    for (const relation of relations.filter((one) => this.#isMine(one)))
      readers.push(known.get(nameOf(relation)) ?? (await this.#reader(relation)));
    this.#tellGone(readers);
    this.#readers = readers;
    this.#tablesDueMs = performance.now() + this.#config['table.poll.interval.ms'];
  }

  #tellGone(readers: readonly QueryReader[]): void {
    const before = this.#readers.map(({ relation }) => relation.title);
    const now = new Set(readers.map(({ relation }) => relation.title));
    const gone = before.filter((title) => !now.has(title));
    if (gone.length > 0)
      this.#context.logger.warn({ tables: gone }, 'tables are gone, and are no longer read');
    for (const title of gone) this.#gone.add(title);
    for (const title of now) this.#gone.delete(title);
    const names = [...this.#gone];
    const text = `No longer there, and no longer read: ${listed(names, NAMES_MAX)}.`;
    this.#context.notice('tables_gone', names.length > 0 ? text : null);
  }

  #isMine({ title }: QueryRelation): boolean {
    const { 'task.index': index = '0', 'task.count': count = '1' } = this.#context.taskConfig;
    let sum = 0;
    for (const character of title) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 0x7fffffff;
    return sum % Number(count) === Number(index);
  }

  async #reader(relation: QueryRelation): Promise<QueryReader> {
    return new QueryReader({
      ...{ config: this.#config, relation, session: this.#session, types: this.#types, rules: this.#rules },
      logger: this.#context.logger,
      from: await this.#storedPosition(relation),
    });
  }

  async #storedPosition({ partition }: QueryRelation): Promise<QueryPosition> {
    const offset = await this.#context.offset(partition);
    if (!offset) return {};
    const position = fromQueryOffset(offset);
    if (position) return position;
    throw new MillraceError(
      `The stored offset ${JSON.stringify(offset)} is not one of PostgresQuerySource.`,
      {
        code: 'POSTGRES_OFFSET_UNKNOWN',
        class: 'config',
        path: 'topic.prefix',
        hint: 'Give the connector another name, or delete its offsets and let it read everything again.',
      },
    );
  }

  /** How long the oldest wait for other transactions lasts, and, where it is long, whose they are. */
  #tell(): void {
    const longest = this.#readers.toSorted((a, b) => b.heldMs - a.heldMs)[0];
    const seconds = Math.round((longest?.heldMs ?? 0) / SECOND_MS);
    this.#context.figure('cursor_held_seconds', seconds);
    const isLong = longest !== undefined && longest.heldMs >= HELD_WARNING_MS;
    this.#context.notice(
      'cursor_held',
      isLong
        ? `No rows of ${longest.relation.title} are read for ${seconds} s now: transactions that may still write earlier ones are open (${longest.heldBy}).`
        : null,
    );
  }
}
