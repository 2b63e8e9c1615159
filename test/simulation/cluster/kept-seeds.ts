/**
 * Seeds that found something which is mended since, with what it was: they are played again with every `npm test`. A change of the
 * simulation itself gives seeds another meaning; what was mended is then planted again (`planted-bugs.ts`) rather than kept here.
 */
export const keptSeeds: readonly (readonly [seed: number, why: string])[] = [
  [6, 'a broker that starts while the controller has a full disk is not refused for good'],
];
