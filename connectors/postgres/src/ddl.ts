import { logicalType, type Schema } from '@millrace/sdk';
import { quoteIdent } from './connection.ts';
import { debeziumType } from './debezium-types.ts';
import { quoteTableName, type TableName } from './target-table.ts';
import { postgresType } from './type-map.ts';

/** What records tell of a field for which there is no column yet. */
export interface NewColumn {
  readonly name: string;
  readonly schema: Schema | undefined;
  /** Some value of it, null where all were null; used where there is no schema. */
  readonly sample: unknown;
  readonly isKey: boolean;
}

const logicalTypes: Readonly<Record<string, string>> = {
  [logicalType.decimal]: 'numeric',
  [logicalType.date]: 'date',
  [logicalType.time]: 'time',
  [logicalType.timestamp]: 'timestamptz',
  [postgresType.numeric]: 'numeric',
  [postgresType.json]: 'jsonb',
  [postgresType.xml]: 'xml',
  [postgresType.uuid]: 'uuid',
  [postgresType.date]: 'date',
  [postgresType.time]: 'time',
  [postgresType.zonedTime]: 'timetz',
  [postgresType.timestamp]: 'timestamp',
  [postgresType.zonedTimestamp]: 'timestamptz',
  [postgresType.interval]: 'interval',
  [debeziumType.variableScaleDecimal]: 'numeric',
  [debeziumType.date]: 'date',
  [debeziumType.time]: 'time',
  [debeziumType.microTime]: 'time',
  [debeziumType.timestamp]: 'timestamp',
  [debeziumType.microTimestamp]: 'timestamp',
  [debeziumType.microDuration]: 'interval',
  [debeziumType.bits]: 'bit varying',
  [debeziumType.tsvector]: 'tsvector',
  [debeziumType.point]: 'point',
};

function typeOfSchema(schema: Schema): string {
  const logical = schema.name === undefined ? undefined : logicalTypes[schema.name];
  if (logical) return logical;
  switch (schema.type) {
    case 'int8':
    case 'int16':
      return 'smallint';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float':
      return 'real';
    case 'double':
      return 'double precision';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'text';
    case 'bytes':
      return 'bytea';
    case 'array':
      return schema.items ? `${typeOfSchema(schema.items).replace(/\[\]$/, '')}[]` : 'jsonb';
    case 'map':
    case 'struct':
      return 'jsonb';
  }
}

function typeOfSample(sample: unknown): string {
  switch (typeof sample) {
    case 'number':
      return Number.isInteger(sample) ? 'bigint' : 'double precision';
    case 'bigint':
      return 'numeric';
    case 'boolean':
      return 'boolean';
    case 'object':
      if (sample === null) return 'text';
      if (sample instanceof Uint8Array) return 'bytea';
      return sample instanceof Date ? 'timestamptz' : 'jsonb';
    default:
      return 'text';
  }
}

const definition = (column: NewColumn): string => {
  const type = column.schema ? typeOfSchema(column.schema) : typeOfSample(column.sample);
  return `${quoteIdent(column.name)} ${type}${column.isKey ? ' NOT NULL' : ''}`;
};

/** Columns other than the key's may be null: a later record may lack them. */
export function createTableStatements(name: TableName, columns: readonly NewColumn[]): readonly string[] {
  const key = columns.filter((column) => column.isKey).map((column) => quoteIdent(column.name));
  const primary = key.length > 0 ? [`PRIMARY KEY (${key.join(', ')})`] : [];
  const body = [...columns.map(definition), ...primary].join(', ');
  const table = `CREATE TABLE IF NOT EXISTS ${quoteTableName(name)} (${body})`;
  return name.schema === null ? [table] : [`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(name.schema)}`, table];
}

export function addColumnsStatement(name: TableName, columns: readonly NewColumn[]): string {
  const added = columns.map(
    (column) => `ADD COLUMN IF NOT EXISTS ${definition({ ...column, isKey: false })}`,
  );
  return `ALTER TABLE ${quoteTableName(name)} ${added.join(', ')}`;
}
