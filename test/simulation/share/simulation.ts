import type { Simulation } from '../simulation.ts';
import { PLANTED, World } from './world.ts';

export const shareSimulation: Simulation = {
  about: 'a share partition, its leaders and the share coordinator',
  sources: [
    'broker/src/core/{coordinator,share}/**/*.ts',
    'broker/src/testing/*.ts',
    'test/simulation/share/*.ts',
  ],
  bugs: PLANTED,
  seedsAStep: 1_000,
  play(seed, bug) {
    const world = new World(seed, PLANTED.find((name) => name === bug) ?? null);
    try {
      world.run();
      return { broken: null, trace: world.trace };
    } catch (error) {
      return { broken: String(error), trace: world.trace };
    }
  },
};
