import { type Service, startService } from '@millrace/test/support';
import { type Collection, type Document, MongoClient } from 'mongodb';

const INSERT_AT_ONCE = 1_000;
/** A backlog of all documents must fit, of every connector that reads it. */
const OPLOG_MB = 4096;
/** The service starts with less than what is moved. */
const CACHE = 'cache_size=1G';

/** The database that everything is in. */
export const DATABASE = 'db';

/** Some 250 B of JSON. */
export function documentOf(n: number): Document {
  return {
    n,
    name: `customer number ${n}`.padEnd(32, 'x'),
    total: (n % 100_000) / 100,
    ok: n % 2 === 0,
    at: '2026-01-01T00:00:00.000Z',
    address: { street: `street ${n % 1000}`, city: 'somewhere', zip: String(10_000 + (n % 90_000)) },
    tags: ['one', 'two', 'three'],
    note: 'the quick brown fox jumps over the lazy dog',
  };
}

/** A MongoDB under measurement: a replica set of one. */
export class MongoServer {
  readonly uri: string;
  readonly #service: Service;
  readonly #client: MongoClient;

  private constructor(service: Service) {
    this.uri = service.url;
    this.#service = service;
    this.#client = new MongoClient(service.url);
  }

  static async start(): Promise<MongoServer> {
    const env = { MONGODB_OPLOG_MB: String(OPLOG_MB) };
    const server = new MongoServer(await startService('mongodb', { env }));
    await server.#client.db('admin').command({ setParameter: 1, wiredTigerEngineRuntimeConfig: CACHE });
    return server;
  }

  collection(name: string): Collection {
    return this.#client.db(DATABASE).collection(name);
  }

  /** Documents `first` to `last`, by one client; the seconds that it took. */
  async insert(name: string, first: number, last: number): Promise<number> {
    const startedMs = performance.now();
    for (let from = first; from <= last; from += INSERT_AT_ONCE) {
      const count = Math.min(INSERT_AT_ONCE, last - from + 1);
      await this.collection(name).insertMany(
        Array.from({ length: count }, (_, index) => documentOf(from + index)),
      );
    }
    return (performance.now() - startedMs) / 1000;
  }

  /** Documents a second that a cursor reads as BSON. */
  async scanRate(name: string): Promise<number> {
    const startedMs = performance.now();
    let read = 0;
    for await (const _ of this.collection(name).find({}, { raw: true, batchSize: 5_000 })) read++;
    return (read * 1000) / (performance.now() - startedMs);
  }

  /** Changes a second that a change stream gives as BSON, from where it is told to begin on. */
  async changesRate(name: string, count: number): Promise<number> {
    const since = await this.#now();
    await this.insert(name, 1, count);
    // The driver's own change stream reads every event; this one leaves them as they come.
    const stage = { $changeStream: { startAtOperationTime: since } };
    const stream = this.collection(name).aggregate([stage], { batchSize: 5_000, raw: true });
    let startedMs = 0;
    for (let read = 0; read < count; read++) {
      await stream.next();
      if (read === 0) startedMs = performance.now();
    }
    const rate = (count * 1000) / (performance.now() - startedMs);
    await stream.close();
    await this.collection(name).drop();
    return rate;
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.#service.stop();
  }

  async #now() {
    const { operationTime } = await this.#client.db('admin').command({ ping: 1 });
    return operationTime;
  }
}
