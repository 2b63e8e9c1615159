import type { ConfigDef } from '@millrace/sdk';

type Validator = NonNullable<ConfigDef[string]['validate']>;

/** Regular expressions, each for a whole name. */
interface NameLists {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Chooses tables as Debezium does: comma-separated lists of regular expressions, each for a whole `schema.table`, or for a whole schema. */
export class TableFilter {
  readonly #includes: (table: string) => boolean;

  constructor(tables: NameLists, schemas: NameLists = { include: [], exclude: [] }) {
    const [isTable, isSchema] = [chooser(tables), chooser(schemas)];
    this.#includes = (table) => isTable(table) && isSchema(table.slice(0, table.indexOf('.')));
  }

  /** Without an include list every table is chosen. */
  includes(table: string): boolean {
    return this.#includes(table);
  }
}

function chooser({ include, exclude }: NameLists): (name: string) => boolean {
  const [included, excluded] = [include.map(anchored), exclude.map(anchored)];
  return (name) =>
    (included.length === 0 || included.some((pattern) => pattern.test(name))) &&
    !excluded.some((pattern) => pattern.test(name));
}

/** The tables that a source captures. Its table of signals is none of them. */
export function capturedBy(config: {
  readonly 'schema.include.list': readonly string[];
  readonly 'schema.exclude.list': readonly string[];
  readonly 'table.include.list': readonly string[];
  readonly 'table.exclude.list': readonly string[];
  readonly 'signal.data.collection': string | null;
}): TableFilter {
  const signals = config['signal.data.collection'];
  const excluded = signals === null ? [] : [RegExp.escape(signals)];
  return new TableFilter(
    { include: config['table.include.list'], exclude: [...config['table.exclude.list'], ...excluded] },
    { include: config['schema.include.list'], exclude: config['schema.exclude.list'] },
  );
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
