/** Kafka Connect's schema types, in JsonConverter's own names. */
export type SchemaType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float'
  | 'double'
  | 'boolean'
  | 'string'
  | 'bytes'
  | 'array'
  | 'map'
  | 'struct';

/** A schema in the shape that JsonConverter writes, so that it needs no translation. */
export interface Schema {
  readonly type: SchemaType;
  readonly optional?: boolean;
  /** A logical type's or a struct's name. */
  readonly name?: string;
  readonly version?: number;
  readonly doc?: string;
  readonly parameters?: { readonly [key: string]: string };
  readonly default?: unknown;
  /** Of a struct. */
  readonly fields?: readonly SchemaField[];
  /** Of an array. */
  readonly items?: Schema;
  /** Of a map. */
  readonly keys?: Schema;
  readonly values?: Schema;
}

export interface SchemaField extends Schema {
  readonly field: string;
}

/** Names of the logical types that Kafka Connect itself defines. */
export const logicalType = {
  decimal: 'org.apache.kafka.connect.data.Decimal',
  date: 'org.apache.kafka.connect.data.Date',
  time: 'org.apache.kafka.connect.data.Time',
  timestamp: 'org.apache.kafka.connect.data.Timestamp',
} as const;
