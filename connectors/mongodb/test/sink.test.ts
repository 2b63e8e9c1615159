import { requireConfig, type Schema, type SinkRecord, type SinkTask } from '@millrace/sdk';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { type Db, Decimal128, type Document, Double, Long, type MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { mongoSink, mongoSource, sinkOptions } from './connectors.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();

const record = (
  offset: number,
  key: unknown,
  value: unknown,
  more: Partial<SinkRecord> = {},
): SinkRecord => ({
  topic: 't',
  partition: 0,
  offset,
  key,
  value,
  headers: [],
  timestamp: null,
  ...more,
});

/** A task of a connector that tolerates errors: what it rejects is kept. */
function tolerant(options: Record<string, string>): {
  task: SinkTask;
  rejected: { offset: number; code: string }[];
} {
  const rejected: { offset: number; code: string }[] = [];
  const task = mongoSink.createTask({
    connector: 'tolerant',
    task: 0,
    config: requireConfig(mongoSink.config, options),
    taskConfig: {},
    logger: { debug() {}, info() {}, warn() {}, error() {} } as never,
    signal: new AbortController().signal,
    progress: () => {},
    figure: () => {},
    notice: () => {},
    reject: ({ offset }, error) => rejected.push({ offset, code: (error as { code: string }).code }),
  });
  onTestFinished(() => task.stop());
  return { task, rejected };
}

describe.skipIf(unavailable !== undefined)('a MongoDB sink', () => {
  let client: MongoClient;
  let database = '';
  let db: Db;

  beforeAll(async () => {
    await service.start();
    client = await service.client();
  });
  afterAll(() => service.close());
  beforeEach(() => {
    database = service.database();
    db = client.db(database);
  });

  const started = async (more: Record<string, string> = {}, name = 'sink') => {
    const task = new SinkHarness(mongoSink, sinkOptions(service, database, more), { name });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const all = (name = 't') => db.collection<Document>(name).find().sort({ _id: 1 }).toArray();
  const write = async (more: Record<string, string>, ...records: SinkRecord[]) => {
    await (await started(more)).write(records);
    return await all();
  };

  it.each([
    ['replace', [{ _id: 1, b: 2 }]],
    ['insert', [{ _id: 1, a: 1 }]],
    ['update', [{ _id: 1, a: 1, b: 2 }]],
    ['default', [{ _id: 1, b: 2 }]],
    ['delete', []],
  ])('%s does what it says to a document that is there', async (strategy, expected) => {
    const records = [record(0, { _id: 1 }, { a: 1 }), record(1, { _id: 1 }, { b: 2 })];
    expect(await write({ 'writemodel.strategy': strategy }, ...records)).toEqual(expected);
    expect(await write({ 'writemodel.strategy': strategy }, ...records)).toEqual(expected);
  });

  it('writes no more in a second than is allowed', async () => {
    const task = await started({ 'max.records.per.second': '100' });
    const fromMs = performance.now();
    await task.write(Array.from({ length: 150 }, (_, n) => record(n, { _id: n }, { n })));
    expect(performance.now() - fromMs).toBeGreaterThan(450);
  });

  it('keeps times of insertion and update', async () => {
    const strategy = { 'writemodel.strategy': 'update_timestamps' };
    await write(strategy, record(0, 1, { a: 1 }));
    const [first] = await all();
    const [second] = await write(strategy, record(1, 1, { b: 2 }));
    expect(second).toMatchObject({
      a: 1,
      b: 2,
      _insertedTS: first?._insertedTS,
      _modifiedTS: expect.any(Date),
    });
  });

  it('finds documents by a business key', async () => {
    await db.collection('t').insertOne({ shop: 's', n: 1, a: 'old' });
    const more = {
      'document.id.strategy': 'partial_value',
      'document.id.strategy.partial.value.projection.list': 'shop,n',
      'delete.on.null.values': 'false',
    };
    const [updated] = await write(
      { ...more, 'writemodel.strategy': 'replace_business_key' },
      record(0, null, { shop: 's', n: 1, a: 'new' }),
    );
    expect(updated).toMatchObject({ shop: 's', n: 1, a: 'new' });
    expect(String(updated?._id)).toMatch(/^[0-9a-f]{24}$/);
    expect(
      await write(
        { ...more, 'writemodel.strategy': 'delete_business_key' },
        record(1, null, { shop: 's', n: 1 }),
      ),
    ).toEqual([]);
  });

  it.each([
    ['key', { k: 1 }, {}, { k: 1 }],
    ['key', { _id: 'a', k: 1 }, {}, 'a'],
    ['key', '{"_id": {"$numberLong": "5"}}', {}, 5],
    ['full_key', { _id: 'a', k: 1 }, {}, { _id: 'a', k: 1 }],
    ['provided_in_key', { _id: 7, k: 1 }, {}, 7],
    ['provided_in_value', null, { _id: 8 }, 8],
    ['kafka_meta', null, {}, 't#0#3'],
    ['key', 1, { _id: 'own' }, 'own'],
  ])('takes the _id by %s from key %j and value %j', async (strategy, key, value, expected) => {
    const more = { 'document.id.strategy': strategy, 'delete.on.null.values': 'false' };
    expect((await write(more, record(3, key, value)))[0]?._id).toEqual(expected);
  });

  it('stores the types of schemas', async () => {
    const valueSchema: Schema = {
      type: 'struct',
      fields: [
        { field: 'long', type: 'int64' },
        { field: 'double', type: 'double' },
        { field: 'decimal', type: 'bytes', name: 'org.apache.kafka.connect.data.Decimal' },
        { field: 'bytes', type: 'bytes' },
        { field: 'at', type: 'int64', name: 'org.apache.kafka.connect.data.Timestamp' },
      ],
    };
    const value = { long: 5, double: 5, decimal: '1.50', bytes: Buffer.from('a'), at: new Date(5) };
    await (await started()).write([record(0, 1, value, { valueSchema })]);
    const [document] = await db.collection<Document>('t').find({}, { promoteValues: false }).toArray();
    expect(document).toMatchObject({
      long: Long.fromNumber(5),
      double: new Double(5),
      decimal: Decimal128.fromString('1.50'),
      at: new Date(5),
    });
    expect(document?.bytes.toString()).toBe('a');
  });

  const change = (operationType: string, n: number, more: Document = {}) =>
    record(n, null, { operationType, documentKey: { _id: 1 }, ns: { db: 'a', coll: 'b' }, ...more });

  it('applies change events, also those that say only what was updated', async () => {
    const more = { 'change.data.capture.handler': 'mongodb' };
    const [document] = await write(
      more,
      change('insert', 0, { fullDocument: { _id: 1, a: 1, b: 1, c: { d: 1 } } }),
      change('update', 1, { updateDescription: { updatedFields: { a: 2, 'c.d': 2 }, removedFields: ['b'] } }),
      change('createIndexes', 2),
    );
    expect(document).toEqual({ _id: 1, a: 2, c: { d: 2 } });
    expect(await write(more, change('delete', 3))).toEqual([]);
  });

  it('applies Debezium’s events of documents and of tables', async () => {
    const key = { id: '{"$oid": "65f000000000000000000001"}' };
    const after = '{"_id": {"$oid": "65f000000000000000000001"}, "at": {"$date": 5}}';
    const mongo = { 'change.data.capture.handler': 'debezium.mongodb' };
    expect(await write(mongo, record(0, key, { op: 'c', after }))).toMatchObject([{ at: new Date(5) }]);
    expect(await write(mongo, record(1, key, { op: 'd', after: null }), record(2, key, null))).toEqual([]);
    const table = { 'change.data.capture.handler': 'debezium.rdbms' };
    const row = (n: number, op: string, values: Document | null) =>
      record(n, { id: 1 }, { op, before: null, after: values });
    expect(await write(table, row(0, 'c', { id: 1, v: 'a' }), row(1, 'u', { id: 1, v: 'b' }))).toEqual([
      { _id: { id: 1 }, id: 1, v: 'b' },
    ]);
    expect(await write(table, row(2, 'd', null))).toEqual([]);
  });

  it.each([
    ['at_least_once', 'false'],
    ['at_least_once', 'true'],
    ['exactly_once', 'false'],
  ])(
    '%s, ordered: %s: hands over each record that is refused, and writes all others',
    async (guarantee, ordered) => {
      await db.createCollection('t', { validator: { v: { $ne: 'bad' } } });
      await db.collection('t').createIndex({ u: 1 }, { unique: true, sparse: true });
      const options = { 'delivery.guarantee': guarantee, 'bulk.write.ordered': ordered };
      const { task, rejected } = tolerant(sinkOptions(service, database, options));
      await task.start();
      await task.write([
        record(0, 'a', { v: 1, u: 1 }),
        record(1, 'b', { v: 'bad' }),
        record(2, 'c', { u: 1 }),
        record(3, 'd', 'no document'),
        record(4, null, { v: 2 }),
        record(5, 'e', { x: 'x'.repeat(17_000_000) }),
        record(6, 'f', { v: 3 }),
      ]);
      expect((await all()).map(({ _id }) => _id)).toEqual(['a', 'f']);
      expect(rejected.sort((x, y) => x.offset - y.offset)).toEqual([
        { offset: 1, code: 'MONGODB_DOCUMENT_REFUSED' },
        { offset: 2, code: 'MONGODB_DOCUMENT_REFUSED' },
        { offset: 3, code: 'MONGODB_NO_DOCUMENT' },
        { offset: 4, code: 'MONGODB_NO_ID' },
        { offset: 5, code: 'MONGODB_DOCUMENT_REFUSED' },
      ]);
    },
  );

  it('exactly once: writes no record twice, whatever comes again, and lets no former task write', async () => {
    const options = {
      'delivery.guarantee': 'exactly_once',
      'document.id.strategy': 'object_id',
      'writemodel.strategy': 'insert',
      'delete.on.null.values': 'false',
    };
    const batch = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => record(from + index, null, { n: from + index }));
    const first = await started(options);
    await first.write(batch(0, 10));
    await first.write(batch(5, 15));
    const second = await started(options);
    await second.task.opened?.([{ topic: 't', partition: 0, topicId: null }]);
    await expect(first.write(batch(15, 20))).rejects.toMatchObject({
      code: 'MONGODB_FENCED',
      class: 'transient',
    });
    await second.write(batch(0, 20));
    const numbers = (await db.collection('t').find().sort({ n: 1 }).toArray()).map(({ n }) => n);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('exactly once: an insertion leaves a document alone that is there, and the others are written', async () => {
    await db.collection<Document>('t').insertOne({ _id: 1, v: 'old' } as Document);
    const options = { 'delivery.guarantee': 'exactly_once', 'writemodel.strategy': 'insert' };
    expect(
      await write(options, record(0, 0, { v: 'a' }), record(1, 1, { v: 'b' }), record(2, 2, { v: 'c' })),
    ).toEqual([
      { _id: 0, v: 'a' },
      { _id: 1, v: 'old' },
      { _id: 2, v: 'c' },
    ]);
  });

  it('writes topics to the collections that the config names, and says which ones it would make', async () => {
    const more = {
      'topic.collection.map': JSON.stringify({ a: 'one', b: `${database}_x.two` }),
      collection: 'rest',
    };
    const records = ['a', 'b', 'c'].map((topic) => record(0, 1, { topic }, { topic }));
    const config = requireConfig(mongoSink.config, sinkOptions(service, database, more));
    const planned = await mongoSink.plan?.(config, records, AbortSignal.timeout(10_000));
    expect(planned?.map(({ what }) => what)).toEqual([
      `create collection ${database}.one`,
      `create collection ${database}_x.two`,
      `create collection ${database}.rest`,
    ]);
    await (await started(more)).write(records);
    expect(await all('one')).toMatchObject([{ topic: 'a' }]);
    expect(await client.db(`${database}_x`).collection('two').countDocuments()).toBe(1);
    expect(await all('rest')).toMatchObject([{ topic: 'c' }]);
  });
});

describe.skipIf(unavailable !== undefined)('a server with access control', () => {
  const locked = new Service({ MONGODB_AUTH: '1' });
  let uri = '';

  beforeAll(async () => {
    await locked.start();
    uri = locked.uri;
    await locked.use(
      async (client) => {
        await client
          .db('admin')
          .command({ createUser: 'reader', pwd: 'p', roles: [{ role: 'read', db: 'shop' }] });
        await client
          .db('admin')
          .command({ createUser: 'writer', pwd: 'p', roles: [{ role: 'readWrite', db: 'shop' }] });
      },
      uri.replace('//', '//root:root@'),
    );
  });
  afterAll(() => locked.close());

  const problems = async (more: Record<string, string>) => {
    const config = requireConfig(mongoSink.config, { 'connection.uri': uri, database: 'shop', ...more });
    return await mongoSink.validate?.(config, AbortSignal.timeout(10_000));
  };

  it('tells a source the right that is missing, before it runs and when it starts', async () => {
    const options = { 'connection.uri': uri, 'connection.user': 'reader', 'connection.password': 'p' };
    const config = (database: string) => requireConfig(mongoSource.config, { ...options, database });
    const asked = (database: string) => mongoSource.validate?.(config(database), AbortSignal.timeout(10_000));
    expect(await asked('shop')).toEqual([]);
    expect(await asked('secret')).toMatchObject([{ message: expect.stringContaining('not authorized') }]);
    const task = new SourceHarness(mongoSource, { ...options, database: 'secret' });
    onTestFinished(() => task.stop());
    const failure = await task
      .start()
      .then(() => task.poll())
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ details: { class: 'auth', code: 'MONGODB_RIGHT_MISSING' } });
  });

  it('stops source and sink whose rights are taken away, which say so, and lose nothing', async () => {
    const admin = (command: Document) =>
      locked.use((client) => client.db('admin').command(command), uri.replace('//', '//root:root@'));
    const rights = [{ role: 'readWrite', db: 'shop' }];
    await admin({ createUser: 'guest', pwd: 'p', roles: rights });
    const login = { 'connection.user': 'guest', 'connection.password': 'p' };
    const options = { ...login, 'connection.uri': uri, database: 'shop', collection: 'kept' };
    const sink = new SinkHarness(mongoSink, { ...options, 'delivery.guarantee': 'exactly_once' });
    onTestFinished(() => sink.stop());
    await sink.start();
    await sink.write([record(0, null, { _id: 0 })]);
    const first = new SourceHarness(mongoSource, options);
    onTestFinished(() => first.stop());
    await first.start();
    await first.pollUntil('what is there', (records) => records.length === 1);
    await first.commit();

    await admin({ revokeRolesFromUser: 'guest', roles: rights });
    const refused = { code: 'MONGODB_RIGHT_MISSING', details: { class: 'auth' } };
    await expect(sink.write([record(1, null, { _id: 1 })])).rejects.toMatchObject(refused);
    await expect(first.pollUntil('nothing', () => false)).rejects.toMatchObject(refused);
    await first.stop();

    await admin({ grantRolesToUser: 'guest', roles: rights });
    await sink.write([record(1, null, { _id: 1 })]);
    const { offsets } = first;
    const second = new SourceHarness(mongoSource, options, { offsets });
    onTestFinished(() => second.stop());
    await second.start();
    await second.pollUntil('what came since', (records) => records.length === 1);
    expect(second.records.map(({ value }) => value)).toEqual([{ _id: 1 }]);
  });

  it('is told apart by login and by right, each at its key', async () => {
    const as = (user: string, password = 'p') => ({
      'connection.user': user,
      'connection.password': password,
    });
    expect(await problems(as('writer'))).toEqual([]);
    expect(await problems(as('writer', 'wrong'))).toMatchObject([{ key: 'connection.password' }]);
    expect(await problems(as('reader'))).toMatchObject([
      { key: 'connection.password', message: expect.stringContaining('insert, update, remove') },
    ]);
    expect(await problems({})).toMatchObject([{ key: 'connection.uri' }]);
    const inUri = await problems({ 'connection.uri': uri.replace('//', '//writer:secret1@') });
    expect(inUri).toMatchObject([{ key: 'connection.uri' }]);
    expect(JSON.stringify(inUri)).not.toContain('secret1');
  });
});
