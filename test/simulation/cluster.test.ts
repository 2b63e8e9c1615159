import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCluster } from './cluster/cluster-run.ts';
import { keptSeeds } from './cluster/kept-seeds.ts';
import { plantedBugs } from './cluster/planted-bugs.ts';
import { playSeeds } from './cluster/seed-pool.ts';

/** Fresh seeds are played for so long, in CI for a minute; the long form is `npm run simulate`. */
const RUN_MS = Number(process.env.CLUSTER_SIMULATION_MS ?? (process.env.CI === undefined ? 15_000 : 60_000));
const FIRST_SEED = Number(process.env.CLUSTER_SEED ?? randomInt(1, 2 ** 31));
/** Planted here each time, as they are found soon; the whole list is `npm run simulate -- --bugs`. */
const PLANTED_HERE = ['a record counts as committed before the in-sync set has it'];
const SEEDS_FOR_A_BUG = 500;

describe('whole brokers under faults', () => {
  it.each(keptSeeds)('are well under seed %i: %s', async (seed) => {
    expect((await runCluster({ seed })).violation).toBeNull();
  });

  it('do the same again from the same seed', async () => {
    const play = async (seed: number) => {
      const lines: string[] = [];
      await runCluster({ seed, say: (line) => lines.push(line) });
      return lines;
    };
    expect(await play(3)).toEqual(await play(3));
  });

  it('lose nothing that is acknowledged, and come together again', { timeout: RUN_MS + 60_000 }, async () => {
    const untilMs = performance.now() + RUN_MS;
    let acknowledged = 0;
    let seed = FIRST_SEED;
    do {
      const result = await runCluster({ seed });
      expect(result.violation, `again by: npm run simulate -- --seed ${seed}`).toBeNull();
      acknowledged += result.acknowledged;
      seed += 1;
    } while (performance.now() < untilMs);
    expect(acknowledged).toBeGreaterThan(0);
  });
});

describe('bugs that are planted', () => {
  it.each(Object.entries(plantedBugs))('have their place in the sources: %s', (_name, { file, right }) => {
    const source = readFileSync(new URL(`../../broker/src/${file}`, import.meta.url), 'utf8');
    expect(source.split(right)).toHaveLength(2);
  });

  it.each(PLANTED_HERE)('are found: %s', async (bug) => {
    let found: string | undefined;
    await playSeeds({
      workers: 1,
      bug,
      from: 1,
      count: SEEDS_FOR_A_BUG,
      played({ failed }) {
        found = failed[0]?.violation;
        return found === undefined;
      },
    });
    expect(found).toBeDefined();
  });
});
