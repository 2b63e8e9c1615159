import { type CatalogColumn, listColumns } from './catalog.ts';
import { disconnectIfSilent, quoteIdent, quoteLiteral, type Session } from './connection.ts';
import { toPostgresError } from './errors.ts';
import { cursorParts, type QueryConfig } from './query-config.ts';
import { isPlainNumber, type QueryPosition } from './query-position.ts';
import type { QueryRelation } from './query-relation.ts';

/** A column of a table or of the query's result. */
export interface QueryColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typmod: number;
  readonly notNull: boolean;
  /** Place in the primary key, from 1; 0: not in it. */
  readonly keyOrder: number;
}

/** What rows are read by. */
export interface QueryCursor {
  /** Null: not by time. */
  readonly timestamps: readonly string[] | null;
  readonly timestampType: 'timestamptz' | 'timestamp';
  /** Null: not by number. */
  readonly incrementing: string | null;
}

/** Types whose numbers may be a cursor, and types of times, by their oids. */
export const NUMBER_TYPES: ReadonlySet<number> = new Set([20, 21, 23, 1700]);
export const TIMESTAMP = 1114;
export const TIMESTAMPTZ = 1184;

/** What rows have, as the server describes it. @throws {MillraceError} where the relation can't be read */
export async function describeRelation(
  session: Session,
  relation: QueryRelation,
): Promise<readonly QueryColumn[]> {
  const client = await session.client();
  const known = new Map<string, CatalogColumn>(
    relation.oid === null
      ? []
      : (await listColumns(session, relation.oid)).map((column) => [column.name, column]),
  );
  try {
    const { fields } = await client.query({
      text: `SELECT q.* FROM ${relation.sql} q LIMIT 0`,
      rowMode: 'array',
    });
    return fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      name,
      typeOid: dataTypeID,
      typmod: dataTypeModifier,
      notNull: known.get(name)?.notNull ?? false,
      keyOrder: known.get(name)?.keyOrder ?? 0,
    }));
  } catch (error) {
    disconnectIfSilent(client, error);
    throw toPostgresError(error, `Reading ${relation.title}`, session.settings.keys);
  }
}

/** The cursor's columns among these; those that are missing are left out. */
export function cursorOf(
  config: QueryConfig,
  columns: readonly QueryColumn[],
  serial: string | null,
): QueryCursor {
  const parts = cursorParts(config);
  const first = columns.find(({ name }) => name === config['timestamp.column.name'][0]);
  return {
    timestamps: parts.time ? config['timestamp.column.name'] : null,
    timestampType: first?.typeOid === TIMESTAMP ? 'timestamp' : 'timestamptz',
    incrementing: parts.number ? (config['incrementing.column.name'] ?? serial) : null,
  };
}

/** The identity or serial column of a table; null where it has none. */
export async function serialColumn(session: Session, oid: number): Promise<string | null> {
  const [row] = await session.query(
    `SELECT a.attname FROM pg_attribute a
      WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
        AND (a.attidentity <> '' OR EXISTS (
          SELECT FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
           WHERE d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype = 'a'))
      ORDER BY a.attnum LIMIT 1`,
    [oid],
    'Looking for a serial column',
  );
  return row?.attname ?? null;
}

/** The time of a row in SQL; of several columns the first that is not null. */
function timeExpression(cursor: QueryCursor): string | null {
  const names = (cursor.timestamps ?? []).map((name) => `q.${quoteIdent(name)}`);
  return names.length > 1 ? `coalesce(${names.join(', ')})` : (names[0] ?? null);
}

/** A moment in the column's own type. */
function moment(cursor: QueryCursor, text: string, zone: string): string {
  const literal = `${quoteLiteral(text)}::timestamptz`;
  return cursor.timestampType === 'timestamptz' ? literal : `(${literal} AT TIME ZONE ${quoteLiteral(zone)})`;
}

/** A number in SQL. As plain digits where it can, so that an index of whole numbers serves. */
const numberLiteral = (text: string): string =>
  isPlainNumber(text) ? text : `${quoteLiteral(text)}::numeric`;

/** The greatest number behind the position. */
export function greatestNumber(relation: QueryRelation, cursor: QueryCursor, after: QueryPosition): string {
  const number = `q.${quoteIdent(cursor.incrementing ?? '')}`;
  const where =
    after.incrementing === undefined ? '' : ` WHERE ${number} > ${numberLiteral(after.incrementing)}`;
  return `SELECT max(${number})::text AS top FROM ${relation.sql} q${where}`;
}

/**
 * The rows behind the position up to the bound, in the cursor's order; behind the columns come time and number as text.
 * @param bound a moment that rows are before, or a number that they do not pass; null with mode bulk
 */
export function selectBehind(
  relation: QueryRelation,
  cursor: QueryCursor,
  config: QueryConfig,
  range: { readonly after: QueryPosition; readonly bound: string | null },
): string {
  const time = timeExpression(cursor);
  const number = cursor.incrementing === null ? null : `q.${quoteIdent(cursor.incrementing)}`;
  const list = ['q.*', ...(time ? [`${time}::text`] : []), ...(number ? [`${number}::text`] : [])];
  const order = [...(time ? [time] : []), ...(number ? [number] : [])];
  const conditions = lowerBound({ time, number }, cursor, config, range.after);
  if (range.bound !== null && time)
    conditions.push(`${time} < ${moment(cursor, range.bound, config['db.timezone'])}`);
  else if (range.bound !== null) conditions.push(`${number} <= ${numberLiteral(range.bound)}`);
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const ordered = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '';
  return `SELECT ${list.join(', ')} FROM ${relation.sql} q${where}${ordered}`;
}

function lowerBound(
  { time, number }: { readonly time: string | null; readonly number: string | null },
  cursor: QueryCursor,
  config: QueryConfig,
  { timestamp, incrementing }: QueryPosition,
): string[] {
  const last = timestamp === undefined ? null : `${quoteLiteral(timestamp)}::${cursor.timestampType}`;
  if (time && last && number)
    return incrementing === undefined
      ? [`${time} >= ${last}`]
      : [`(${time}, ${number}) > (${last}, ${numberLiteral(incrementing)})`];
  if (time && last) return [`${time} > ${last}`];
  const initialMs = config['timestamp.initial'];
  if (time && initialMs !== null)
    return [`${time} > ${moment(cursor, new Date(initialMs).toISOString(), config['db.timezone'])}`];
  return number && !time && incrementing !== undefined ? [`${number} > ${numberLiteral(incrementing)}`] : [];
}
