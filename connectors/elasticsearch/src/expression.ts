import {
  type ConfigValue,
  jsonText,
  MillraceError,
  type matches,
  readAt,
  type SinkRecord,
} from '@millrace/sdk';
import { dateText, isDate, unknownLetters } from './date-text.ts';

const PLACEHOLDER = /\$\{([^{}]*)\}/g;
const KNOWN = /^(?:topic|partition|offset|key|timestamp(?::[^{}]+)?|(?:key|value|header)\.[^{}]+)$/;
export const PLACES = `\${topic}, \${partition}, \${offset}, \${key}, \${key.field}, \${value.field}, \${header.name}, \${timestamp} or \${timestamp:yyyy.MM.dd}`;

/** Checks an expression of a config; empty is none. */
export const expression: ReturnType<typeof matches> = Object.assign(
  (value: ConfigValue) => {
    if (value === null) return null;
    const names = [...String(value).matchAll(PLACEHOLDER)].map(([, name = '']) => name);
    const unknown = names.find((name) => !KNOWN.test(name));
    if (unknown !== undefined) return `must not have \${${unknown}} in it, which stands for nothing`;
    const dated = names.find(
      (name) => name.startsWith('timestamp:') && unknownLetters(name.slice(10)) !== '',
    );
    return dated === undefined
      ? null
      : `must not have \${${dated}} in it: of letters a pattern of times has yyyy, MM, dd, HH, mm and ss`;
  },
  { allows: `text with ${PLACES}` },
);

type Part = (record: SinkRecord) => unknown;

/** A text of the config with places for what a record has. */
export class Expression {
  readonly #option: string;
  readonly #text: string;
  readonly #parts: readonly (string | { readonly name: string; readonly part: Part })[];

  /** @param option the config key that holds the text */
  constructor(text: string, option: string) {
    this.#text = text;
    this.#option = option;
    this.#parts = text
      .split(PLACEHOLDER)
      .map((piece, index) => (index % 2 === 0 ? piece : { name: piece, part: partOf(piece) }))
      .filter((piece) => piece !== '');
  }

  /** Whether each record gives the same. */
  get isConstant(): boolean {
    return this.#parts.every((part) => typeof part === 'string');
  }

  /** With `*` in its places. */
  get pattern(): string {
    return this.#text.replaceAll(PLACEHOLDER, '*');
  }

  /** @throws {MillraceError} class poison where the record lacks what the text names */
  of(record: SinkRecord): string {
    let text = '';
    for (const part of this.#parts) text += typeof part === 'string' ? part : this.#filled(part, record);
    if (text.isWellFormed()) return text;
    throw new MillraceError(`The record gives half a character to "${this.#option}".`, {
      code: 'ELASTICSEARCH_TEXT_INVALID',
      class: 'poison',
      path: this.#option,
      hint: 'Correct the record: a text of it was cut within a character (a lone surrogate of UTF-16).',
    });
  }

  #filled({ name, part }: { readonly name: string; readonly part: Part }, record: SinkRecord): string {
    const value = part(record);
    if (value !== null && value !== undefined) return textOf(value);
    throw new MillraceError(`The record has no ${name}, which "${this.#option}" is made of.`, {
      code: 'ELASTICSEARCH_RECORD_INCOMPLETE',
      class: 'poison',
      path: this.#option,
      hint: 'Give records this part, or choose another expression.',
    });
  }
}

function partOf(name: string): Part {
  if (name === 'topic') return (record) => record.topic;
  if (name === 'partition') return (record) => readAt(record).partition;
  if (name === 'offset') return (record) => readAt(record).offset;
  if (name === 'key') return (record) => record.key;
  if (name === 'timestamp') return (record) => record.timestamp;
  const [kind = '', field = ''] = [/^\w+/.exec(name)?.[0], name.replace(/^\w+[.:]/, '')];
  switch (kind) {
    case 'timestamp':
      // Times in microseconds, or worse, are in no year that could be written.
      return ({ timestamp }) =>
        timestamp === null || !isDate(timestamp) ? null : dateText(field, timestamp);
    case 'header':
      return ({ headers }) => headers.findLast(({ key }) => key === field)?.value;
    case 'key':
      return ({ key }) => fieldOf(key, field);
    default:
      return ({ value }) => fieldOf(value, field);
  }
}

/** A field of a value that has fields, also one of an object within it (`a.b`); undefined where it has none. */
export function fieldOf(value: unknown, field: string): unknown {
  if (value instanceof Map && value.has(field)) return value.get(field);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  if (Object.hasOwn(value, field)) return (value as Record<string, unknown>)[field];
  const dot = field.indexOf('.');
  return dot < 0 ? undefined : fieldOf(fieldOf(value, field.slice(0, dot)), field.slice(dot + 1));
}

/** A key or a field as text: a struct of one field as that field, one of several as JSON with sorted names. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date || typeof value !== 'object' || value === null || Array.isArray(value))
    return jsonText(value).replace(/^"(.*)"$/, '$1');
  const fields: readonly (readonly [string, unknown])[] =
    value instanceof Map ? [...value].map(([name, item]) => [String(name), item]) : Object.entries(value);
  const [first] = fields;
  if (first && fields.length === 1) return textOf(first[1] ?? '');
  return jsonText(Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
