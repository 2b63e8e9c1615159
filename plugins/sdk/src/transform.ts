import type { ConfigDef, ConfigOf } from '@millrace/foundation';
import type { ConnectRecord } from './record.ts';

/**
 * What a transform makes of one record: one, several or none. A record is never changed in place; what stays the same is
 * carried over by a spread. A sink's record keeps the coordinates that it was read from, whatever its new topic is.
 */
export type Transformed = ConnectRecord | readonly ConnectRecord[] | null;

/** One step of a chain, configured. Records come one at a time and in order. */
export interface Transform {
  /**
   * A promise where it must be; those that answer at once are faster.
   * @throws {MillraceError} class poison where the record can't be transformed
   */
  apply(record: ConnectRecord): Transformed | Promise<Transformed>;
  close?(): void | Promise<void>;
}

/** What the runtime tells a transform about where it runs. */
export interface TransformContext {
  readonly connector: string;
  /** Its own name in the chain: `transforms=NAME`. */
  readonly name: string;
  /** Whether code that stands in a config may run (`transforms.inline.enabled` of the worker). Left out: no. */
  readonly inlineAllowed?: boolean;
}

export interface TransformPlugin<D extends ConfigDef = ConfigDef> {
  readonly type: 'transform';
  /** What `transforms.NAME.type` names, such as `InsertField$Value`. */
  readonly class: string;
  /** Other names it answers to, such as Kafka's own class name. */
  readonly aliases?: readonly string[];
  readonly version: string;
  readonly docs: string;
  readonly config: D;
  readonly create: (config: ConfigOf<D>, context: TransformContext) => Transform | Promise<Transform>;
}

/** Says whether a transform that names it applies to a record. */
export interface Predicate {
  test(record: ConnectRecord): boolean;
}

export interface PredicatePlugin<D extends ConfigDef = ConfigDef> {
  readonly type: 'predicate';
  /** What `predicates.NAME.type` names, such as `RecordIsTombstone`. */
  readonly class: string;
  readonly aliases?: readonly string[];
  readonly version: string;
  readonly docs: string;
  readonly config: D;
  readonly create: (config: ConfigOf<D>) => Predicate;
}

/** Declares a transform. */
export function defineTransform<const D extends ConfigDef>(
  transform: Omit<TransformPlugin<D>, 'type'>,
): TransformPlugin<D> {
  return { type: 'transform', ...transform };
}

/** Declares a predicate. */
export function definePredicate<const D extends ConfigDef>(
  predicate: Omit<PredicatePlugin<D>, 'type'>,
): PredicatePlugin<D> {
  return { type: 'predicate', ...predicate };
}
