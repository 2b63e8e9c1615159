import { type Logger, MillraceError, type SourceRecord } from '@millrace/sdk';
import type { ColumnRules } from './column-rules.ts';
import type { Session } from './connection.ts';
import { toPostgresError } from './errors.ts';
import { FetchSize } from './fetch-size.ts';
import type { QueryConfig } from './query-config.ts';
import {
  cursorOf,
  describeRelation,
  greatestNumber,
  type QueryColumn,
  type QueryCursor,
  selectBehind,
  serialColumn,
} from './query-cursor.ts';
import { isPlainNumber, type QueryPosition, toQueryOffset } from './query-position.ts';
import type { QueryRelation } from './query-relation.ts';
import { markReadOnly } from './read-only-mark.ts';
import { type Running, runningSince, writersOf } from './running-transactions.ts';
import { type Look, SettledBound } from './settled-bound.ts';
import { beganAnew, tableGeneration } from './table-generation.ts';
import type { TableShape } from './table-shape.ts';
import type { TypeCatalog } from './type-catalog.ts';

export interface QueryReaderOptions {
  readonly config: QueryConfig;
  readonly relation: QueryRelation;
  /** One that does not reconnect: a reading is bound to its connection. */
  readonly session: Session;
  readonly types: TypeCatalog;
  readonly rules: ColumnRules;
  /** Null: nobody is told of long waits. */
  readonly logger: Logger | null;
  /** Where it goes on. */
  readonly from: QueryPosition;
}

/**
 * A transaction begins, with the time that its rows will bear, a moment before it can be seen; ms that the time of a look is taken back for
 * that. By far more than it takes, as the machine may be busy.
 */
const UNSEEN_MS = 250;
/** How soon transactions that are waited for are looked at again, ms. */
const LOOK_AGAIN_MS = 100;
/** One that holds the cursor up for so long is warned of, ms, and how often at most. */
export const HELD_WARNING_MS = 60_000;
const WARN_AGAIN_MS = 600_000;
/** How many sessions the status names. */
const PIDS_MAX = 10;

type Row = readonly (string | null)[];

interface HeldRow {
  readonly row: Row;
  readonly position: QueryPosition;
}

interface OpenReading {
  readonly shape: TableShape;
  readonly cursor: QueryCursor;
  readonly width: number;
  readonly fetch: FetchSize;
}

/** Reads one table, or the query, again and again: what is new since the last time, as far as nothing is in flight below it. */
export class QueryReader {
  readonly relation: QueryRelation;
  readonly #options: QueryReaderOptions;
  readonly #bound = new SettledBound<string>();
  #position: QueryPosition;
  #open: OpenReading | null = null;
  #held: HeldRow | null = null;
  #serial: string | null | undefined;
  #heldSinceMs: number | null = null;
  #heldBy = '';
  #warnedAtMs = Number.NEGATIVE_INFINITY;
  #shape: { readonly mark: string; readonly shape: TableShape } | null = null;
  /** When it is to be read next, by `performance.now()`. */
  dueMs = 0;

  constructor(options: QueryReaderOptions) {
    this.#options = options;
    this.relation = options.relation;
    this.#position = options.from;
    const { read } = options.from;
    // A restart is no reason to read everything again.
    if (options.config.mode === 'bulk' && read !== undefined)
      this.dueMs = performance.now() + Math.max(0, Date.parse(read) + this.#restMs - Date.now());
  }

  /** For how long transactions have held it up, ms. */
  get heldMs(): number {
    return this.#heldSinceMs === null ? 0 : performance.now() - this.#heldSinceMs;
  }

  /** By whom, in words. */
  get heldBy(): string {
    return this.#heldBy;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** Begins a reading where something may be read now; else says when to come back. @throws {MillraceError} */
  async begin(): Promise<void> {
    const { session, relation, config } = this.#options;
    const columns = await describeRelation(session, relation);
    if (relation.oid !== null && this.#serial === undefined)
      this.#serial = await serialColumn(session, relation.oid);
    const cursor = cursorOf(config, columns, this.#serial ?? null);
    const bound = await this.#settled(cursor);
    if (bound === undefined) return;
    const shape = await this.#shapeOf(columns);
    await this.#declare(selectBehind(relation, cursor, config, { after: this.#position, bound }));
    const fetch = new FetchSize(config['batch.max.rows']);
    this.#open = { shape, cursor, width: columns.length, fetch };
  }

  async #declare(select: string): Promise<void> {
    const { session, relation } = this.#options;
    const doing = `Reading ${relation.title}`;
    await session.query('BEGIN READ ONLY', [], doing);
    try {
      await markReadOnly(session, doing);
      await session.query(`DECLARE millrace_query NO SCROLL CURSOR FOR ${select}`, [], doing);
    } catch (error) {
      // The table may have gone a moment ago; others are read over the same connection.
      await session.query('ROLLBACK', [], doing).catch(() => undefined);
      throw error;
    }
  }

  /** The next rows of the reading, which is closed behind the last one. @throws {MillraceError} */
  async next(): Promise<readonly SourceRecord[]> {
    const open = this.#open;
    if (!open) return [];
    const rows = await this.#fetch(open);
    const records: SourceRecord[] = [];
    for (const row of rows) this.#take(open, row, records);
    if (rows.length < open.fetch.rows) await this.#close(open, records);
    else open.fetch.adapt(rows);
    return records;
  }

  /** Up to where it may read; null: to the end; undefined: not now. */
  async #settled(cursor: QueryCursor): Promise<string | null | undefined> {
    if (cursor.timestamps === null && cursor.incrementing === null) return null;
    const found = await this.#look(cursor);
    const bound = found && this.#bound.observe(found);
    if (bound !== null && bound !== undefined) {
      this.#heldSinceMs = null;
      return bound;
    }
    this.dueMs = performance.now() + (found ? LOOK_AGAIN_MS : this.#restMs);
    if (found) this.#warn(found);
    return undefined;
  }

  /** Null where there is nothing new. The bound is taken before the transactions are looked at. */
  async #look(cursor: QueryCursor): Promise<(Look<string> & Running) | null> {
    const { session, relation, config } = this.#options;
    if (cursor.timestamps !== null) {
      const { time, ...running } = await runningSince(
        session,
        config['timestamp.delay.interval.ms'] + UNSEEN_MS,
      );
      return { bound: time, ...running };
    }
    let bound: string | null = '';
    if (this.#bound.waitsFor.size === 0) {
      await this.#checkGeneration(cursor);
      const select = greatestNumber(relation, cursor, this.#position);
      const [row] = await session.query(select, [], `Reading ${relation.title}`);
      bound = row?.top ?? null;
      if (bound !== null && !isPlainNumber(bound)) throw noNumber(relation, cursor.incrementing, bound);
    }
    return bound === null ? null : { bound, ...(await writersOf(session, relation.oid)) };
  }

  /** Where numbers began anew, rows are read from the first one. Looked at before them: what comes in between is read twice, not passed over. */
  async #checkGeneration({ incrementing }: QueryCursor): Promise<void> {
    const { session, relation, logger } = this.#options;
    if (relation.oid === null || incrementing === null) return;
    const generation = await tableGeneration(session, relation.oid, incrementing);
    const { generation: before = null, incrementing: number } = this.#position;
    if (generation === null || generation === before) return;
    const isAnew = before !== null && number !== undefined && beganAnew(before, generation);
    this.#position = isAnew ? { generation } : { ...this.#position, generation };
    if (isAnew)
      logger?.warn(
        { table: relation.title, readUpTo: number },
        'the table was emptied and its numbers began anew: it is read from its first row',
      );
  }

  #warn(running: Running): void {
    const nowMs = performance.now();
    this.#heldSinceMs ??= nowMs;
    const names = [...this.#bound.waitsFor];
    const pids = names.flatMap((name) => running.pids.get(name) ?? []);
    const prepared = names.filter((name) => running.prepared.has(name)).length;
    const sessions = pids.length > 0 ? [`sessions with pid ${pids.slice(0, PIDS_MAX).join(', ')}`] : [];
    this.#heldBy = [...sessions, ...(prepared > 0 ? [`${prepared} prepared`] : [])].join(' and ');
    if (this.heldMs < HELD_WARNING_MS || nowMs - this.#warnedAtMs < WARN_AGAIN_MS) return;
    this.#warnedAtMs = nowMs;
    this.#options.logger?.warn(
      { table: this.relation.title, heldSeconds: Math.round(this.heldMs / 1000), pids, prepared },
      'rows are not read, because transactions that may still write earlier ones are open; end them, or wait',
    );
  }

  async #fetch(open: OpenReading): Promise<readonly Row[]> {
    const { session, relation } = this.#options;
    const client = await session.client();
    try {
      const text = `FETCH FORWARD ${open.fetch.rows} FROM millrace_query`;
      return (await client.query<(string | null)[]>({ text, rowMode: 'array' })).rows;
    } catch (error) {
      throw toPostgresError(error, `Reading ${relation.title}`, session.settings.keys);
    }
  }

  #take(open: OpenReading, row: Row, records: SourceRecord[]): void {
    const position = this.#positionOf(open, row);
    // Rows at one place: their offset is the place before, so that a resume between them gives all of them again.
    if (this.#held && (isBulk(position) || samePlace(this.#held.position, position)))
      this.#give(open, records);
    else if (this.#held) {
      this.#position = this.#held.position;
      this.#give(open, records);
    }
    this.#held = { row, position };
  }

  #give(open: OpenReading, records: SourceRecord[]): void {
    if (!this.#held) return;
    const row = this.#held.row.slice(0, open.width);
    const key = open.shape.key(row);
    const value = open.shape.value(row);
    records.push({
      topic: this.relation.topic,
      partition: null,
      key: key ? key.value : null,
      value: value.value,
      ...(key && { keySchema: key.schema }),
      valueSchema: value.schema,
      headers: [],
      timestamp: null,
      sourcePartition: this.relation.partition,
      sourceOffset: toQueryOffset(this.#position),
    });
    this.#held = null;
  }

  #positionOf({ cursor, width }: OpenReading, row: Row): QueryPosition {
    const time = cursor.timestamps === null ? null : row[width];
    const number = cursor.incrementing === null ? null : row[width + (cursor.timestamps === null ? 0 : 1)];
    const { generation } = this.#position;
    return {
      ...(time && { timestamp: time }),
      ...(number && { incrementing: number }),
      ...(generation !== undefined && { generation }),
    };
  }

  async #close(open: OpenReading, records: SourceRecord[]): Promise<void> {
    await this.#options.session.query('COMMIT', [], `Reading ${this.relation.title}`);
    const isAll = this.#options.config.mode === 'bulk';
    if (isAll) this.#position = { read: new Date().toISOString() };
    else if (this.#held) this.#position = this.#held.position;
    this.#give(open, records);
    this.#open = null;
    this.dueMs = performance.now() + this.#restMs;
  }

  get #restMs(): number {
    return this.#options.config['poll.interval.ms'];
  }

  /** The same object as long as the columns are the same, so that converters know its schemas. */
  async #shapeOf(columns: readonly QueryColumn[]): Promise<TableShape> {
    const mark = JSON.stringify(columns);
    if (this.#shape?.mark === mark) return this.#shape.shape;
    const { types, rules, config, relation } = this.#options;
    const columnTypes = await types.columnTypes(columns);
    const chosen = config['key.columns'];
    const isKeyless = chosen.length === 1 && chosen[0] === 'none';
    const found = columns.flatMap(({ name, notNull, keyOrder }, index) => {
      const type = columnTypes[index];
      const order = isKeyless ? 0 : chosen.length > 0 ? chosen.indexOf(name) + 1 : keyOrder;
      return type ? [{ name, type, optional: !notNull, keyOrder: order }] : [];
    });
    const shape = rules.shape(relation, relation.topic, found);
    this.#shape = { mark, shape };
    return shape;
  }
}

/** Everything would be taken for read. */
const noNumber = ({ title }: QueryRelation, column: string | null, found: string): MillraceError =>
  new MillraceError(`Column ${column} of ${title} has ${found} in it, behind which no number can come.`, {
    code: 'POSTGRES_CURSOR_NUMBER',
    class: 'config',
    path: 'incrementing.column.name',
    hint: 'Take it out of the table, or have a CHECK keep it out; or name another column.',
  });

const isBulk = ({ timestamp, incrementing }: QueryPosition): boolean =>
  timestamp === undefined && incrementing === undefined;

const samePlace = (a: QueryPosition, b: QueryPosition): boolean =>
  a.timestamp === b.timestamp && a.incrementing === b.incrementing;
