import { connectSimulation } from './connect/simulation.ts';
import { groupSimulation } from './groups/simulation.ts';
import { shareSimulation } from './share/simulation.ts';
import type { Simulation } from './simulation.ts';

/** All that `npm run simulate:cores` plays, by the word that asks for it. */
export const simulations: Readonly<Record<string, Simulation>> = {
  connect: connectSimulation,
  groups: groupSimulation,
  share: shareSimulation,
};
