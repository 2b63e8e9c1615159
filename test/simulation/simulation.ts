/** What became of one seed. */
export interface Played {
  /** The promise that was not kept; null where all were. */
  readonly broken: string | null;
  /** What happened, a line for each. */
  readonly trace: readonly string[];
}

/** Something that `npm run simulate:cores` can play: from the same seed always the same. */
export interface Simulation {
  /** What is played, in a line. */
  readonly about: string;
  /** Patterns of the files that it rests on, from the root: where they change, a run that was cut off begins anew. */
  readonly sources: readonly string[];
  /** Names of the bugs that can be planted, each of which must be found. */
  readonly bugs: readonly string[];
  /** Played between two notes of how far a run has come: some seconds' worth. */
  readonly seedsAStep: number;
  play(seed: number, bug: string | null): Played | Promise<Played>;
}
