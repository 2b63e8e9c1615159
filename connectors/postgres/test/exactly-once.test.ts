import { isMillraceError, type SinkRecord } from '@millrace/sdk';
import { randomBelow, SinkHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresSink, sinkOptions } from './connectors.ts';
import { Service, unavailable } from './service.ts';

/** `MODEL_RECORDS=50000 MODEL_SEED=7 npx vitest run --project acceptance connectors/postgres/test/exactly-once.test.ts` */
const RECORDS = Number(process.env.MODEL_RECORDS ?? 3_000);
const SEED = Number(process.env.MODEL_SEED ?? 20_261);
const PARTITIONS = 3;
const BATCH_MAX = 60;

const service = new Service();

const recordAt = (partition: number, offset: number): SinkRecord => ({
  ...{ topic: 'shop.public.t', partition, offset, key: null, headers: [], timestamp: null },
  value: { p: partition, o: offset },
});

/** A consumer group of one member: what it committed lags behind what was written, and every task begins there. */
class Group {
  readonly committed = new Array<number>(PARTITIONS).fill(0);
  readonly positions = new Array<number>(PARTITIONS).fill(0);
  readonly #below: (below: number) => number;

  constructor(below: (below: number) => number) {
    this.#below = below;
  }

  rewind(): void {
    for (let partition = 0; partition < PARTITIONS; partition++)
      this.positions[partition] = this.committed[partition] ?? 0;
  }

  next(): readonly SinkRecord[] {
    return this.positions.flatMap((from, partition) => {
      const to = Math.min(RECORDS / PARTITIONS, from + this.#below(BATCH_MAX));
      return Array.from({ length: Math.max(0, to - from) }, (_, index) => recordAt(partition, from + index));
    });
  }

  written(batch: readonly SinkRecord[]): void {
    for (const { partition, offset } of batch) this.positions[partition] = offset + 1;
  }

  commit(): void {
    for (const [partition, position] of this.positions.entries()) this.committed[partition] = position;
  }

  get done(): boolean {
    return this.committed.every((offset) => offset >= RECORDS / PARTITIONS);
  }
}

describe.skipIf(unavailable !== undefined)('exactly once into PostgreSQL, with deaths on the way', () => {
  let name = '';
  let db: pg.Client;
  const zombies: SinkHarness[] = [];

  beforeAll(async () => {
    await service.start();
    ({ name, db } = await service.database());
    // Nothing in this table would hold back a record that comes twice.
    await db.query('CREATE TABLE t (p int, o int)');
  });
  afterAll(async () => {
    for (const zombie of zombies) await zombie.stop();
    await service.close();
  });

  const options = () =>
    sinkOptions(service, name, {
      ...{ 'insert.mode': 'insert', 'pk.mode': 'none', 'delete.enabled': 'false' },
      'delivery.guarantee': 'exactly_once',
    });
  /** Cuts all connections of sinks, whatever they are doing: also a commit whose answer is then lost. */
  const sever = () =>
    db.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace'");

  it(
    'writes each record once, whoever dies, lives on or is cut off',
    async () => {
      const below = randomBelow(SEED);
      const group = new Group(below);
      const refusals = new Set<string>();
      const tolerated = (error: unknown) => {
        if (!isMillraceError(error) || error.class !== 'transient') throw error;
        refusals.add(error.code);
      };
      while (!group.done) {
        const task = new SinkHarness(postgresSink, options());
        zombies.push(task);
        group.rewind();
        try {
          await task.start();
          await task.open(group.positions.map((_, partition) => ({ topic: 'shop.public.t', partition })));
          for (let batches = 1 + below(6); batches > 0; batches--) {
            const batch = group.next();
            if (batch.length === 0) break;
            const writing = task.write(batch);
            if (below(4) === 0)
              await Promise.all([
                writing,
                below(2) === 0 ? sever() : zombieWrites(zombies, batch, tolerated),
              ]);
            await writing;
            group.written(batch);
            if (below(3) > 0) group.commit();
          }
          if (below(4) === 0) group.commit();
        } catch (error) {
          tolerated(error);
        }
        for (const old of zombies.splice(0, zombies.length - 2)) await old.stop();
        // The last of a partition is committed without luck.
        if (group.positions.every((at) => at >= RECORDS / PARTITIONS)) group.commit();
      }
      const { rows } = await db.query(
        'SELECT p, count(*)::int AS n, count(DISTINCT o)::int AS d FROM t GROUP BY p ORDER BY p',
      );
      const n = RECORDS / PARTITIONS;
      expect(rows).toEqual(group.committed.map((_, p) => ({ p, n, d: n })));
      // It was a test only if tasks were fenced and cut off.
      expect(refusals.size).toBeGreaterThan(0);
    },
    RECORDS > 10_000 ? 900_000 : 60_000,
  );
});

/** Tasks that were declared dead and live on write what they once read. */
async function zombieWrites(
  zombies: readonly SinkHarness[],
  batch: readonly SinkRecord[],
  tolerated: (error: unknown) => void,
): Promise<void> {
  await Promise.all(zombies.slice(0, -1).map((zombie) => zombie.write(batch).catch(tolerated)));
}
