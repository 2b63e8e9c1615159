/**
 * One definition of a configuration feeds its TypeScript type, its parser and validator, Kafka Connect's
 * `config/validate` answer, the UI's form, DescribeConfigs, the docs table and the redaction of logs.
 */

/** Kafka's ConfigDef types, in lower case. `long` is a safe integer; `password` never leaves through logs or answers. */
export type ConfigType = 'string' | 'int' | 'long' | 'double' | 'boolean' | 'list' | 'class' | 'password';

export type Importance = 'high' | 'medium' | 'low';

export type ConfigValue = string | number | boolean | readonly string[] | null;

/** Answers what is wrong with a value in a sentence fragment that follows the key's name, or null. */
export type Validator = ((
  value: ConfigValue,
  all: Readonly<Record<string, ConfigValue>>,
) => string | null) & {
  /** What is allowed, for docs: `[1,...,65535]`, `one of a, b`. */
  readonly allows?: string;
  /** All that is allowed, where that is a choice of a few. */
  readonly choices?: readonly string[];
};

export interface ConfigKey {
  readonly type: ConfigType;
  /** Left out: the key is required. `null`: optional and unset. */
  readonly default?: ConfigValue;
  readonly importance: Importance;
  readonly docs: string;
  readonly group?: string;
  readonly displayName?: string;
  readonly width?: 'none' | 'short' | 'medium' | 'long';
  readonly validate?: Validator;
  /** Values to offer, where it is not all that `validate` lets one choose from; free input stays possible unless that forbids it. */
  readonly recommend?: readonly string[];
  /** Keys whose visibility or validity hangs on this one. */
  readonly dependents?: readonly string[];
  /** Whether the key matters under these other values; invisible keys are not asked for in forms. */
  readonly visible?: (all: Readonly<Record<string, ConfigValue>>) => boolean;
}

export type ConfigDef = { readonly [key: string]: ConfigKey };

type ValueOf<T extends ConfigType> = {
  string: string;
  class: string;
  password: string;
  int: number;
  long: number;
  double: number;
  boolean: boolean;
  list: readonly string[];
}[T];

/** The type of a parsed configuration. A key whose default is null may be null; every other one has a value. */
export type ConfigOf<D extends ConfigDef> = {
  readonly [K in keyof D]: D[K] extends { readonly default: null }
    ? ValueOf<D[K]['type']> | null
    : ValueOf<D[K]['type']>;
};

/** Declares a configuration; keeps the literal types that `ConfigOf` reads. */
export function defineConfig<const D extends ConfigDef>(definition: D): D {
  return definition;
}
