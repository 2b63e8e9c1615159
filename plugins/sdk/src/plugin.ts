import type { ConfigDef, ConfigOf, ConfigProblem } from '@millrace/foundation';
import type { Schema } from './schema.ts';
import type { SinkTask, SourceTask, SourceTaskContext, TaskConfig, TaskContext } from './task.ts';

/** The version of this API that a plugin is written to; a worker refuses the ones it does not serve. */
export const SDK_VERSION = '1';

interface ConnectorBase<D extends ConfigDef> {
  /** What `connector.class` names, such as `PostgresSource`. */
  readonly class: string;
  readonly version: string;
  /** One sentence for galleries and docs. */
  readonly docs: string;
  readonly config: D;
  /**
   * Problems that need the outside world (a table that is missing, a password that is refused). Called after the
   * definition's own checks passed; bounded by the runtime's time limit. Left out: none.
   */
  readonly validate?: (config: ConfigOf<D>, signal: AbortSignal) => Promise<readonly ConfigProblem[]>;
}

export interface SourceConnector<D extends ConfigDef = ConfigDef> extends ConnectorBase<D> {
  readonly type: 'source';
  /** Splits the work into at most `maxTasks` parts, one for each task. */
  readonly taskConfigs: (
    config: ConfigOf<D>,
    maxTasks: number,
  ) => readonly TaskConfig[] | Promise<readonly TaskConfig[]>;
  readonly createTask: (context: SourceTaskContext<D>) => SourceTask;
}

export interface SinkConnector<D extends ConfigDef = ConfigDef> extends ConnectorBase<D> {
  readonly type: 'sink';
  /** Left out: `maxTasks` equal tasks that share the topics' partitions. */
  readonly taskConfigs?: (
    config: ConfigOf<D>,
    maxTasks: number,
  ) => readonly TaskConfig[] | Promise<readonly TaskConfig[]>;
  readonly createTask: (context: TaskContext<D>) => SinkTask;
  /** False where a failed batch can't be written again in parts. */
  readonly bisect?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of connectors holds definitions of every shape; the runtime hands each one the config that its own definition parsed
export type AnyConnector = SourceConnector<any> | SinkConnector<any>;

/** Bytes to values and back. Stateless once configured; called in order. */
export interface Converter {
  /** @throws {MillraceError} class poison when the value can't be written */
  fromConnect(topic: string, schema: Schema | undefined, value: unknown): Buffer | null;
  /** @throws {MillraceError} class poison when the bytes can't be read */
  toConnect(
    topic: string,
    bytes: Buffer | null,
  ): { readonly value: unknown; readonly schema?: Schema | undefined };
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
export type AnyPlugin = AnyConnector | ConverterPlugin<any>;

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
