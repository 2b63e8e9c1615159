/**
 * What happens in the database while Debezium, or the source under test, watches: the same statements for both. Columns whose values
 * differ from run to run are left out.
 */
export const scenario: {
  /** Before the snapshot, and after the connector streams. */
  readonly tables: readonly string[];
  readonly changes: readonly string[];
} = {
  tables: [
    "CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy')",
    'CREATE DOMAIN positive AS int CHECK (VALUE > 0)',
    'CREATE EXTENSION hstore',
    'CREATE EXTENSION ltree',
    'CREATE EXTENSION citext',
    `CREATE TABLE kinds (
       id int PRIMARY KEY, c_bool boolean, c_int2 int2, c_int8 int8, c_oid oid, c_float4 float4, c_float8 float8,
       c_numeric numeric, c_money numeric(12,2), c_whole numeric(5), c_negative numeric(5,-2), c_dollars money,
       c_text text, c_char char(5), c_varchar varchar(3), c_byte "char", c_name name, c_citext citext,
       c_bytea bytea, c_uuid uuid, c_json json, c_jsonb jsonb, c_hstore hstore, c_ltree ltree,
       c_date date, c_time time, c_time3 time(3), c_timetz timetz, c_ts timestamp, c_ts3 timestamp(3), c_tstz timestamptz,
       c_tstz3 timestamptz(3), c_interval interval, c_inet inet, c_cidr cidr, c_macaddr macaddr,
       c_bit bit, c_bits bit(5), c_varbit varbit(9), c_point point, c_range int4range, c_tsrange tsrange, c_tstzrange tstzrange,
       c_daterange daterange, c_numrange numrange, c_int8range int8range,
       c_tsvector tsvector, c_mood mood, c_positive positive, c_ints int[], c_texts text[], c_numbers numeric(10,3)[],
       c_dates date[], c_stamps timestamptz[], c_moods mood[], c_uuids uuid[], c_jsons jsonb[], c_flags bool[], c_bigs int8[])`,
    `CREATE TABLE strict (
       id int8 PRIMARY KEY, s text NOT NULL, n int NOT NULL DEFAULT 7, b bytea NOT NULL, d numeric(6,2) NOT NULL DEFAULT 1.50,
       t timestamptz NOT NULL, f boolean NOT NULL DEFAULT true, o text DEFAULT 'x', j jsonb NOT NULL, a int[] NOT NULL, u uuid NOT NULL)`,
    'CREATE TABLE whole (id int PRIMARY KEY, v text, n numeric(6,2)); ALTER TABLE whole REPLICA IDENTITY FULL',
    'CREATE TABLE keyless (v text, n int); ALTER TABLE keyless REPLICA IDENTITY FULL',
    'CREATE TABLE pair (a int, b text, c text, PRIMARY KEY (b, a))',
    'CREATE TABLE large (id int PRIMARY KEY, big text, doc jsonb, bin bytea, list text[], n int)',
    "INSERT INTO strict VALUES (1, 's', 1, '\\x01', 2.50, '2024-01-02 03:04:05.678901+00', true, 'o', '{\"a\": 1}', '{1,2}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')",
    "INSERT INTO whole VALUES (1, 'one', 1.25), (2, null, null)",
    "INSERT INTO keyless VALUES ('k', 1)",
    "INSERT INTO pair VALUES (1, 'b', 'c')",
    `INSERT INTO kinds VALUES (1, true, -32768, 9007199254740993, 4294967295, 0.1, 1e-300,
       123456789012345678901234567890.123456789, -1234567890.10, 12345, 12300, -1234.56,
       'ünï "x"', 'ab', 'abc', 'x', 'name', 'CiTe',
       '\\x00ff0a5c', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"b": 1,  "a":[1,2.50]}', '{"b": 1, "a": [1, 2.50, null]}', 'a=>1,b=>NULL', 'top.sub',
       '2024-02-29', '23:59:59.999999', '23:59:59.123', '03:04:05.678901+05:30', '2024-02-29 23:59:59.999999', '2024-02-29 23:59:59.123', '2024-02-29 23:59:59.999999+02',
       '2024-02-29 23:59:59.12+02', '1 year 2 mons -3 days 04:05:06.789012', '192.168.1.5/24', '10.1.0.0/16', '08:00:2b:01:02:03',
       '1', '10101', '101', '(1.5,-2)', '[1,5)', '["2024-01-01 00:00:00","2024-01-02 00:00:00")', '["2024-01-01 00:00:00+00","2024-01-02 00:00:00+00")',
       '[2024-01-01,2024-02-01)', '[1.5,2.5]', '[1,9)',
       '''fat'':2 ''rat'':3', 'so so', 7, '{1,NULL,-3}', '{"a b",NULL,""}', '{1.250,2}',
       '{2024-02-29}', '{"2024-02-29 23:59:59.999999+00"}', '{sad,happy}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{"{\\"a\\": 1}"}', '{t,f}', '{9007199254740993}')`,
    `INSERT INTO kinds (id, c_float4, c_float8, c_date, c_ts, c_tstz, c_interval, c_time, c_numeric) VALUES
       (2, 'NaN', 'Infinity', 'infinity', 'infinity', 'infinity', '-00:00:01', '24:00:00', '0.00'),
       (3, '-Infinity', 'NaN', '-infinity', '-infinity', '-infinity', '0', '00:00:00', '1e20'),
       (4, 1, 3, '0044-03-15 BC', '0044-03-15 01:02:03 BC', '0044-03-15 01:02:03+00 BC', '5 days', '00:00:00.000001', '-0.5')`,
    "INSERT INTO large SELECT 1, string_agg(md5(i::text), ''), json_build_object('x', string_agg(md5(i::text), ''))::jsonb, decode(string_agg(md5(i::text), ''), 'hex'), array_agg(md5(i::text)), 1 FROM generate_series(1, 400) i",
  ],
  changes: [
    'INSERT INTO kinds SELECT id + 100, c_bool, c_int2, c_int8, c_oid, c_float4, c_float8, c_numeric, c_money, c_whole, c_negative, c_dollars, c_text, c_char, c_varchar, c_byte, c_name, c_citext, c_bytea, c_uuid, c_json, c_jsonb, c_hstore, c_ltree, c_date, c_time, c_time3, c_timetz, c_ts, c_ts3, c_tstz, c_tstz3, c_interval, c_inet, c_cidr, c_macaddr, c_bit, c_bits, c_varbit, c_point, c_range, c_tsrange, c_tstzrange, c_daterange, c_numrange, c_int8range, c_tsvector, c_mood, c_positive, c_ints, c_texts, c_numbers, c_dates, c_stamps, c_moods, c_uuids, c_jsons, c_flags, c_bigs FROM kinds ORDER BY id',
    'UPDATE strict SET n = 2',
    'UPDATE strict SET id = 5, n = 3',
    'DELETE FROM strict',
    "UPDATE whole SET v = 'two' WHERE id = 2",
    'UPDATE whole SET id = 3 WHERE id = 2',
    'DELETE FROM whole',
    'UPDATE keyless SET n = 2',
    'DELETE FROM keyless',
    "UPDATE pair SET c = 'd'",
    "UPDATE pair SET b = 'bb'",
    'DELETE FROM pair',
    'UPDATE large SET n = 2',
    'BEGIN; INSERT INTO whole VALUES (7); INSERT INTO pair VALUES (7, $$p$$); COMMIT',
    'TRUNCATE whole, pair',
    'ALTER TABLE whole ADD COLUMN later int NOT NULL DEFAULT 3',
    "INSERT INTO whole VALUES (8, 'v', 1, 9)",
    'ALTER TABLE whole DROP COLUMN n',
    "INSERT INTO whole VALUES (9, 'v', 9)",
  ],
};

/** Configs under which it was watched; what is common to all of them stands in `main.ts`. */
export const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  defaults: {},
  connect: {
    'time.precision.mode': 'connect',
    'decimal.handling.mode': 'double',
    'interval.handling.mode': 'string',
    'binary.handling.mode': 'hex',
    'hstore.handling.mode': 'map',
    'tombstones.on.delete': 'false',
    'skipped.operations': 'none',
    'include.unknown.datatypes': 'true',
    'message.key.columns': 'public.whole:v;public.keyless:n',
    'column.exclude.list': 'public.pair.c,public.strict.(b|j)',
    'column.truncate.to.5.chars': 'public.kinds.c_text',
    'column.mask.with.4.chars': 'public.kinds.c_varchar',
    'column.mask.hash.SHA-256.with.salt.pepper': 'public.kinds.c_name',
  },
  strings: {
    'time.precision.mode': 'isostring',
    'decimal.handling.mode': 'string',
    'binary.handling.mode': 'base64',
    'skipped.operations': 'u',
    'unavailable.value.placeholder': 'GONE',
  },
  micro: {
    'time.precision.mode': 'adaptive_time_microseconds',
    'binary.handling.mode': 'base64-url-safe',
    'column.include.list': 'public.kinds.(id|c_time.*|c_ts.*|c_bytea),public.strict.*,public.whole.*',
    'skip.messages.without.change': 'true',
  },
};
