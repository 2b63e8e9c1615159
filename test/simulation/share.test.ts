import { describe, expect, it } from 'vitest';
import { PLANTED, type Plant, World } from './share/world.ts';

const SEEDS = 400;
/** Within so many a planted bug must be found. */
const BUG_SEEDS = 300;

function play(seed: number, plant: Plant | null = null): number {
  const world = new World(seed, plant);
  try {
    world.run();
  } catch (error) {
    throw new Error(`npm run simulate:cores -- share --seed ${seed} plays it again`, { cause: error });
  }
  return world.acceptedCount;
}

describe('a share partition under faults', () => {
  it(`keeps its promises in ${SEEDS} runs`, () => {
    let accepted = 0;
    for (let seed = 1; seed <= SEEDS; seed++) accepted += play(seed);
    expect(accepted, 'work gets done meanwhile').toBeGreaterThan(SEEDS * 10);
  });

  it.each(PLANTED)('is found out where it %s', (plant) => {
    expect(() => {
      for (let seed = 1; seed <= BUG_SEEDS; seed++) play(seed, plant);
    }).toThrow();
  });
});
