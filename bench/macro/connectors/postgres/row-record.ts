import type { TopicRecord } from '../topic-watch.ts';

/** A row like those of the table, with key and schemas, as Connect's JsonConverter writes it. */
export function recordOfRow(i: number): TopicRecord {
  const row = { id: i, n: i % 1000, name: `name-${i}`.padEnd(24, 'x'), amount: (i % 100_000) / 100 };
  const more = { at: 1_700_000_000_000 + i, doc: `{"a": ${i}, "b": "xyz"}`, ok: i % 2 === 0 };
  return {
    key: Buffer.from(JSON.stringify({ schema: KEY_SCHEMA, payload: { id: i } })),
    value: Buffer.from(JSON.stringify({ schema: VALUE_SCHEMA, payload: { ...row, ...more } })),
  };
}

const KEY_SCHEMA = {
  type: 'struct',
  fields: [{ type: 'int32', optional: false, field: 'id' }],
  optional: false,
};
const VALUE_SCHEMA = {
  type: 'struct',
  optional: false,
  name: 'row',
  fields: [
    { type: 'int32', optional: false, field: 'id' },
    { type: 'int32', optional: true, field: 'n' },
    { type: 'string', optional: true, field: 'name' },
    { type: 'double', optional: true, field: 'amount' },
    {
      type: 'int64',
      optional: true,
      name: 'org.apache.kafka.connect.data.Timestamp',
      version: 1,
      field: 'at',
    },
    { type: 'string', optional: true, name: 'io.debezium.data.Json', version: 1, field: 'doc' },
    { type: 'boolean', optional: true, field: 'ok' },
  ],
};
