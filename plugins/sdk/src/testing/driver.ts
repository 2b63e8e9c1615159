import type { PluginManifest } from '../plugin.ts';
import type { SinkRecord, SourceRecord } from '../record.ts';

/** What the suite writes into a system and expects of it: a text under a key. Null is a deletion. */
export interface Entry {
  readonly key: string;
  readonly value: string | null;
}

/** Connector options as a user writes them. */
export type Options = Readonly<Record<string, string>>;

/** Options that must be refused. */
export interface Refusal {
  /** Such as `an unknown format`. */
  readonly what: string;
  /** Laid over the options of a place. */
  readonly options: Options;
  /** The option that the problem must name. */
  readonly key: string;
}

/**
 * What a test gets to itself: a table, a file, an index, empty at first. What the place itself needs (a connection) is
 * opened with it and closed by `close`: whatever else is open after a test counts as leaked by the task.
 */
export interface Place {
  /** Options without `name` and `connector.class`, which are the runtime's. */
  readonly options: Options;
  /** Options under which `start` must fail: a password that is wrong, a server that is not there. */
  readonly unstartable?: Options;
  close(): Promise<void>;
}

export interface SourcePlace extends Place {
  /** Puts entries into the system, in this order; resolves when a reader can see them. */
  insert(entries: readonly Entry[]): Promise<void>;
  /** The entry that a record carries; null for records of the connector's own, such as heartbeats. */
  entryOf(record: SourceRecord): Entry | null;
  /** Cuts what an abandoned task still holds, such as its connection, as the death of its process would. */
  sever?(): Promise<void>;
}

export interface SinkPlace extends Place {
  /** The entry as a record of this sink. */
  record(entry: Entry, position: { readonly partition: number; readonly offset: number }): SinkRecord;
  /** What stands in the system: in order of writing where `keeps` is `all`, in any order where it is `last`. */
  contents(): Promise<readonly Entry[]>;
  /** A record that the system will never take. */
  poison?(position: { readonly partition: number; readonly offset: number }): SinkRecord;
}

/** Breaks the system (or the way to it) and mends it again. */
export interface Outage {
  begin(): Promise<void>;
  end(): Promise<void>;
}

interface SideDriver {
  /** The `connector.class` under test. */
  readonly class: string;
  readonly refusals?: readonly Refusal[];
  /** Texts beyond the common ones that the system can hold. */
  readonly oddValues?: readonly string[];
  /** Left out: the outage tests are skipped. */
  readonly outage?: Outage;
  /** How long the system may take to give what is in it; 30,000 where it is left out. */
  readonly patienceMs?: number;
}

export interface SourceDriver extends SideDriver {
  open(): Promise<SourcePlace>;
  readonly abilities?: {
    /** Gives deletions as tombstones. */
    readonly deletes?: boolean;
    /** Resumes right after the durable offset, without repeats. */
    readonly exactResume?: boolean;
  };
}

export interface SinkDriver extends SideDriver {
  open(): Promise<SinkPlace>;
  /** Laid over the options of a place: with these it keeps offsets in the target, and every record in effect once. */
  readonly exactlyOnce?: Options;
  readonly abilities: {
    /** `last`: one entry a key, the last one. `all`: every record stays. */
    readonly keeps: 'last' | 'all';
    /** A batch that is written again changes nothing. */
    readonly idempotent: boolean;
    /** What becomes of a null value. */
    readonly tombstones: 'delete' | 'keep' | 'skip' | 'refuse';
  };
}

/** Tells the acceptance suite how to reach a system and what it can do. */
export interface AcceptanceDriver {
  readonly manifest: PluginManifest;
  /** Before all tests, such as starting a server; and after them. */
  setup?(): Promise<void>;
  teardown?(): Promise<void>;
  /** Why the system can't be had on this machine: skips everything that needs it, and prints the reason. */
  readonly unavailable?: string | undefined;
  readonly source?: SourceDriver;
  readonly sink?: SinkDriver;
}
