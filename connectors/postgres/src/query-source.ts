import {
  type ConfigProblem,
  connectionProblems,
  MillraceError,
  pause,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import { addressedConnection, addressProblem } from './address-options.ts';
import type { ColumnRules } from './column-rules.ts';
import { Session } from './connection.ts';
import { obstacleError } from './preflight.ts';
import type { QueryConfig, queryConfig } from './query-config.ts';
import { fromQueryOffset, type QueryPosition } from './query-position.ts';
import { inspectQuery } from './query-preflight.ts';
import { QueryReader } from './query-reader.ts';
import { findRelations, type QueryRelation } from './query-relation.ts';
import { columnRules, valueModes } from './record-options.ts';
import { TypeCatalog } from './type-catalog.ts';

const SECOND_MS = 1000;

/** Problems of a config that only the server knows, all of them. */
export async function validateQuery(
  config: QueryConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const problem = addressProblem(config);
  if (problem) return [problem];
  const session = new Session(addressedConnection(config));
  const abort = () => session.close();
  signal.addEventListener('abort', abort);
  try {
    return await connectionProblems(session.settings.keys.host, async () => {
      const relations = await findRelations(session, config);
      const obstacles = await inspectQuery(session, config, relations);
      return obstacles.map(({ key, message, hint }) => ({ key, message: `${message} ${hint}` }));
    });
  } finally {
    signal.removeEventListener('abort', abort);
    session.close();
  }
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
  #readers: readonly QueryReader[] = [];
  #tablesDueMs = 0;

  constructor(context: SourceTaskContext<typeof queryConfig>) {
    this.#context = context;
    this.#config = context.config;
    // One that broke may have lost a reading, so that the task begins anew.
    this.#session = new Session(addressedConnection(context.config), false);
    this.#types = new TypeCatalog(this.#session, valueModes(context.config));
    this.#rules = columnRules(context.config);
  }

  async start(): Promise<void> {
    this.#context.signal.addEventListener('abort', this.#abort, { once: true });
    const problem = addressProblem(this.#config);
    if (problem) {
      throw new MillraceError(problem.message, {
        code: 'POSTGRES_ADDRESS',
        class: 'config',
        path: problem.key,
        hint: 'Correct the address.',
      });
    }
    const relations = await findRelations(this.#session, this.#config);
    const [obstacle, ...more] = await inspectQuery(this.#session, this.#config, relations);
    if (obstacle) throw obstacleError(obstacle, ...more);
    await this.#adopt(relations);
  }

  async poll(): Promise<readonly SourceRecord[]> {
    try {
      return await this.#next();
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
      await this.#lookForTables();
      const next = this.#readers.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      const dueMs = Math.min(next?.dueMs ?? Number.POSITIVE_INFINITY, this.#tablesDueMs);
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await pause(waitMs, signal);
      else await next?.begin();
      this.#tell();
    }
    return [];
  }

  /** Tables may have come or gone. */
  async #lookForTables(): Promise<void> {
    if (performance.now() < this.#tablesDueMs) return;
    const relations = await findRelations(this.#session, this.#config);
    const known = new Set(this.#readers.map(({ relation }) => relation.oid));
    const fresh = relations.filter(({ oid }) => !known.has(oid));
    const [obstacle, ...more] =
      fresh.length > 0 ? await inspectQuery(this.#session, this.#config, relations) : [];
    if (obstacle) throw obstacleError(obstacle, ...more);
    await this.#adopt(relations);
  }

  async #adopt(relations: readonly QueryRelation[]): Promise<void> {
    const known = new Map(this.#readers.map((reader) => [reader.relation.oid, reader]));
    const readers: QueryReader[] = [];
    for (const relation of relations.filter((one) => this.#isMine(one)))
      readers.push(known.get(relation.oid) ?? (await this.#reader(relation)));
    this.#readers = readers;
    this.#tablesDueMs = performance.now() + this.#config['table.poll.interval.ms'];
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

  /** How long the oldest wait for other transactions lasts. */
  #tell(): void {
    const heldMs = Math.max(0, ...this.#readers.map((reader) => reader.heldMs));
    this.#context.figure('cursor_held_seconds', Math.round(heldMs / SECOND_MS));
  }
}
