/**
 * The language of `protocol/schemas`: what a message is made of, in wire order, for all its versions at once.
 * A schema is data; the generator turns it into a codec.
 *
 * Versions are written `3` (only that one), `3+`, `3-7` or `none`, and left out where a field is in all versions of
 * the structure around it.
 */

export type PrimitiveType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records';

export interface FieldOptions<Default> {
  /** Versions that carry the field; all by default. */
  readonly versions?: string;
  /** Versions in which it may be null; none by default. */
  readonly nullable?: string;
  /** What it is where it is not carried. Without one: 0, false, empty, the zero uuid, a structure of defaults. */
  readonly default?: Default;
  /** A value other than the default is dropped in silence where the version lacks the field, instead of refused. */
  readonly ignorable?: true;
  /** The number under which it stands in the tagged section, in all versions that carry it, unless it is the default. */
  readonly tag?: number;
  /** Keeps the field in its old form in flexible versions. */
  readonly flexible?: 'none';
}

export interface Structure {
  readonly kind: 'structure';
  /** Short: the generated type is called after the message and this. */
  readonly name: string;
  readonly fields: Fields;
}

export type FieldType =
  | PrimitiveType
  | Structure
  | { readonly kind: 'array'; readonly element: PrimitiveType | Structure };

export interface Field extends FieldOptions<DefaultValue> {
  readonly type: FieldType;
}

/** Keys in wire order. */
export type Fields = Readonly<Record<string, Field>>;

export type DefaultValue = null | boolean | number | string;

const field = (type: FieldType, options: FieldOptions<DefaultValue> = {}): Field => ({ ...options, type });

export const bool = (options?: FieldOptions<boolean>): Field => field('bool', options);
export const int8 = (options?: FieldOptions<number>): Field => field('int8', options);
export const int16 = (options?: FieldOptions<number>): Field => field('int16', options);
export const uint16 = (options?: FieldOptions<number>): Field => field('uint16', options);
export const int32 = (options?: FieldOptions<number>): Field => field('int32', options);
export const int64 = (options?: FieldOptions<number>): Field => field('int64', options);
export const float64 = (options?: FieldOptions<number>): Field => field('float64', options);
export const string = (options?: FieldOptions<string | null>): Field => field('string', options);
export const uuid = (options?: FieldOptions<string>): Field => field('uuid', options);
export const bytes = (options?: FieldOptions<null>): Field => field('bytes', options);
/** Record batches, carried as they are. */
export const records = (options?: FieldOptions<null>): Field => field('records', options);

export const array = (element: PrimitiveType | Structure, options?: FieldOptions<null>): Field =>
  field({ kind: 'array', element }, options);

/** One structure, in place. */
export const one = (structure: Structure, options?: FieldOptions<null>): Field => field(structure, options);

/** A named group of fields, for {@link array} and {@link one}; one that two fields share is one type. */
export const structure = (name: string, fields: Fields): Structure => ({ kind: 'structure', name, fields });

/** One versioned unit: a request, a response, a header, a stored record. */
export interface MessageSchema {
  readonly kind: 'message';
  /** Kafka's name for it. */
  readonly name: string;
  readonly versions: string;
  /** Versions with compact types and tagged sections. */
  readonly flexible: string;
  readonly fields: Fields;
}

export interface ApiSchema {
  readonly kind: 'api';
  readonly key: number;
  readonly name: string;
  readonly versions: string;
  readonly flexible: string;
  readonly listeners: readonly ('broker' | 'controller')[];
  readonly request: Fields;
  readonly response: Fields;
}

/** Where a stored record's type number counts. */
export type StoredFamily = 'metadata' | 'coordinator-key' | 'coordinator-value' | 'control';

export interface StoredSchema extends Omit<MessageSchema, 'kind'> {
  readonly kind: 'stored';
  readonly family: StoredFamily;
  readonly type: number;
}

export type Schema = ApiSchema | MessageSchema | StoredSchema;

/** A request and its response, which share versions. */
export const api = (schema: Omit<ApiSchema, 'kind'>): ApiSchema => ({ kind: 'api', ...schema });

export const message = (schema: Omit<MessageSchema, 'kind'>): MessageSchema => ({
  kind: 'message',
  ...schema,
});

/** A record in a log: `type` is its number within its family. */
export const stored = (schema: Omit<StoredSchema, 'kind'>): StoredSchema => ({ kind: 'stored', ...schema });
