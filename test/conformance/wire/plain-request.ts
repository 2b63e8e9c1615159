import type { Wire } from './wire.ts';

interface Versioned {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** The topic of the requests of every version; it has two partitions. */
export const TOPIC = 'every-version';

/** An API, and one plain request of it in a version. */
export type PlainRequest = readonly [
  Versioned,
  (wire: Wire, version: number, topicId: string) => Promise<unknown>,
];
