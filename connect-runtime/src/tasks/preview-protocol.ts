import type { ErrorReport } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { ConfigSources, TaskWorkerSettings } from './host-protocol.ts';

export interface PreviewRequest {
  readonly module: string;
  readonly class: string;
  /** The connector's name: of its secrets, and of no group. */
  readonly connector: string;
  readonly config: ConnectorConfig;
  readonly sources: ConfigSources;
  readonly worker: TaskWorkerSettings;
  /** How many records are sampled. */
  readonly limit: number;
  readonly timeoutMs: number;
}

/** A part of a record as people read it. */
export interface ShownValue {
  /** JSON, cut where it is long; null stands for an absent value. */
  readonly text: string;
  readonly truncated: boolean;
  /** The schema's type and name, such as `struct public.orders.Value`; null where there is no schema. */
  readonly schema: string | null;
}

export interface ShownRecord {
  readonly topic: string;
  readonly partition: number | null;
  readonly timestamp: number | null;
  readonly key: ShownValue;
  readonly value: ShownValue;
  readonly headers: readonly { readonly key: string; readonly value: ShownValue }[];
}

/** One difference between a record before and after a step. */
export interface RecordDifference {
  readonly op: 'add' | 'remove' | 'replace';
  /** A JSON pointer into `{topic, partition, timestamp, key, value, headers, keySchema, valueSchema}`. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/** What one transform made of one record. */
export interface PreviewStep {
  /** Its name in `transforms`. */
  readonly name: string;
  /** What came out: one, several or none; of many the first. */
  readonly records: readonly ShownRecord[];
  /** How many more came out than are shown. */
  readonly more?: number;
  /** Where one record became one. */
  readonly differences: readonly RecordDifference[];
}

export interface PreviewedRecord {
  /** Where a sink's record was read; null for a source. */
  readonly readFrom: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
  /** As the source gave it, or as the converters read it; null where they could not. */
  readonly before: ShownRecord | null;
  /** The steps up to the one that failed or dropped it. */
  readonly steps: readonly PreviewStep[];
  /** What would be produced, or given to the sink; of many the first. */
  readonly after: readonly ShownRecord[];
  /** How many more there would be than are shown. */
  readonly more?: number;
  /** Bytes of key and value that a source would produce, each of `after`; a sink's as they were read. */
  readonly sizes: readonly { readonly keyBytes: number; readonly valueBytes: number }[];
  readonly error: ErrorReport | null;
}

export interface PreviewResult {
  readonly type: 'source' | 'sink';
  /** Null where records were sampled; otherwise why there are none, such as a connector that cannot be sampled. */
  readonly withoutRecords: string | null;
  readonly records: readonly PreviewedRecord[];
  /** Topics that would be written to, and whether they are there. */
  readonly topics: readonly {
    readonly name: string;
    readonly exists: boolean;
    readonly purpose: 'records' | 'dead letters';
  }[];
  /** What a sink would change in its target before it writes; null where it does not say. */
  readonly plan: readonly { readonly what: string; readonly statement?: string }[] | null;
  /** What went wrong beyond single records: the system could not be reached, the plan could not be made. */
  readonly error: ErrorReport | null;
}
