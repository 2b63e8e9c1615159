import type { Side } from './side.ts';

/** What is asked of both workers in the same way. A scenario takes away what it made. */
export interface Scenario {
  readonly name: string;
  readonly run: (side: Side) => Promise<void>;
  /** Where it ends in the same way on both; left out: in both modes. */
  readonly only?: Mode;
}

export type Mode = 'distributed' | 'standalone';

export function scenario(name: string, run: (side: Side) => Promise<void>, only?: Mode): Scenario {
  return { name, run, ...(only === undefined ? {} : { only }) };
}

/** The class that both know by this name. */
export const SOURCE = 'FileStreamSource';
export const SINK = 'FileStreamSink';

export const sourceConfig = (side: Side, more: Readonly<Record<string, unknown>> = {}) => ({
  'connector.class': SOURCE,
  topic: side.named('lines'),
  file: side.file('in.txt'),
  ...more,
});

export const sinkConfig = (side: Side, more: Readonly<Record<string, unknown>> = {}) => ({
  'connector.class': SINK,
  topics: side.named('lines'),
  file: side.file('out.txt'),
  ...more,
});
