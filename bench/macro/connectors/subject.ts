import type { ConnectSide, RunningWorker } from '../connect/side.ts';
import type { TopicWatch } from './topic-watch.ts';

export type Config = Readonly<Record<string, string>>;

/** The column of what a server does without a connector. */
export const SERVER = 'the server alone';

/** Takes a figure of the current round down, under the side that is measured or under {@link SERVER}. */
export type Note = (row: string, figure: number) => void;

/** Connectors of one kind of server, with the server. */
export interface Subject {
  /** Heading of their section. */
  readonly title: string;
  /** Who the peer is, and how much is moved. */
  readonly about: string;
  /** Sides of `ConnectSide` that have connectors for it. */
  readonly sides: readonly ConnectSide['name'][];
  /** What both sides read. */
  prepare(topics: TopicWatch): Promise<void>;
  /** All measurements of one side; `prefix` is one of its own, for names of connectors, topics and tables. */
  round(of: {
    readonly side: ConnectSide;
    readonly worker: RunningWorker;
    readonly topics: TopicWatch;
    readonly prefix: string;
    readonly note: Note;
  }): Promise<void>;
  /** What the server does alone. */
  alone(note: Note): Promise<void>;
  close(): Promise<void>;
}
