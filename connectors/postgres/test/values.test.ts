import { jsonText, parseExact, type SinkRecord, type SourceRecord } from '@millrace/sdk';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSinkRecords, postgresSink, postgresSource, sinkOptions, sourceOptions } from './connectors.ts';
import { dropSlot, Service, unavailable } from './service.ts';

const ALL_COLUMNS: Readonly<Record<string, readonly [type: string, ...values: readonly (string | null)[]]>> =
  {
    bool: ['boolean', 'true', 'false'],
    small: ['int2', '-32768', '32767'],
    whole: ['int4', '-2147483648', '2147483647'],
    big: ['int8', '-9223372036854775808', '9223372036854775807', '9007199254740993', '0'],
    oid: ['oid', '4294967295'],
    single: ['float4', '0.1', 'NaN', '-Infinity', '3.4028235e38'],
    double: ['float8', '0.1', 'NaN', 'Infinity', '1e-320', '12345678.9', '3'],
    exact: ['numeric', '123456789012345678901234567890.123456789', 'NaN', '1e100', '0.00'],
    money: ['numeric(12,2)', '-1234567890.10', 'NaN'],
    dollars: ['money', '-1234.56'],
    text: ['text', '', 'ünï "x" \\ {a,b} \n\t', 'NULL', 'null'],
    fixed: ['char(5)', 'ab', ''],
    short: ['varchar(3)', 'abc'],
    byte: ['"char"', 'x'],
    bytes: ['bytea', '\\x', '\\x00ff0a5c', '\\x61626364'],
    uuid: ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    json: ['json', '{"b": 1,  "a":[1,2.50]}', '"text"', 'null', '12345678901234567890'],
    jsonb: ['jsonb', '{"b": 1, "a": [1, 2.50, null]}', '"text"', '[]', 'true'],
    xml: ['xml', '<a b="c">d</a>'],
    date: ['date', '2024-02-29', 'infinity', '0044-03-15 BC', '12024-01-01'],
    time: ['time', '23:59:59.999999', '24:00:00'],
    timetz: ['timetz', '03:04:05.678901+05:30'],
    timestamp: [
      'timestamp',
      '2024-02-29 23:59:59.999999',
      '-infinity',
      '0044-03-15 01:02:03 BC',
      '12024-01-01 00:00:00',
    ],
    timestamptz: ['timestamptz', '2024-02-29 23:59:59.999999+02', 'infinity', '0044-03-15 01:02:03+00 BC'],
    interval: ['interval', '1 year 2 mons -3 days 04:05:06.789012', '-00:00:01'],
    inet: ['inet', '192.168.1.5/24', '::1'],
    macaddr: ['macaddr', '08:00:2b:01:02:03'],
    bits: ['bit(5)', '10101'],
    varbits: ['varbit', '1', ''],
    point: ['point', '(1.5,-2)'],
    box: ['box', '(3,4),(1,2)'],
    range: ['int4range', '[1,5)', 'empty', '(,)'],
    tsvector: ['tsvector', "'fat':2 'rat':3"],
    mood: ['mood', 'so so', 'happy'],
    positive: ['positive', '7'],
    pair: ['pair', '(1,"a ""b"" c")'],
    ints: ['int4[]', '{1,NULL,-3}', '{}', '{{1,2},{3,4}}'],
    texts: ['text[]', '{"a b","c\\"d\\\\e",NULL,"NULL","",héé}', '{{a,b},{c,d}}'],
    stamps: ['timestamptz[]', '{"2024-02-29 23:59:59.999999+00",infinity}'],
    exacts: ['numeric(10,3)[]', '{1.250,NaN}'],
    blobs: ['bytea[]', '{"\\\\x00ff",NULL}'],
    docs: ['jsonb[]', '{"{\\"a\\": 1}","[1, 2]",null}'],
    moods: ['mood[]', '{"so so",happy}'],
    boxes: ['box[]', '{(3,4),(1,2);(1,1),(0,0)}'],
    flags: ['bool[]', '{t,f,NULL}'],
  };

const rowsOf = Math.max(...Object.values(ALL_COLUMNS).map((column) => column.length - 1));

type Columns = typeof ALL_COLUMNS;

async function define(db: pg.Client, columns: Columns): Promise<void> {
  await db.query("CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy')");
  await db.query('CREATE DOMAIN positive AS int CHECK (VALUE > 0)');
  await db.query('CREATE TYPE pair AS (a int, b text)');
  const list = Object.entries(columns).map(([name, [type]]) => `c_${name} ${type}`);
  await db.query(`CREATE TABLE kinds (id int PRIMARY KEY, ${list.join(', ')})`);
}

/** One row for each value, nulls where a column has fewer. */
async function fill(db: pg.Client, columns: Columns, from: number): Promise<void> {
  const names = Object.keys(columns).map((name) => `c_${name}`);
  for (let row = 1; row <= rowsOf + 1; row++) {
    const values = Object.values(columns).map((column) => column[row] ?? null);
    await db.query(
      `INSERT INTO kinds (id, ${names.join(', ')}) VALUES (${[from + row, ...values.map((_, i) => `$${i + 1}`)].join(', ')})`,
      values,
    );
  }
}

const dump = async (db: pg.Client): Promise<string[]> => {
  const { rows } = await db.query('SELECT k::text AS row FROM kinds k ORDER BY id');
  return rows.map(({ row }) => row);
};

/** As a value comes out of JsonConverter with `schemas.enable=false`. */
const withoutSchema = (record: SinkRecord): SinkRecord => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  headers: [],
  timestamp: record.timestamp,
  key: JSON.parse(jsonText(record.key)),
  value: parseExact(jsonText(record.value)),
});

describe.skipIf(unavailable !== undefined).each(['15', '18'])('values of PostgreSQL %s', (version) => {
  const service = new Service({ POSTGRES_VERSION: version });
  // The binaries of 18 were built without XML.
  const { xml, ...withoutXml } = ALL_COLUMNS;
  const COLUMNS: Columns = version === '18' || !xml ? withoutXml : ALL_COLUMNS;
  let from: { name: string; db: pg.Client };
  let records: readonly SourceRecord[];

  beforeAll(async () => {
    await service.start();
    from = await service.database();
    await define(from.db, COLUMNS);
    await fill(from.db, COLUMNS, 0);
    const task = new SourceHarness(postgresSource, sourceOptions(service, from.name));
    await task.start();
    await task.pollUntil('the snapshot', (all) => all.length === rowsOf + 1);
    await fill(from.db, COLUMNS, 100);
    await task.pollUntil('the changes', (all) => all.length === 2 * rowsOf + 2);
    await task.stop();
    await dropSlot(from.db, `slot_${from.name}`);
    records = task.records;
  });
  afterAll(() => service.close());

  const copy = async (
    more: Record<string, string>,
    through: (record: SinkRecord) => SinkRecord,
    defined: boolean,
  ) => {
    const to = await service.database();
    if (defined) await define(to.db, COLUMNS);
    const sink = new SinkHarness(postgresSink, sinkOptions(service, to.name, more));
    await sink.start();
    await sink.write(asSinkRecords(records).map(through));
    await sink.stop();
    return to.db;
  };

  it('reads the same from a snapshot and from the stream', () => {
    const values = records.map(({ value }) => ({ ...(value as object), id: 0 }));
    expect(values.slice(rowsOf + 1)).toEqual(values.slice(0, rowsOf + 1));
    const schemas = records.map(({ valueSchema }) => valueSchema);
    expect(schemas.slice(rowsOf + 1)).toEqual(schemas.slice(0, rowsOf + 1));
  });

  it('brings every value exactly into a table of the same types', async () => {
    const to = await copy({}, (record) => record, true);
    expect(await dump(to)).toEqual(await dump(from.db));
  });

  it('does so too when the schemas are lost on the way', async () => {
    const to = await copy({}, withoutSchema, true);
    expect(await dump(to)).toEqual(await dump(from.db));
  });

  // What Debezium's numbers have no room for travels in its texts.
  it.each([
    ['adaptive', ['exact', 'money', 'exacts', 'timetz']],
    ['isostring', ['timetz']],
  ] as const)('brings them so out of Debezium’s envelope with %s times', async (times, inexact) => {
    const options = sourceOptions(service, from.name, {
      ...{ 'output.format': 'envelope', 'time.precision.mode': times, 'slot.name': `envelope_${times}` },
      ...(times === 'adaptive' && { 'decimal.handling.mode': 'precise' }),
    });
    const task = new SourceHarness(postgresSource, options);
    await task.start();
    await task.pollUntil('the snapshot', (all) => all.length === 2 * rowsOf + 2);
    await task.stop();
    await dropSlot(from.db, `envelope_${times}`);
    const to = await service.database();
    await define(to.db, COLUMNS);
    const sink = new SinkHarness(postgresSink, sinkOptions(service, to.name));
    await sink.start();
    await sink.write(asSinkRecords(task.records));
    await sink.stop();
    // Its decimals have no NaN, and its times are in UTC.
    const columns = Object.keys(COLUMNS)
      .filter((name) => !(inexact as readonly string[]).includes(name))
      .map((name) => `c_${name}::text`);
    const list = `SELECT ARRAY[${columns.join(', ')}] AS texts FROM kinds ORDER BY id`;
    const textsOf = async (db: pg.Client) => (await db.query(list)).rows.map((row) => row.texts);
    expect(await textsOf(to.db)).toEqual(await textsOf(from.db));
  });

  it('creates a table that holds every value', async () => {
    const to = await copy({ 'auto.create': 'true' }, (record) => record, false);
    const { rows } = await to.query(
      "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'kinds'::regclass AND attnum > 0",
    );
    const types = Object.fromEntries(rows.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      id: 'integer',
      c_bool: 'boolean',
      c_small: 'smallint',
      c_big: 'bigint',
      c_single: 'real',
      c_exact: 'numeric',
      c_bytes: 'bytea',
      c_uuid: 'uuid',
      c_jsonb: 'jsonb',
      c_date: 'date',
      c_time: 'time without time zone',
      c_timestamp: 'timestamp without time zone',
      c_timestamptz: 'timestamp with time zone',
      c_interval: 'interval',
      c_mood: 'text',
      c_stamps: 'timestamp with time zone[]',
    });
    const same = Object.keys(COLUMNS)
      .filter((name) => !['json', 'fixed', 'inet'].includes(name))
      .map((name) => `c_${name}::text AS ${name}`);
    const list = `SELECT ${same.join(', ')} FROM kinds ORDER BY id`;
    const { rows: expected } = await from.db.query(list);
    const { rows: actual } = await to.query(list);
    expect(actual).toEqual(expected);
  });

  it('gives Connect’s own types where they are asked for', async () => {
    await from.db.query(
      'CREATE TABLE when_and_how_much (id int PRIMARY KEY, d date, t time, s timestamp, z timestamptz, n numeric(9,3), f date)',
    );
    await from.db.query(
      "INSERT INTO when_and_how_much VALUES (1, '2024-02-29', '01:02:03.456', '2024-02-29 01:02:03.456', '2024-02-29 01:02:03.456+01', 1.5, 'infinity')",
    );
    const options = sourceOptions(service, from.name, {
      'table.include.list': 'public.when_and_how_much',
      'time.precision.mode': 'connect',
      'decimal.handling.mode': 'precise',
    });
    const task = new SourceHarness(postgresSource, options);
    await task.start();
    await task.pollUntil('the row', (all) => all.length === 1);
    await task.stop();
    await dropSlot(from.db, `slot_${from.name}`);
    expect(task.records[0]!.value).toEqual({
      id: 1,
      d: new Date('2024-02-29T00:00:00Z'),
      t: new Date('1970-01-01T01:02:03.456Z'),
      s: new Date('2024-02-29T01:02:03.456Z'),
      z: new Date('2024-02-29T00:02:03.456Z'),
      n: '1.500',
      f: null,
    });
    expect(task.records[0]!.valueSchema?.fields?.find((f) => f.field === 'n')).toMatchObject({
      type: 'bytes',
      name: 'org.apache.kafka.connect.data.Decimal',
      parameters: { scale: '3' },
    });
    const sink = new SinkHarness(
      postgresSink,
      sinkOptions(service, from.name, { 'table.name.format': 'public.copied', 'auto.create': 'true' }),
    );
    await sink.start();
    await sink.write(asSinkRecords(task.records));
    await sink.stop();
    const { rows } = await from.db.query(
      "SELECT d::text, t::text, z AT TIME ZONE 'UTC' = '2024-02-29 00:02:03.456' AS z, n::text, f FROM copied",
    );
    expect(rows).toEqual([{ d: '2024-02-29', t: '01:02:03.456', z: true, n: '1.500', f: null }]);
  });
});
