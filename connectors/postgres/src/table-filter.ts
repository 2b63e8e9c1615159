import type { ConfigDef } from '@millrace/sdk';

type Validator = NonNullable<ConfigDef[string]['validate']>;

/** Chooses tables as Debezium does: a comma-separated list of regular expressions, each for a whole `schema.table`. */
export class TableFilter {
  readonly #included: readonly RegExp[];
  readonly #excluded: readonly RegExp[];

  constructor(include: readonly string[], exclude: readonly string[]) {
    this.#included = include.map(anchored);
    this.#excluded = exclude.map(anchored);
  }

  /** Without an include list every table is chosen. */
  includes(table: string): boolean {
    const wanted = this.#included.length === 0 || this.#included.some((pattern) => pattern.test(table));
    return wanted && !this.#excluded.some((pattern) => pattern.test(table));
  }
}

/** The tables that a source captures. Its table of signals is none of them. */
export function capturedBy(config: {
  readonly 'table.include.list': readonly string[];
  readonly 'table.exclude.list': readonly string[];
  readonly 'signal.data.collection': string | null;
}): TableFilter {
  const signals = config['signal.data.collection'];
  const excluded = signals === null ? [] : [RegExp.escape(signals)];
  return new TableFilter(config['table.include.list'], [...config['table.exclude.list'], ...excluded]);
}

/** Entries of the list that choose none of the tables. */
export function entriesWithoutTable(
  include: readonly string[],
  tables: readonly string[],
): readonly string[] {
  return include.filter((entry) => !tables.some((table) => anchored(entry).test(table)));
}

/** Every entry must be a regular expression for `what`. */
export function patterns(what: string): Validator {
  return Object.assign(
    (value: Parameters<Validator>[0]) => {
      const faulty = (Array.isArray(value) ? value : []).find((entry) => !compiles(entry));
      return faulty === undefined
        ? null
        : `has an entry that is not a regular expression: ${faulty}; the list is`;
    },
    { allows: `regular expressions for ${what}` },
  );
}

function compiles(entry: string): boolean {
  try {
    anchored(entry);
    return true;
  } catch {
    return false;
  }
}

const anchored = (entry: string): RegExp => new RegExp(`^(?:${entry})$`, 'i');
