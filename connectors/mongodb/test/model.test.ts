import { isMillraceError, type SourceRecord } from '@millrace/sdk';
import { eventually, MemoryOffsets, randomBelow, SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { BSON, type Collection, type Document, Long, type MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSinkRecords, mongoSink, mongoSource, sinkOptions, sourceOptions } from './connectors.ts';
import { Service, unavailable } from './service.ts';

/** `MODEL_CHANGES=50000 MODEL_SEED=7 MODEL_SERVER_KILLS=5 npx vitest run --project acceptance connectors/mongodb/test/model.test.ts` */
const CHANGES = Number(process.env.MODEL_CHANGES ?? 1_500);
const SEED = Number(process.env.MODEL_SEED ?? 20_261);
const SERVER_KILLS = Number(process.env.MODEL_SERVER_KILLS ?? 1);
const WRITERS = 4;
const IDS = 60;
const COLLECTIONS = ['orders', 'people', 'zebras'];
const BATCH = 97;

const service = new Service();

/** Ids of every type that sorts apart from the others. */
function idOf(n: number): unknown {
  const kinds: readonly ((n: number) => unknown)[] = [
    (i) => i,
    (i) => `id ${i}`,
    (i) => ObjectId.createFromTime(i),
    (i) => ({ part: i, of: 'a whole' }),
    (i) => new Date(i * 1000),
    (i) => Long.fromString('9007199254740993').add(i),
    (i) => i + 0.5,
  ];
  return kinds[n % kinds.length]?.(n);
}

interface Known {
  readonly version: number;
  readonly there: boolean;
}

type Below = (below: number) => number;

/** Writes to ids of its own, so that it knows each one's version without asking. */
class Writer {
  readonly #below: Below;
  readonly #share: number;
  readonly #versions = new Map<string, Known>();
  written = 0;

  constructor(share: number) {
    this.#share = share;
    this.#below = randomBelow(SEED + share);
  }

  async change(client: MongoClient, database: string, count: number): Promise<void> {
    for (let done = 0; done < count; done++) {
      const name = COLLECTIONS[this.#below(COLLECTIONS.length)] ?? '';
      const n = this.#below(IDS / WRITERS) * WRITERS + this.#share;
      const collection = client.db(database).collection(name);
      const filter = { _id: idOf(n) as never };
      const known = this.#versions.get(`${name} ${n}`) ?? { version: 0, there: false };
      // After a failure the server was killed, and nobody knows whether it did what it was asked.
      const next = await changeOne(client, collection, filter, known, this.#below).catch(() =>
        found(collection, filter, known),
      );
      this.#versions.set(`${name} ${n}`, next);
      this.written++;
    }
  }
}

async function changeOne(
  client: MongoClient,
  collection: Collection,
  filter: { _id: never },
  known: Known,
  below: Below,
): Promise<Known> {
  const session = below(10) === 0 ? client.startSession() : undefined;
  const options = { ...(session && { session }) };
  const v = known.version + 1;
  const isDeletion = known.there && below(4) === 0;
  try {
    session?.startTransaction();
    if (!known.there) await collection.insertOne({ ...filter, v, text: 'x'.repeat(below(50)) }, options);
    else if (isDeletion) await collection.deleteOne(filter, options);
    else if (below(3) === 0) await collection.replaceOne(filter, { v, list: [1, { a: 'b' }] }, options);
    else await collection.updateOne(filter, { $set: { v, [`f${below(3)}`]: below(99) } }, options);
    if (session && below(3) === 0) {
      await session.abortTransaction();
      return known;
    }
    await session?.commitTransaction();
    return { version: v, there: !isDeletion };
  } finally {
    await session?.endSession();
  }
}

async function found(collection: Collection, filter: { _id: never }, known: Known): Promise<Known> {
  const [document] = await eventually('the server is back', () => collection.find(filter).toArray(), 30_000);
  if (document) return { version: Number(document.v), there: true };
  return { version: known.there ? known.version + 1 : known.version, there: false };
}

const contents = async (client: MongoClient, database: string): Promise<readonly string[]> => {
  const all: string[] = [];
  for (const name of COLLECTIONS)
    for (const document of await client
      .db(database)
      .collection(name)
      .find({}, { promoteValues: false })
      .toArray())
      all.push(`${name} ${BSON.EJSON.stringify(document, { relaxed: false })}`);
  return all.sort();
};

/** What is in the topics for good: records beyond the last durable offset die with the task, as in an aborted transaction. */
class DurableLog {
  readonly records: SourceRecord[] = [];
  readonly offsets = new MemoryOffsets();

  append(records: readonly SourceRecord[]): void {
    this.records.push(...records);
    for (const { sourcePartition: partition, sourceOffset: offset } of records)
      this.offsets.put({ partition, offset });
  }
}

/** Reads until the writers are done and nothing more comes, with deaths at random places. */
async function capture(options: Record<string, string>, done: () => boolean): Promise<DurableLog> {
  const below = randomBelow(SEED * 31);
  const log = new DurableLog();
  for (let quiet = 0; quiet < 2; ) {
    const task = new SourceHarness(mongoSource, options, { offsets: log.offsets });
    try {
      await task.start();
      for (let polls = 1 + below(6); polls > 0 && quiet < 2; polls--) {
        const finished = done();
        const records = await task.poll(1_500);
        quiet = finished && records === null ? quiet + 1 : 0;
        const kept = below(5) === 0 ? (records ?? []).slice(0, below(40)) : (records ?? []);
        log.append(kept);
        if (kept.length < (records ?? []).length) break;
      }
    } catch (error) {
      if (!isMillraceError(error) || error.class !== 'transient') throw error;
    } finally {
      await task.stop();
    }
  }
  return log;
}

/** Versions of a document go up by one with each change, so that a gap, a repeat or a turn back shows. */
function expectEachChangeOnce(records: readonly SourceRecord[]): void {
  const seen = new Map<string, number>();
  for (const { topic, key, value } of records) {
    const of = `${topic} ${BSON.EJSON.stringify(key as Document)}`;
    const before = seen.get(of);
    const version = value === null ? (before ?? Number.NaN) + 1 : versionOf(value as Document);
    if (before !== undefined) expect(version, of).toBe(before + 1);
    expect(version, of).toBeGreaterThan(0);
    seen.set(of, version);
  }
}

const versionOf = ({ v }: Document): number => Number(v?.$numberInt ?? v);

/** Writes a log, with deaths after which some records come again. */
async function deliver(log: readonly SourceRecord[], options: Record<string, string>): Promise<void> {
  const below = randomBelow(SEED * 17);
  const records = asSinkRecords(log);
  for (let at = 0; at < records.length; ) {
    const task = new SinkHarness(mongoSink, options, { name: 'model' });
    try {
      await task.start();
      for (let batches = 1 + below(4); batches > 0 && at < records.length; batches--) {
        await task.write(records.slice(at, at + BATCH));
        at += BATCH;
      }
    } catch (error) {
      if (!isMillraceError(error) || error.class !== 'transient') throw error;
    } finally {
      await task.stop();
    }
    if (at < records.length) at = Math.max(0, at - below(2 * BATCH));
  }
}

/** Kills the server so many times, at equal shares of what is to be written. */
async function killServer(times: number, writers: readonly Writer[]): Promise<void> {
  const written = () => writers.reduce((sum, writer) => sum + writer.written, 0);
  for (let kills = 0; kills < times; kills++) {
    const share = ((kills + 1) * CHANGES) / (times + 1);
    await eventually(`${Math.floor(share)} changes`, () => written() >= share, 600_000);
    await service.kill();
    await service.start();
  }
}

describe.skipIf(unavailable !== undefined)('MongoDB to MongoDB, with deaths on the way', () => {
  beforeAll(async () => {
    await service.start();
  });
  afterAll(() => service.close());

  it(
    'gives each change once and in order, while it copies too, and both sinks end as the source did',
    async () => {
      const client = await service.client();
      const database = service.database();
      const db = client.db(database);
      for (const name of COLLECTIONS)
        await db.createCollection(name, { changeStreamPreAndPostImages: { enabled: true } });
      const writers = Array.from({ length: WRITERS }, (_, share) => new Writer(share));
      await Promise.all(writers.map((writer) => writer.change(client, database, 30)));
      let written = false;
      const writing = Promise.all(
        writers.map((writer) => writer.change(client, database, Math.ceil(CHANGES / WRITERS))),
      ).finally(() => {
        written = true;
      });
      const killing = killServer(SERVER_KILLS, writers);
      const options = sourceOptions(service, database, {
        'change.stream.full.document': 'required',
        'output.json.formatter': 'canonical',
        // A newer moment after every batch, which is where mistakes would be.
        'startup.mode.copy.existing.slice.ms': '0',
        'poll.max.batch.size': '7',
        'poll.await.time.ms': '50',
        'heartbeat.interval.ms': '0',
      });
      const log = await capture(options, () => written);
      await Promise.all([writing, killing]);
      const { records } = log;
      expectEachChangeOnce(records);
      expect(records.some(({ headers }) => headers.some(({ value }) => value === 'r'))).toBe(true);

      const expected = await contents(client, database);
      expect(expected.length).toBeGreaterThan(0);
      const map = Object.fromEntries(COLLECTIONS.map((name) => [`${database}.${name}`, name]));
      for (const guarantee of ['at_least_once', 'exactly_once']) {
        const target = service.database();
        const more = { 'topic.collection.map': JSON.stringify(map), 'delivery.guarantee': guarantee };
        await deliver(records, sinkOptions(service, target, more));
        expect(await contents(client, target), guarantee).toEqual(expected);
        await client.db(target).dropDatabase();
      }
      await db.dropDatabase();
    },
    CHANGES > 5_000 ? 1_800_000 : 90_000,
  );
});
