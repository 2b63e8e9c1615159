import type { ConfigDef, ConfigOf, ConfigProblem } from '@millrace/foundation';
import type { ConfigProviderPlugin } from './config-provider.ts';
import type { StoredOffset, WantedOffset, WantedPosition } from './offsets.ts';
import type { ConnectRecord } from './record.ts';
import type { Schema } from './schema.ts';
import type { SinkTask, SinkTaskContext, SourceTask, SourceTaskContext, TaskConfig } from './task.ts';
import type { PredicatePlugin, TransformPlugin } from './transform.ts';

/** The version of this API that a plugin is written to; a worker refuses the ones it does not serve. */
export const SDK_VERSION = '1';

/**
 * Another product's connector class that this one stands in for, so that a config moves over as it is. `translate` gets the
 * config as it was written, with that product's option names.
 */
export interface ConnectorAlias {
  /** A Java class name, such as `io.debezium.connector.postgresql.PostgresConnector`. */
  readonly class: string;
  /** `translateOptions` does it by a table. */
  readonly translate: (config: TaskConfig) => TranslatedOptions;
}

export interface TranslatedOptions {
  /** The whole config, with our options for theirs; keys that nobody knows, the runtime's own among them, stay. */
  readonly config: TaskConfig;
  /** Options that we lack, each named by its key. */
  readonly problems: readonly ConfigProblem[];
  /** Their name for each option of ours that came from another one, so that what is wrong is said where it was written. */
  readonly keys?: { readonly [ours: string]: string };
}

/** A change that running a sink would make to its target, such as a table or a column: shown by a preview. */
export interface PlannedChange {
  /** In words: `create table orders (4 columns)`. */
  readonly what: string;
  /** The statement itself, where there is one. */
  readonly statement?: string;
}

interface ConnectorBase<D extends ConfigDef> {
  /** What `connector.class` names, such as `PostgresSource`. */
  readonly class: string;
  /** Classes of other products whose configs it takes. */
  readonly aliases?: readonly ConnectorAlias[];
  readonly version: string;
  /** One sentence for galleries and docs. */
  readonly docs: string;
  readonly config: D;
  /**
   * Problems that need the outside world (a table that is missing, a password that is refused). Called after the
   * definition's own checks passed; bounded by the runtime's time limit. Left out: none.
   */
  readonly validate?: (config: ConfigOf<D>, signal: AbortSignal) => Promise<readonly ConfigProblem[]>;
  /**
   * Called when the connector was deleted or its offsets were reset, and none of its tasks runs any more: what it left in the other
   * system for itself alone may go, such as a replication slot. Once, and only by who did that: what fails is logged, and then a person
   * must clean up. Left out: nothing is left anywhere.
   */
  readonly forget?: (config: ConfigOf<D>, forgotten: Forgotten) => Promise<void>;
}

/** Why a connector's traces may go. */
export interface Forgotten {
  readonly connector: string;
  readonly because: 'deleted' | 'offsets reset';
  /** Aborted when the time for it is over. */
  readonly signal: AbortSignal;
}

/** Whose positions are set by hand. */
export interface AlteredConnector {
  readonly connector: string;
}

export interface SourceConnector<D extends ConfigDef = ConfigDef> extends ConnectorBase<D> {
  readonly type: 'source';
  /** Splits the work into at most `maxTasks` parts, one for each task. */
  readonly taskConfigs: (
    config: ConfigOf<D>,
    maxTasks: number,
  ) => readonly TaskConfig[] | Promise<readonly TaskConfig[]>;
  readonly createTask: (context: SourceTaskContext<D>) => SourceTask;
  /**
   * Whether a task that starts again from its stored offset gives the same records again and no others (KIP-618). Left out:
   * nobody knows, which counts as no where `exactly.once.support=required`.
   */
  readonly exactlyOnce?: (config: ConfigOf<D>) => boolean;
  /** Whether its tasks say where transactions end (`transaction.boundary=connector`). Left out: no. */
  readonly definesTransactions?: (config: ConfigOf<D>) => boolean;
  /** Up to `limit` real records for a preview, read without leaving a trace in the system that they come from. */
  readonly sample?: (
    config: ConfigOf<D>,
    request: { readonly limit: number; readonly signal: AbortSignal },
  ) => Promise<readonly ConnectRecord[]>;
  /**
   * Called when somebody sets or resets offsets of the stopped connector, before they are stored: throws where they can't be
   * taken (class config), and may prepare the source for them. Resetting asks with every stored partition at null.
   * Answers whether it has checked them. Left out: nothing is checked.
   */
  readonly alterOffsets?: (
    config: ConfigOf<D>,
    offsets: readonly WantedOffset[],
    of: AlteredConnector,
  ) => Promise<boolean>;
  /** A stored position in a person's words, such as `transaction 0/16B3748, change 3`. */
  readonly describeOffset?: (offset: StoredOffset) => string;
}

export interface SinkConnector<D extends ConfigDef = ConfigDef> extends ConnectorBase<D> {
  readonly type: 'sink';
  /** Left out: `maxTasks` equal tasks that share the topics' partitions. */
  readonly taskConfigs?: (
    config: ConfigOf<D>,
    maxTasks: number,
  ) => readonly TaskConfig[] | Promise<readonly TaskConfig[]>;
  readonly createTask: (context: SinkTaskContext<D>) => SinkTask;
  /**
   * Whether it keeps offsets in its target, in the transaction of the records that they cover, passes over records that lie before
   * them, and lets only the newest owner of a partition write. The runtime then writes no record behind a culprit before the culprit's
   * dead letter is safe, and never reads by a share group. Left out: no.
   */
  readonly exactlyOnce?: (config: ConfigOf<D>) => boolean;
  /**
   * Called when somebody sets positions of the stopped connector, before its group is told, where it keeps offsets itself: throws where
   * they can't be taken (class config). Answers whether it keeps any. When all are reset, `forget` is called too.
   */
  readonly alterOffsets?: (
    config: ConfigOf<D>,
    positions: readonly WantedPosition[],
    of: AlteredConnector,
  ) => Promise<boolean>;
  /** False where a failed batch can't be written again in parts. */
  readonly bisect?: boolean;
  /** What writing these records would change in the target, for a preview; changes nothing. */
  readonly plan?: (
    config: ConfigOf<D>,
    records: readonly ConnectRecord[],
    signal: AbortSignal,
  ) => Promise<readonly PlannedChange[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of connectors holds definitions of every shape; the runtime hands each one the config that its own definition parsed
export type AnyConnector = SourceConnector<any> | SinkConnector<any>;

/** A converted value with the schema that belongs to it. */
export interface Converted {
  readonly value: unknown;
  readonly schema?: Schema | undefined;
}

/** Bytes to values and back. Stateless once configured but for caches; called in order. */
export interface Converter {
  /** @throws {MillraceError} class poison when the value can't be written */
  fromConnect(topic: string, schema: Schema | undefined, value: unknown): Buffer | null;
  /** @throws {MillraceError} class poison when the bytes can't be read */
  toConnect(topic: string, bytes: Buffer | null): Converted;
  /**
   * For converters that must ask somebody first, such as a registry of schemas: called before each `fromConnect`, which waits
   * for the promise. Null, as it mostly is: everything needed is known.
   * @throws {MillraceError} class transient where it can't be asked now
   */
  beforeFromConnect?(topic: string, schema: Schema | undefined, value: unknown): Promise<void> | null;
  /** The same before each `toConnect`. */
  beforeToConnect?(topic: string, bytes: Buffer | null): Promise<void> | null;
}

export interface ConverterPlugin<D extends ConfigDef = ConfigDef> {
  readonly type: 'converter';
  /** What `key.converter` and `value.converter` name, such as `JsonConverter`. */
  readonly class: string;
  /** Other names it answers to, such as Kafka's own class name. */
  readonly aliases?: readonly string[];
  readonly version: string;
  readonly docs: string;
  readonly config: D;
  readonly create: (config: ConfigOf<D>, isKey: boolean) => Converter;
}

// biome-ignore lint/suspicious/noExplicitAny: as for AnyConnector
export type AnyConverter = ConverterPlugin<any>;

export type AnyPlugin =
  | AnyConnector
  | AnyConverter
  // biome-ignore lint/suspicious/noExplicitAny: as for AnyConnector
  | TransformPlugin<any>
  // biome-ignore lint/suspicious/noExplicitAny: as for AnyConnector
  | PredicatePlugin<any>
  // biome-ignore lint/suspicious/noExplicitAny: as for AnyConnector
  | ConfigProviderPlugin<any>;

/** A package's default export: everything that it brings, and the API version it is written to. */
export interface PluginManifest {
  readonly tag: 'millrace-plugin';
  readonly sdk: string;
  readonly name: string;
  readonly plugins: readonly AnyPlugin[];
}

/** Declares a package's plugins; the tag lets a host recognise the manifest without `instanceof`. */
export function definePlugins(manifest: {
  readonly name: string;
  readonly plugins: readonly AnyPlugin[];
}): PluginManifest {
  return { tag: 'millrace-plugin', sdk: SDK_VERSION, ...manifest };
}

/** Declares a source; gives `createTask` and `validate` the type of the parsed configuration. */
export function defineSource<const D extends ConfigDef>(
  connector: Omit<SourceConnector<D>, 'type'>,
): SourceConnector<D> {
  return { type: 'source', ...connector };
}

/** Declares a sink; gives `createTask` and `validate` the type of the parsed configuration. */
export function defineSink<const D extends ConfigDef>(
  connector: Omit<SinkConnector<D>, 'type'>,
): SinkConnector<D> {
  return { type: 'sink', ...connector };
}

/** Declares a converter. */
export function defineConverter<const D extends ConfigDef>(
  converter: Omit<ConverterPlugin<D>, 'type'>,
): ConverterPlugin<D> {
  return { type: 'converter', ...converter };
}
