import { isMillraceError, type SourceRecord } from '@millrace/sdk';
import { eventually, MemoryOffsets, SourceHarness } from '@millrace/sdk/testing';
import { BSON, type Db, type Document, type MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { headerOf, mongoSource, opOf, sourceOptions } from './connectors.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();

describe.skipIf(unavailable !== undefined)('a MongoDB source', () => {
  let client: MongoClient;
  let database = '';
  let db: Db;

  beforeAll(async () => {
    await service.start();
    client = await service.client();
    // With its 256 MB, updates of documents of megabytes wait for the next checkpoint, a minute later, now and then.
    await client.db('admin').command({ setParameter: 1, wiredTigerEngineRuntimeConfig: 'cache_size=1GB' });
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    database = service.database();
    db = client.db(database);
    await db.createCollection('c', { changeStreamPreAndPostImages: { enabled: true } });
  });

  const started = async (more: Record<string, string> = {}, offsets = new MemoryOffsets()) => {
    const task = new SourceHarness(mongoSource, sourceOptions(service, database, more), { offsets });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const until = async (task: SourceHarness, count: number): Promise<readonly SourceRecord[]> => {
    await task.pollUntil(`${count} records`, (records) => records.length >= count);
    return task.records;
  };
  const values = (records: readonly SourceRecord[]) => records.map(({ value }) => value as Document);

  it('tells copied documents and changes apart, and names topics', async () => {
    await db.collection<Document>('c').insertOne({ _id: 1, v: 'a' } as Document);
    const task = await started({ 'topic.prefix': 'mongo', 'topic.namespace.map': `{"${database}": "shop"}` });
    await until(task, 1);
    await db.collection<Document>('c').updateOne({ _id: 1 } as Document, { $set: { v: 'b' } });
    // Looked up after its deletion, the update would be left out.
    await until(task, 2);
    await db.collection<Document>('c').deleteOne({ _id: 1 } as Document);
    const records = await until(task, 3);
    expect(records.map(opOf)).toEqual(['r', 'u', 'd']);
    expect(records.map(({ topic }) => topic)).toEqual(Array(3).fill('mongo.shop.c'));
    expect(records[0]).toMatchObject({ key: { _id: 1 }, value: { _id: 1, v: 'a' } });
    expect(headerOf(records[1]!, '__ns')).toBe(`${database}.c`);
    expect(records[2]).toMatchObject({ key: { _id: 1 }, value: null });
  });

  it('says of a change whose event is beyond 16 MB what to do, and goes on at it', async () => {
    const options = {
      'startup.mode': 'latest',
      'change.stream.full.document': 'required',
      'change.stream.full.document.before.change': 'required',
    };
    const task = await started(options);
    const text = (letter: string) => ({ text: letter.repeat(9 * 1024 * 1024) });
    await db.collection<Document>('c').insertOne({ _id: 1, ...text('a') } as Document);
    await until(task, 1);
    await task.commit();
    await db.collection<Document>('c').replaceOne({ _id: 1 } as Document, text('b'));
    await expect(until(task, 2)).rejects.toMatchObject({
      code: 'MONGODB_EVENT_TOO_LARGE',
      details: { class: 'config', path: 'pipeline' },
    });
    await task.stop();
    const narrow = { ...options, pipeline: '[{"$unset": "fullDocumentBeforeChange"}]' };
    const records = await until(await started(narrow, task.offsets), 1);
    expect(records.map(({ value }) => (value as { text: string }).text[0])).toEqual(['b']);
  });

  it('gives whole events, with the documents before and after', async () => {
    const task = await started({
      'startup.mode': 'latest',
      'publish.full.document.only': 'false',
      'change.stream.full.document': 'required',
      'change.stream.full.document.before.change': 'required',
      'output.format.value': 'json',
      'output.format.key': 'bson',
    });
    await db.collection<Document>('c').insertOne({ _id: 'x', v: 1 } as Document);
    await db.collection<Document>('c').updateOne({ _id: 'x' } as Document, { $set: { v: 2 } });
    await db.collection<Document>('c').deleteOne({ _id: 'x' } as Document);
    const records = await until(task, 3);
    const events = records.map(({ value }) => JSON.parse(String(value)));
    expect(events).toMatchObject([
      { operationType: 'insert', fullDocument: { v: 1 } },
      { operationType: 'update', fullDocument: { v: 2 }, fullDocumentBeforeChange: { v: 1 } },
      { operationType: 'delete', fullDocumentBeforeChange: { v: 2 }, documentKey: { _id: 'x' } },
    ]);
    expect(BSON.deserialize(records[0]?.key as Buffer)).toEqual({ _id: 'x' });
  });

  it('captures what its lists and its pipeline choose', async () => {
    const task = await started({
      'collection.include.list': `${database}\\.(c|d)`,
      'collection.exclude.list': '.*\\.d',
      pipeline: '[{"$match": {"fullDocument.v": {"$gte": 2}}}]',
    });
    await task.poll(300);
    for (const name of ['c', 'd', 'e']) for (const v of [1, 2]) await db.collection(name).insertOne({ v });
    await db.collection('c').insertOne({ v: 3 });
    const records = await until(task, 2);
    expect(records.map(({ topic }) => topic)).toEqual(Array(2).fill(`${database}.c`));
    expect(values(records).map(({ v }) => v)).toEqual([2, 3]);
  });

  it.each([
    { what: 'its pipeline', more: { pipeline: '[{"$match": {"fullDocument.v": {"$gte": 2}}}]' } },
    { what: 'its lists', more: { 'collection.exclude.list': '.*\\.c' } },
  ])('goes on behind a change that $what would not let through any more', async ({ more }) => {
    const before = await started({ 'startup.mode': 'latest' });
    await before.poll(300);
    await db.collection('c').insertOne({ v: 1 });
    await until(before, 1);
    await before.commit();
    await before.stop();
    for (const v of [1, 2]) await db.collection('d').insertOne({ v });
    const records = await until(await started(more, before.offsets), 1);
    expect(records.map(({ topic }) => topic)).toContain(`${database}.d`);
    expect(values(records).map(({ v }) => v)).toEqual(more.pipeline ? [2] : expect.arrayContaining([1]));
  });

  it('captures all databases and goes on after a collection was dropped', async () => {
    const cluster = { database: '', 'startup.mode': 'latest', 'collection.include.list': `${database}.*` };
    const all = await started(cluster);
    const one = await started({ collection: 'c', 'startup.mode': 'latest' });
    await db.collection('c').insertOne({ v: 1 });
    await until(one, 1);
    await db.collection('c').drop();
    await db.collection('c').insertOne({ v: 2 });
    expect(values(await until(one, 2)).map(({ v }) => v)).toEqual([1, 2]);
    await until(all, 2);
    await one.commit();
    await one.stop();
    const again = await started({ collection: 'c' }, one.offsets);
    await db.collection('c').insertOne({ v: 3 });
    expect(values(await until(again, 1)).map(({ v }) => v)).toEqual([3]);
  });

  it('copies ids of every type once, in any number of moments, beside changes', async () => {
    const ids = [5, 'five', new Date(5), { five: 5 }, 5.5, true, BSON.Long.fromString('9007199254740995')];
    for (const _id of ids) await db.collection<Document>('c').insertOne({ _id, v: 1 } as Document);
    const options = {
      'startup.mode.copy.existing.slice.ms': '0',
      'poll.max.batch.size': '1',
      'output.json.formatter': 'canonical',
    };
    let task = await started(options);
    const records: SourceRecord[] = [];
    for (const _ of ids) {
      const [record] = (await task.poll()) ?? [];
      expect(record && opOf(record)).toBe('r');
      records.push(record!);
      await task.commit();
      await task.stop();
      task = await started(options, task.offsets);
    }
    expect(new Set(records.map(({ key }) => JSON.stringify(key))).size).toBe(ids.length);
    await db.collection('c').insertOne({ v: 'last' });
    expect(values(await until(task, 1)).at(-1)?.v).toBe('last');
  });

  it('starts at a time', async () => {
    await db.collection('c').insertOne({ v: 'before' });
    const { operationTime } = await db.command({ ping: 1 });
    await db.collection('c').insertOne({ v: 'after' });
    const task = await started({
      'startup.mode': 'timestamp',
      'startup.mode.timestamp.start.at.operation.time': BSON.EJSON.stringify(operationTime),
    });
    expect(values(await until(task, 1)).map(({ v }) => v)).toEqual(['after']);
  });

  it('tells of the oplog while there are records at every poll too, and warns of a position near its beginning', async () => {
    const task = await started({ 'startup.mode': 'latest' });
    await db.collection('c').insertOne({ v: 1 });
    await until(task, 1);
    expect([...task.figures.keys()].sort()).toEqual([
      ...['oplog_behind_seconds', 'oplog_left_seconds', 'oplog_window_seconds'],
    ]);
    expect(task.notices.has('oplog')).toBe(false);
    const entries = client.db('local').collection('oplog.rs').find().sort({ $natural: 1 }).limit(1);
    const [first] = await entries.toArray();
    const early = await started({
      'startup.mode': 'timestamp',
      'startup.mode.timestamp.start.at.operation.time': BSON.EJSON.stringify(first?.ts),
    });
    await until(early, 1);
    expect(early.notices.get('oplog')).toContain('loses its position once 0 s more');
    expect(early.figures.get('oplog_left_seconds')).toBe(0);
  });

  it('gives no more in a second than is allowed', async () => {
    await db.collection('c').insertMany(Array.from({ length: 150 }, (_, v) => ({ v })));
    const task = await started({ 'max.records.per.second': '100' });
    const fromMs = performance.now();
    await until(task, 150);
    expect(performance.now() - fromMs).toBeGreaterThan(450);
  });

  it('stores its position by heartbeats while nothing that is captured changes', async () => {
    const task = await started({ collection: 'c', 'heartbeat.interval.ms': '50' });
    const [first] = await until(task, 1);
    expect(first).toMatchObject({ topic: '__mongodb_heartbeats', key: `${database}.c` });
    await db.collection('other').insertOne({ v: 1 });
    const beats = await until(task, 2);
    expect(beats[1]?.sourceOffset).not.toEqual(beats[0]?.sourceOffset);
    await task.commit();
    await db.collection('c').insertOne({ v: 2 });
    const next = await started({ collection: 'c', 'heartbeat.interval.ms': '0' }, task.offsets);
    expect(values(await until(next, 1))).toMatchObject([{ v: 2 }]);
  });

  it('refuses an offset that it does not know, and a token that the server does not take', async () => {
    for (const [offset, code] of [
      [{ lsn: '0/1' }, 'MONGODB_OFFSET_UNKNOWN'],
      [{ _id: '{"_data": "82"}' }, 'MONGODB_REQUEST_REFUSED'],
    ] as const) {
      const offsets = new MemoryOffsets();
      offsets.put({ partition: { ns: database }, offset });
      const failure = await started({}, offsets)
        .then((task) => task.poll(2_000))
        .catch((error: unknown) => error);
      expect(isMillraceError(failure) && [failure.code, failure.class]).toEqual([code, 'config']);
    }
  });

  it('says that a capped collection can’t be copied', async () => {
    await db.createCollection('ring', { capped: true, size: 4096 });
    await db.collection('ring').insertOne({ v: 1 });
    const task = await started({ collection: 'ring' });
    await expect(task.poll()).rejects.toMatchObject({ class: 'config' });
  });
});

describe.skipIf(unavailable !== undefined)('a position that the oplog has lost', () => {
  const small = new Service({ MONGODB_OPLOG_MB: '1', MONGODB_ARGS: '--syncdelay 1' });
  const offsets = new MemoryOffsets();
  let client: MongoClient;

  beforeAll(async () => {
    await small.start();
    client = await small.client();
    const db = client.db('shop');
    await db.collection('c').insertOne({ v: 'early' });
    const task = new SourceHarness(mongoSource, sourceOptions(small, 'shop', { collection: 'c' }), {
      offsets,
    });
    await task.start();
    await db.collection('c').insertOne({ v: 'second' });
    await task.pollUntil('both', (records) => records.length >= 2);
    await task.commit(task.records);
    await task.stop();
    const { operationTime } = await db.command({ ping: 1 });
    const filling = 'x'.repeat(1_000_000);
    const overtaken = async () => {
      await db.collection('filling').insertMany(Array.from({ length: 4 }, () => ({ filling })));
      const [first] = await client
        .db('local')
        .collection('oplog.rs')
        .find()
        .sort({ $natural: 1 })
        .limit(1)
        .toArray();
      return first?.ts.greaterThan(operationTime);
    };
    await eventually('the oplog to drop the position', overtaken, 40_000);
  });
  afterAll(() => small.close());

  const resumed = async (policy: string) => {
    const more = { collection: 'c', 'on.lost.position': policy };
    const kept = new MemoryOffsets();
    for (const offset of offsets.all()) kept.put(offset);
    const task = new SourceHarness(mongoSource, sourceOptions(small, 'shop', more), { offsets: kept });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };

  it('stops the source with what to do', async () => {
    const task = await resumed('fail');
    const failure = await task.poll().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      details: { class: 'config', code: 'MONGODB_POSITION_LOST', path: 'on.lost.position' },
    });
    expect((failure as { details: { hint: string } }).details.hint).toContain('copy_existing');
  });

  it('copies anew, or goes on with what comes, where the config says so', async () => {
    const anew = await resumed('copy_existing');
    await anew.pollUntil('the copy', (records) => records.length >= 2);
    expect(anew.records.map(opOf)).toEqual(['r', 'r']);
    const latest = await resumed('latest');
    const poll = latest.poll(1_000);
    await poll;
    await client.db('shop').collection('c').insertOne({ v: 'third' });
    await latest.pollUntil('a change', (records) => records.length >= 1);
    expect(latest.records.map(({ value }) => (value as Document).v)).toEqual(['third']);
  });

  it('is not taken when somebody sets it', async () => {
    const { requireConfig } = await import('@millrace/sdk');
    const config = requireConfig(mongoSource.config, sourceOptions(small, 'shop', { collection: 'c' }));
    await expect(mongoSource.alterOffsets?.(config, offsets.all(), { connector: 'c' })).rejects.toMatchObject(
      {
        code: 'OFFSET_NOT_ACCEPTED',
      },
    );
  });
});
