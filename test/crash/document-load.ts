import { mkdirSync } from 'node:fs';
import { type AnyBulkWriteOperation, BSON, type Document, Long, MongoClient, ObjectId } from 'mongodb';
import { eventually, type Service, startService } from '../support/index.ts';
import { descendantsOf, survivors } from './process-tree.ts';
import { SeededRandom } from './seeded-random.ts';
import type { StagedLoad } from './staged-run.ts';

const FROM = 'origin';
const TO = 'copy';
const OFFSETS = 'offsets';
const COLLECTIONS = ['orders', 'people', 'zebras'];
const WRITERS = 4;
const IDS = 400;
const INITIAL = 400;
const BACK_MS = 60_000;
const END_MS = 10_000;

const jsonConverters = {
  'key.converter': 'JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'JsonConverter',
  'value.converter.schemas.enable': 'false',
};

/** Of every type that sorts apart from the others. */
const idOf = (n: number): unknown =>
  [
    (i: number) => i,
    (i: number) => `id ${i}`,
    (i: number) => ObjectId.createFromTime(i),
    (i: number) => ({ part: i, of: 'a whole' }),
    (i: number) => new Date(i * 1000),
    (i: number) => Long.fromString('9007199254740993').add(i),
    (i: number) => i + 0.5,
  ][n % 7]?.(n);

/** MongoDB to MongoDB, exactly once: documents that four writers change, some of them in transactions, of which some are aborted. */
export class DocumentLoad implements StagedLoad {
  readonly server = 'MongoDB';
  readonly #random: readonly SeededRandom[];
  #folder = '';
  #service: Service | null = null;
  #client: MongoClient | null = null;
  #changes = 0;
  #arrived = 0;

  constructor(seed: number) {
    this.#random = Array.from({ length: WRITERS }, (_, writer) => new SeededRandom(seed * WRITERS + writer));
  }

  get changes(): number {
    return this.#changes;
  }

  get connectors() {
    const connection = { 'connection.uri': this.#uri };
    const map = Object.fromEntries(COLLECTIONS.map((name) => [`mongo.${FROM}.${name}`, name]));
    return {
      capture: {
        ...{ ...connection, ...jsonConverters, 'connector.class': 'MongoDbSource', database: FROM },
        ...{ 'topic.prefix': 'mongo', 'output.json.formatter': 'canonical' },
        'change.stream.full.document': 'required',
        'startup.mode.copy.existing.slice.ms': '200',
        'topic.creation.default.partitions': '3',
        'topic.creation.default.replication.factor': '1',
      },
      copy: {
        ...{ ...connection, ...jsonConverters, 'connector.class': 'MongoDbSink', database: TO },
        ...{ 'tasks.max': '2', topics: Object.keys(map).join(',') },
        'topic.collection.map': JSON.stringify(map),
        'delivery.guarantee': 'exactly_once',
        'offsets.collection': OFFSETS,
      },
    };
  }

  async begin(folder: string): Promise<void> {
    mkdirSync(folder);
    this.#folder = folder;
    await this.#start();
    this.#client = await new MongoClient(this.#uri).connect();
    const db = this.#connected.db(FROM);
    for (const name of COLLECTIONS)
      await db.createCollection(name, { changeStreamPreAndPostImages: { enabled: true } });
    await this.writeUpTo(INITIAL);
  }

  async writeUpTo(changes: number): Promise<void> {
    await Promise.all(
      this.#random.map(async (random, writer) => {
        while (this.#changes < changes) await this.#change(random, writer);
      }),
    );
  }

  async arrived(): Promise<number> {
    const stored = await this.#connected
      .db(TO)
      .collection(OFFSETS)
      .find()
      .toArray()
      .catch(() => null);
    if (stored) this.#arrived = stored.reduce((sum, { offset }) => sum + Number(offset), 0);
    return this.#arrived;
  }

  async kill(): Promise<void> {
    const pids = descendantsOf(this.#service?.pid ?? 0);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await survivors(pids, END_MS);
    await this.#service?.stop();
    await this.#start();
  }

  async differences(): Promise<readonly string[]> {
    const [expected, found] = [await this.#documents(FROM), await this.#documents(TO)];
    const wrong = [...expected]
      .filter(([id, text]) => found.get(id) !== text)
      .map(([id, text]) => `${id} is ${found.get(id) ?? 'missing'}, not ${text}`);
    const gone = [...found.keys()].filter((id) => !expected.has(id)).map((id) => `${id} should be gone`);
    return [...wrong, ...gone];
  }

  async compared(): Promise<number> {
    return (await this.#documents(FROM)).size;
  }

  async end(): Promise<void> {
    await this.#client?.close();
    await this.#service?.stop();
  }

  get #uri(): string {
    return this.#service?.url ?? '';
  }

  get #connected(): MongoClient {
    if (!this.#client) throw new TypeError('used before it has begun');
    return this.#client;
  }

  async #start(): Promise<void> {
    const port = this.#service?.port;
    this.#service = await startService('mongodb', {
      env: { SERVICE_DATA: this.#folder },
      ...(port !== undefined && { port }),
    });
    // With its 256 MB it stands still now and then until the next checkpoint, a minute later.
    const client = await new MongoClient(this.#uri).connect();
    await client.db('admin').command({ setParameter: 1, wiredTigerEngineRuntimeConfig: 'cache_size=1GB' });
    await client.close();
  }

  /** One change, or several in a transaction; where the server was killed, nobody knows which of them were made. */
  async #change(random: SeededRandom, writer: number): Promise<void> {
    const session = random.chance(0.2) ? this.#connected.startSession() : undefined;
    const isAborted = session !== undefined && random.chance(0.3);
    const writes = Array.from({ length: session ? random.between(1, 5) : 1 }, () =>
      randomWrite(random, writer),
    );
    try {
      session?.startTransaction();
      for (const { name, write } of writes) {
        const collection = this.#connected.db(FROM).collection(name);
        await collection.bulkWrite([write], { ...(session && { session }) });
      }
      if (isAborted) await session?.abortTransaction();
      else await session?.commitTransaction();
      if (!isAborted) this.#changes += writes.length;
    } catch {
      await eventually(() => this.#connected.db(FROM).command({ ping: 1 }), {
        what: 'the server to be back',
        timeoutMs: BACK_MS,
      });
    } finally {
      await session?.endSession();
    }
  }

  async #documents(database: string): Promise<ReadonlyMap<string, string>> {
    const all = new Map<string, string>();
    for (const name of COLLECTIONS) {
      const documents = this.#connected.db(database).collection(name).find({}, { promoteValues: false });
      for await (const document of documents) {
        const id = BSON.EJSON.stringify(document._id as unknown as Document, { relaxed: false });
        all.set(`${name} ${id}`, BSON.EJSON.stringify(document, { relaxed: false }));
      }
    }
    return all;
  }
}

function randomWrite(
  random: SeededRandom,
  writer: number,
): { readonly name: string; readonly write: AnyBulkWriteOperation<Document> } {
  const name = COLLECTIONS[random.between(0, COLLECTIONS.length - 1)] ?? '';
  // Each has ids of its own, so that transactions do not meet.
  const filter = { _id: idOf(random.between(0, IDS - 1) * WRITERS + writer) as never };
  const field = `f${random.between(0, 2)}`;
  const value = random.chance(0.2) ? random.text(2_000) : random.between(0, 99);
  if (random.chance(0.2)) return { name, write: { deleteOne: { filter } } };
  if (random.chance(0.3))
    return {
      name,
      write: { replaceOne: { filter, replacement: { list: [value, { a: 'b' }] }, upsert: true } },
    };
  return { name, write: { updateOne: { filter, update: { $set: { [field]: value } }, upsert: true } } };
}
