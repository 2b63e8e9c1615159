import { MillraceError, type SinkRecord } from '@millrace/sdk';
import { quoteIdent, type Session } from './connection.ts';

/** A column that the sink may write. */
export interface TargetColumn {
  readonly name: string;
  /** For a cast in SQL; without the modifier, whose cast would cut values off. */
  readonly typeName: string;
  /** `pg_type.typname` of the type, of an array's elements, of a domain's base. */
  readonly baseType: string;
  readonly isArray: boolean;
  /** A row can't be inserted without it. */
  readonly required: boolean;
  readonly notNull: boolean;
  /** Of varchar(n) and char(n) the length; of numeric(p,s) its digits in all and behind the point. */
  readonly limit: { readonly length: number; readonly scale: number } | null;
  /** GENERATED ALWAYS AS IDENTITY: can be inserted with OVERRIDING SYSTEM VALUE, never updated. */
  readonly identityAlways: boolean;
}

export interface TableName {
  /** Null: found by the search path. */
  readonly schema: string | null;
  readonly name: string;
}

export interface TargetTable {
  readonly name: TableName;
  /** Quoted, for SQL. */
  readonly quoted: string;
  readonly columns: ReadonlyMap<string, TargetColumn>;
}

/** The table of a topic, by `table.name.format`. @throws {MillraceError} class config where the name comes out empty */
export function tableOf(topic: string, format: string): TableName {
  const parts = topic.split('.');
  const tokens: Readonly<Record<string, string>> = {
    topic,
    table: parts.at(-1) ?? '',
    schema: parts.at(-2) ?? 'public',
  };
  const named = format.replace(/\$\{(\w+)\}/g, (all, token: string) => tokens[token] ?? all).split('.');
  const name = named.at(-1) ?? '';
  const schema = named.at(-2) ?? null;
  if (name === '' || schema === '') {
    throw new MillraceError(`"table.name.format" makes no table name of topic ${topic}.`, {
      code: 'POSTGRES_TABLE_NAME',
      class: 'config',
      path: 'table.name.format',
      hint: 'Use placeholders for topic, schema and table, as its documentation shows.',
    });
  }
  return { schema, name };
}

export const quoteTableName = ({ schema, name }: TableName): string =>
  schema === null ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;

/** What the catalog says of a table, or null where it is not there. @throws {MillraceError} */
export async function findTable(session: Session, name: TableName): Promise<TargetTable | null> {
  const quoted = quoteTableName(name);
  const rows = await session.query(
    `SELECT a.attname, format_type(a.atttypid, -1) AS type_name, t.typcategory = 'A' AS is_array,
            coalesce(base.typname, element.typname, t.typname) AS base_type,
            a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS required,
            a.attidentity = 'a' AS identity_always, a.attnotnull AS not_null, a.atttypmod AS typmod
       FROM pg_attribute a
       JOIN pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_type base ON base.oid = t.typbasetype
       LEFT JOIN pg_type element ON t.typcategory = 'A' AND element.oid = t.typelem
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      ORDER BY a.attnum`,
    [quoted],
    `Reading table ${quoted}`,
  );
  if (rows.length === 0) return null;
  const columns = rows.map((row): [string, TargetColumn] => {
    const column = {
      name: row.attname ?? '',
      typeName: row.type_name ?? 'text',
      baseType: row.base_type ?? 'text',
      isArray: row.is_array === 't',
      required: row.required === 't',
      identityAlways: row.identity_always === 't',
      notNull: row.not_null === 't',
      limit: limitOf(row.base_type ?? '', Number(row.typmod)),
    };
    return [column.name, column];
  });
  return { name, quoted, columns: new Map(columns) };
}

/** What a type modifier says (`numeric.c`: precision in the upper bits, scale in the lower 11). */
function limitOf(baseType: string, typmod: number): TargetColumn['limit'] {
  if (typmod < 4) return null;
  if (baseType === 'varchar' || baseType === 'bpchar') return { length: typmod - 4, scale: 0 };
  if (baseType !== 'numeric') return null;
  return { length: ((typmod - 4) >> 16) & 0xffff, scale: (((typmod - 4) & 0x7ff) ^ 1024) - 1024 };
}

/** A record that can't be written, for a reason of its own. */
export function refused(record: SinkRecord, what: string, hint: string): MillraceError {
  return new MillraceError(`The record ${what}.`, {
    code: 'POSTGRES_RECORD_REFUSED',
    class: 'poison',
    hint,
    record: { topic: record.topic, partition: record.partition, offset: record.offset },
  });
}
