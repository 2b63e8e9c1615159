import { MillraceError } from '../errors.ts';
import type { ConfigDef, ConfigKey, ConfigOf, ConfigType, ConfigValue } from './definition.ts';

/** A configuration as people write it. Kafka Connect's configs are strings; JSON and YAML may bring other types. */
export type RawConfig = Readonly<Record<string, unknown>>;

export interface ConfigProblem {
  readonly key: string;
  /** A whole sentence that names the key and what is wrong with it. Never the value of a password. */
  readonly message: string;
}

export interface ParsedConfig<D extends ConfigDef> {
  /** Values by key; a key at fault has its default, or null. */
  readonly values: ConfigOf<D>;
  readonly problems: readonly ConfigProblem[];
  /** Keys that the definition does not know. */
  readonly unknown: readonly string[];
}

type Coerced = { readonly value: ConfigValue } | { readonly problem: string };

/** Parses and validates; never throws. */
export function parseConfig<D extends ConfigDef>(definition: D, raw: RawConfig): ParsedConfig<D> {
  const values: Record<string, ConfigValue> = {};
  const problems: ConfigProblem[] = [];
  const faulty = new Set<string>();
  for (const [key, entry] of Object.entries(definition)) {
    const coerced = givenOrDefault(entry, Object.hasOwn(raw, key) ? raw[key] : undefined);
    if ('problem' in coerced) {
      problems.push({ key, message: `"${key}" ${coerced.problem}.` });
      faulty.add(key);
      values[key] = entry.default ?? null;
    } else values[key] = coerced.value;
  }
  for (const [key, entry] of Object.entries(definition)) {
    if (faulty.has(key) || !entry.validate) continue;
    const problem = entry.validate(values[key] ?? null, values);
    if (problem !== null)
      problems.push({ key, message: `"${key}" ${problem}${shown(entry, values[key] ?? null)}.` });
  }
  const unknown = Object.keys(raw).filter((key) => !Object.hasOwn(definition, key));
  return { values: values as ConfigOf<D>, problems, unknown };
}

/**
 * Parses, or throws a MillraceError `INVALID_CONFIG` (class config) whose message lists every problem and whose
 * path is the first key at fault.
 */
export function requireConfig<D extends ConfigDef>(definition: D, raw: RawConfig): ConfigOf<D> {
  const { values, problems } = parseConfig(definition, raw);
  const first = problems[0];
  if (first) {
    throw new MillraceError(problems.map((problem) => problem.message).join(' '), {
      code: 'INVALID_CONFIG',
      class: 'config',
      path: first.key,
      hint: `Correct ${[...new Set(problems.map(({ key }) => `"${key}"`))].join(', ')} and try again.`,
    });
  }
  return values;
}

function givenOrDefault(entry: ConfigKey, given: unknown): Coerced {
  if (given === undefined || given === null) {
    if (entry.default === undefined) return { problem: 'is required and has no value' };
    return { value: entry.default };
  }
  return coerce(entry.type, given);
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const mustBe = {
  string: 'must be a string',
  class: 'must be a string',
  password: 'must be a string',
  boolean: 'must be true or false',
  int: 'must be a whole number',
  long: 'must be a whole number',
  double: 'must be a number',
} as const;

function coerce(type: ConfigType, given: unknown): Coerced {
  if (type === 'list') return listOf(given);
  if (typeof given === 'object') return { problem: mustBe[type] };
  const text = typeof given === 'string' ? given.trim() : given;
  switch (type) {
    case 'string':
    case 'class':
    case 'password':
      return { value: String(type === 'password' ? given : text) };
    case 'boolean':
      if (text === true || String(text).toLowerCase() === 'true') return { value: true };
      if (text === false || String(text).toLowerCase() === 'false') return { value: false };
      return { problem: mustBe.boolean };
    case 'int':
    case 'long':
      return wholeNumber(text, type);
    case 'double': {
      const number = typeof text === 'number' ? text : DECIMAL.test(String(text)) ? Number(text) : Number.NaN;
      return Number.isFinite(number) ? { value: number } : { problem: mustBe.double };
    }
  }
}

function wholeNumber(text: unknown, type: 'int' | 'long'): Coerced {
  const number =
    typeof text === 'number' ? text : /^[+-]?\d+$/.test(String(text)) ? Number(text) : Number.NaN;
  if (!Number.isInteger(number)) return { problem: mustBe[type] };
  const inRange = type === 'int' ? number === (number | 0) : Number.isSafeInteger(number);
  return inRange
    ? { value: number }
    : { problem: `is out of range for a${type === 'int' ? 'n int' : ' long'}` };
}

function listOf(text: unknown): Coerced {
  if (Array.isArray(text) && !text.some((item) => typeof item === 'object'))
    return { value: text.map(String) };
  if (typeof text === 'object') return { problem: 'must be a list' };
  const items = String(text)
    .split(',')
    .map((item) => item.trim());
  return { value: items.filter((item) => item !== '') };
}

function shown(entry: ConfigKey, value: ConfigValue): string {
  if (entry.type === 'password' || value === null || value === '') return '';
  const text = String(value);
  return `, not ${text.length > 80 ? `${text.slice(0, 80)}...` : text}`;
}
