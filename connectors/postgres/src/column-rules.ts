import { createHash } from 'node:crypto';
import { type ColumnMask, masked } from './column-mask.ts';
import { type ShapeColumn, TableShape } from './table-shape.ts';
import type { ColumnType } from './type-map.ts';

/** Which columns records have, and how. */
export interface ColumnRulesOptions {
  /** Regular expressions for schema.table.column; empty: all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** As `column.masks` has them. */
  readonly masks: string;
  /** As `message.key.columns` has them. */
  readonly keys: string;
}

/** A column as the catalog or the stream describes it. */
export interface FoundColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly optional: boolean;
  /** Place in what identifies the row, from 1; 0: not in it. */
  readonly keyOrder: number;
}

interface KeyRule {
  readonly table: RegExp;
  readonly columns: readonly string[];
}

interface MaskRule {
  readonly column: RegExp;
  readonly mask: ColumnMask;
}

/** Makes shapes of tables: which of their columns records have, which are masked, and what the key is. */
export class ColumnRules {
  readonly #included: readonly RegExp[];
  readonly #excluded: readonly RegExp[];
  readonly #masks: readonly MaskRule[];
  readonly #keys: readonly KeyRule[];

  /** @throws {SyntaxError} for what `ruleProblem` refuses */
  constructor(options: ColumnRulesOptions) {
    this.#included = options.include.map(anchored);
    this.#excluded = options.exclude.map(anchored);
    this.#masks = entriesOf(options.masks).map(maskRule);
    this.#keys = entriesOf(options.keys).map(keyRule);
  }

  shape(
    table: { readonly schema: string; readonly name: string },
    topic: string,
    found: readonly FoundColumn[],
  ): TableShape {
    const name = `${table.schema}.${table.name}`;
    const key = this.keyOf(name);
    const columns = found.map((column): ShapeColumn => {
      const path = `${name}.${column.name}`;
      const mask = this.#masks.find((rule) => rule.column.test(path))?.mask;
      return {
        name: column.name,
        type: mask ? masked(column.type, mask) : column.type,
        optional: column.optional,
        isKey: column.keyOrder > 0,
        keyOrder: key ? key.indexOf(column.name) + 1 : column.keyOrder,
        hidden: !this.#shows(path),
      };
    });
    return new TableShape(table, topic, columns);
  }

  /** The columns that were chosen for the key of `schema.table`; null: the row's own. */
  keyOf(table: string): readonly string[] | null {
    return this.#keys.find((rule) => rule.table.test(table))?.columns ?? null;
  }

  #shows(path: string): boolean {
    const wanted = this.#included.length === 0 || this.#included.some((pattern) => pattern.test(path));
    return wanted && !this.#excluded.some((pattern) => pattern.test(path));
  }
}

/** What is wrong with `column.masks`, in a fragment of a sentence, or null. */
export const masksProblem = (text: string): string | null =>
  problemOf(text, maskRule, 'must have entries such as public.people.email=hash(SHA-256,salt); it');

/** The same of `message.key.columns`. */
export const keysProblem = (text: string): string | null =>
  problemOf(text, keyRule, 'must have entries such as public.people:email,name; it');

function problemOf(text: string, read: (entry: string) => unknown, problem: string): string | null {
  try {
    for (const entry of entriesOf(text)) read(entry);
    return null;
  } catch {
    return problem;
  }
}

const entriesOf = (text: string): readonly string[] => text.split(';').flatMap((entry) => entry.trim() || []);

function keyRule(entry: string): KeyRule {
  const at = entry.lastIndexOf(':');
  const columns = entry
    .slice(at + 1)
    .split(',')
    .flatMap((name) => name.trim() || []);
  if (at <= 0 || columns.length === 0) throw new SyntaxError('not an entry of message.key.columns');
  return { table: anchored(entry.slice(0, at).trim()), columns };
}

const MASK = /^(.+)=(?:(truncate|stars)\((\d{1,9})\)|hash(-v2)?\(([^,()]+),(.*)\))$/s;

function maskRule(entry: string): MaskRule {
  const [, pattern = '', kind, length, v2, algorithm = '', salt = ''] = MASK.exec(entry) ?? [];
  if (pattern === '') throw new SyntaxError('not an entry of column.masks');
  const column = anchored(pattern.trim());
  if (kind === 'truncate' || kind === 'stars') return { column, mask: { kind, length: Number(length) } };
  // Java's name of it, which OpenSSL knows in small letters; an unknown one throws here.
  createHash(algorithm.trim().toLowerCase());
  return {
    column,
    mask: { kind: 'hash', algorithm: algorithm.trim().toLowerCase(), salt, version: v2 ? 2 : 1 },
  };
}

const anchored = (entry: string): RegExp => new RegExp(`^(?:${entry})$`, 'i');
