import type { Header, Schema, SchemaField } from '@millrace/sdk';
import { emptyValue, placeholderOf } from './debezium-types.ts';
import type { Tuple } from './pgoutput.ts';
import {
  type Change,
  completed,
  type Operation,
  type Origin,
  type RecordForm,
  type RowEvent,
  type RowRecord,
} from './record-form.ts';
import type { Absent, Described, TableShape } from './table-shape.ts';

export interface EnvelopeFormOptions {
  /** Of this connector. */
  readonly version: string;
  /** `topic.prefix` */
  readonly server: string;
  readonly database: string;
  /** Whether a tombstone follows a deletion. */
  readonly tombstones: boolean;
  /** What stands for TOASTed values that were not sent. */
  readonly placeholder: string;
}

const string = (field: string): SchemaField => ({ field, type: 'string', optional: false });
const long = (field: string): SchemaField => ({ field, type: 'int64', optional: true });

const SOURCE: Schema = {
  type: 'struct',
  name: 'io.debezium.connector.postgresql.Source',
  version: 1,
  optional: false,
  fields: [
    ...[string('version'), string('connector'), string('name'), { ...long('ts_ms'), optional: false }],
    {
      ...{ field: 'snapshot', type: 'string', optional: true, name: 'io.debezium.data.Enum', version: 1 },
      parameters: {
        allowed: 'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental',
      },
      default: 'false',
    },
    ...[string('db'), { ...string('sequence'), optional: true }, long('ts_us'), long('ts_ns')],
    ...[string('schema'), string('table'), long('txId'), long('lsn'), long('xmin')],
    ...[{ ...string('origin'), optional: true }, long('origin_lsn')],
  ],
};

const TRANSACTION: SchemaField = {
  ...{ field: 'transaction', type: 'struct', name: 'event.block', version: 1, optional: true },
  fields: [
    string('id'),
    { ...long('total_order'), optional: false },
    { ...long('data_collection_order'), optional: false },
  ],
};

const MICROS_PER_MS = 1_000;

/**
 * Debezium's envelope: `before`, `after`, `source`, `op` and times. A deletion is an event with a tombstone behind it, a change of key a
 * deletion and a creation that know of each other by headers.
 *
 * Source: Debezium's documentation of its PostgreSQL connector, "Data change events", and records of version 3.7.
 */
export class EnvelopeForm implements RecordForm {
  readonly #options: EnvelopeFormOptions;
  /** The place of the event before, with what tells of it as soon as it comes again, as in a snapshot: frozen, so that it is written once. */
  #told: { readonly shape: TableShape; readonly origin: Origin; source: object | null } | null = null;
  /** The time of the event before, and of the transaction before: most have the same. */
  #now = { ms: 0, ns: 0n };
  #commit = { micros: 0, ns: 0n };
  /** The commit before the last one that was told, as `sequence` has it. */
  #previous: { readonly lsn: bigint | null; readonly text: string } = { lsn: null, text: 'null' };

  constructor(options: EnvelopeFormOptions) {
    this.#options = options;
  }

  records(shape: TableShape, event: RowEvent, origin: Origin): readonly RowRecord[] {
    if (event.operation === 'd') return this.#deletion(shape, event.old, origin, []);
    const old = event.operation === 'u' ? event.old : null;
    const row = completed(shape, event.row, old);
    const after = shape.value(row, this.#unsent);
    const key = shape.key(row);
    if (old !== null && key && shape.moves(old.row, row)) {
      const oldKey = shape.key(old.row);
      const creation = this.#event('c', shape, { key, before: null, after }, origin);
      return [
        ...this.#deletion(shape, old, origin, headerOf('__debezium.newkey', key)),
        { row, change: { ...creation, headers: headerOf('__debezium.oldkey', oldKey) } },
      ];
    }
    const before = old?.whole ? shape.value(old.row) : null;
    return [{ row, change: this.#event(event.operation, shape, { key, before, after }, origin) }];
  }

  truncation(shape: TableShape, origin: Origin): Change {
    return this.#event('t', shape, { key: null, before: null, after: null }, origin);
  }

  #deletion(
    shape: TableShape,
    old: { readonly whole: boolean; readonly row: Tuple },
    origin: Origin,
    headers: readonly Header[],
  ): readonly RowRecord[] {
    const { row } = old;
    const key = shape.key(row);
    // Where only the key was sent, the rest came as null, also where none may be.
    const known = old.whole
      ? row
      : row.map((text, index) => (shape.columns[index]?.isKey ? text : undefined));
    const before = shape.value(known, unknown);
    const change = { ...this.#event('d', shape, { key, before, after: null }, origin), headers };
    if (!this.#options.tombstones || !key) return [{ row, change }];
    const { valueSchema: _, ...bare } = change;
    return [
      { row, change },
      { row, change: { ...bare, value: null } },
    ];
  }

  readonly #unsent: Absent = (column) => placeholderOf(column.type, this.#options.placeholder);

  #event(
    op: Operation,
    shape: TableShape,
    sides: {
      readonly key: Described | null;
      readonly before: Described | null;
      readonly after: Described | null;
    },
    origin: Origin,
  ): Change {
    const { key, before, after } = sides;
    const nowMs = Date.now();
    if (nowMs !== this.#now.ms) this.#now = { ms: nowMs, ns: BigInt(nowMs) * 1_000_000n };
    return {
      topic: shape.topic,
      partition: null,
      key: key ? key.value : null,
      ...(key && { keySchema: key.schema }),
      value: {
        before: before?.value ?? null,
        after: after?.value ?? null,
        source: this.#sourceOf(shape, origin),
        transaction: null,
        op,
        ts_ms: nowMs,
        ts_us: nowMs * MICROS_PER_MS,
        ts_ns: this.#now.ns,
      },
      valueSchema: shape.envelope(before?.schema, after?.schema, (first, second) =>
        envelopeSchema(shape.topic, first, second),
      ),
      headers: [],
      timestamp: Math.floor(origin.timeMicros / MICROS_PER_MS),
    };
  }

  #sourceOf(shape: TableShape, origin: Origin): object {
    const told = this.#told;
    if (told?.shape === shape && isSamePlace(told.origin, origin)) {
      told.source ??= Object.freeze(this.#source(shape, origin));
      return told.source;
    }
    this.#told = { shape, origin, source: null };
    return this.#source(shape, origin);
  }

  #source({ schemaName, tableName }: TableShape, origin: Origin) {
    const { version, server, database } = this.#options;
    const { timeMicros, previousCommit } = origin;
    if (timeMicros !== this.#commit.micros)
      this.#commit = { micros: timeMicros, ns: BigInt(timeMicros) * 1_000n };
    if (previousCommit !== this.#previous.lsn)
      this.#previous = {
        lsn: previousCommit,
        text: previousCommit === null ? 'null' : `"${previousCommit}"`,
      };
    const lsn = numberOf(origin.changeLsn);
    return {
      version,
      connector: 'postgresql',
      name: server,
      ts_ms: Math.floor(timeMicros / MICROS_PER_MS),
      snapshot: origin.snapshot ?? 'false',
      db: database,
      sequence: `[${this.#previous.text},"${lsn}"]`,
      ts_us: timeMicros,
      ts_ns: this.#commit.ns,
      schema: schemaName,
      table: tableName,
      txId: origin.transactionId ?? null,
      lsn,
      ...{ xmin: null, origin: null, origin_lsn: null },
    };
  }
}

/** Whether both are told of by the same `source`. */
const isSamePlace = (one: Origin, other: Origin): boolean =>
  one.changeLsn === other.changeLsn &&
  one.timeMicros === other.timeMicros &&
  one.snapshot === other.snapshot &&
  one.previousCommit === other.previousCommit &&
  one.transactionId === other.transactionId;

/** For columns of a deleted row that were not sent. */
const unknown: Absent = (column) => (column.optional ? null : emptyValue(column.type));

function numberOf(lsn: bigint): number | bigint {
  const number = Number(lsn);
  return number <= Number.MAX_SAFE_INTEGER ? number : lsn;
}

const headerOf = (name: string, key: Described | null): readonly Header[] =>
  key ? [{ key: name, value: key.value, schema: key.schema }] : [];

function envelopeSchema(topic: string, before: Schema, after: Schema): Schema {
  return {
    ...{ type: 'struct', name: `${topic}.Envelope`, version: 2, optional: false },
    fields: [
      { ...before, field: 'before', optional: true },
      { ...after, field: 'after', optional: true },
      { ...SOURCE, field: 'source' },
      TRANSACTION,
      string('op'),
      ...[long('ts_ms'), long('ts_us'), long('ts_ns')],
    ],
  };
}
