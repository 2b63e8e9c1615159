import { isMillraceError, type Schema, type SinkRecord } from '@millrace/sdk';
import { eventually, MemoryOffsets, randomBelow, SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elasticSink, elasticSource } from './connectors.ts';
import { Service, START_MS, unavailable } from './service.ts';

/** `MODEL_CHANGES=50000 MODEL_SEED=7 MODEL_SERVER_KILLS=10 npx vitest run --project acceptance connectors/elasticsearch/test/model.test.ts` */
const CHANGES = Number(process.env.MODEL_CHANGES ?? 3_000);
const SEED = Number(process.env.MODEL_SEED ?? 20_261);
const SERVER_KILLS = Number(process.env.MODEL_SERVER_KILLS ?? 1);
const ROWS = 150;
const PARTITIONS = 3;
const BATCH = 97;

const service = new Service();

const rowSchema: Schema = {
  type: 'struct',
  fields: [
    { field: 'id', type: 'int32' },
    { field: 'total', type: 'string', optional: true, name: 'io.millrace.data.Numeric' },
    { field: 'at', type: 'string', optional: true, name: 'io.debezium.time.ZonedTimestamp' },
    { field: 'notes', type: 'array', optional: true, items: { type: 'string' } },
  ],
};

/** Rows that come, change and go, as PostgresSource gives them, and the table as it is in the end. */
function changesOf(topic: string) {
  const below = randomBelow(SEED);
  const table = new Map<string, unknown>();
  const ends = new Array<number>(PARTITIONS).fill(0);
  const records: SinkRecord[] = [];
  while (records.length < CHANGES) {
    const id = below(ROWS);
    const partition = id % PARTITIONS;
    const isGone = table.has(String(id)) && below(4) === 0;
    const value = isGone ? null : rowOf(id, below);
    if (isGone) table.delete(String(id));
    else table.set(String(id), value);
    const offset = ends[partition] ?? 0;
    ends[partition] = offset + 1;
    records.push({
      ...{ topic, partition, offset, key: { id }, value, headers: [], timestamp: null },
      ...(!isGone && { valueSchema: rowSchema }),
    });
  }
  return { records, table };
}

const rowOf = (id: number, below: (below: number) => number) => ({
  id,
  total: below(20) === 0 ? 'NaN' : `${below(1_000_000)}.${below(10)}0`,
  at: below(20) === 0 ? 'infinity' : new Date(below(2_000_000_000) * 1_000).toISOString(),
  notes: Array.from({ length: below(4) }, (_, n) => `note ${n} ${'x'.repeat(below(50))}`),
});

/** Once each at its share of the work, whatever that takes. */
class Kills {
  readonly #at: number[];
  #under: Promise<void> | null = null;
  #failure: unknown = null;
  made = 0;

  constructor(times: number, total: number) {
    this.#at = Array.from({ length: times }, (_, kill) => Math.floor((total * (kill + 1)) / (times + 1)));
  }

  /** Begins the next one if it is time; work goes on meanwhile. */
  reached(done: number): void {
    if (this.#under || this.#at[0] === undefined || done < this.#at[0]) return;
    this.#at.shift();
    this.#under = this.#kill()
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#under = null;
      });
  }

  /** Until the server is back. */
  async settled(): Promise<void> {
    await this.#under;
    if (this.#failure) throw this.#failure;
  }

  async #kill(): Promise<void> {
    await service.kill();
    await service.start();
    this.made++;
  }
}

/** Writes all, with deaths of tasks in the middle of a write, after which records come again. */
async function deliver(
  records: readonly SinkRecord[],
  options: Record<string, string>,
  kills: Kills,
): Promise<void> {
  const below = randomBelow(SEED * 17);
  for (let at = 0; at < records.length; ) {
    const task = new SinkHarness(elasticSink, options, { name: 'model' });
    try {
      await task.start();
      for (let batches = 1 + below(6); batches > 0 && at < records.length; batches--) {
        kills.reached(at);
        const writing = task.write(records.slice(at, at + BATCH));
        if (below(5) === 0) {
          writing.catch(() => undefined);
          break;
        }
        await writing;
        at += BATCH;
      }
    } catch (error) {
      if (!isMillraceError(error) || error.class !== 'transient') throw error;
      await kills.settled();
    } finally {
      await task.stop();
    }
    if (at < records.length) at = Math.max(0, at - below(2 * BATCH));
  }
}

/** Reads on with deaths, until the newest of what it has read is what is in the index. */
async function follow(index: string, isWritten: () => boolean): Promise<ReadonlyMap<unknown, unknown>> {
  const below = randomBelow(SEED * 31);
  const offsets = new MemoryOffsets();
  const newest = new Map<unknown, unknown>();
  const options = { ...service.options, index, 'poll.interval.ms': '50', 'batch.size': '50' };
  for (let quiet = 0; quiet < 2; ) {
    const task = new SourceHarness(elasticSource, options, { offsets });
    try {
      await task.start();
      for (let polls = 1 + below(20); polls > 0 && quiet < 2; polls--) {
        const finished = isWritten();
        const records = await task.poll(3_000);
        quiet = finished && records === null ? quiet + 1 : 0;
        // What was read and is not durable dies with the task.
        const kept = below(5) === 0 ? (records ?? []).slice(0, below(40)) : (records ?? []);
        for (const { key, value, sourcePartition: partition, sourceOffset: offset } of kept) {
          newest.set(key, value);
          offsets.put({ partition, offset });
        }
        if (kept.length < (records ?? []).length) break;
      }
    } catch (error) {
      if (!isMillraceError(error) || error.class !== 'transient') throw error;
      await eventually('the server is back', async () => (await service.isUp()) || undefined, START_MS);
    } finally {
      await task.stop();
    }
  }
  return newest;
}

describe.skipIf(unavailable !== undefined)('rows to documents and back, with deaths on the way', () => {
  beforeAll(async () => {
    await service.start();
  }, START_MS);
  afterAll(() => service.close());

  it(
    'leaves the index as the table is, and gives the newest of each document to who follows it',
    async () => {
      const index = service.index();
      const { records, table } = changesOf(index);
      await service.use((client) =>
        client.indices.create({ index, settings: { number_of_shards: 2 }, mappings: {} }),
      );
      const kills = new Kills(SERVER_KILLS, records.length);
      let isWritten = false;
      const writing = deliver(records, { ...service.options, 'retry.backoff.ms': '20' }, kills).finally(
        () => {
          isWritten = true;
        },
      );
      const following = follow(index, () => isWritten);
      await writing;
      await kills.settled();
      expect(kills.made).toBe(SERVER_KILLS);
      const documents = await service.documents(index);
      expect(documents).toEqual(table);
      const newest = await following;
      for (const [id, document] of documents) expect(newest.get(id), id).toEqual(document);
    },
    CHANGES > 5_000 ? 3_600_000 : 600_000,
  );
});
