import { MillraceError, parseExact, type Schema } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import { type CsvDialect, csvFields } from './csv.ts';
import type { TailedLines } from './followed-file.ts';
import type { Line } from './line-reader.ts';

/** What a line makes: a record's key and value, nothing (an empty line between JSON values), or a fault. */
export type LineRecord =
  | { readonly key: unknown; readonly value: unknown; readonly valueSchema?: Schema }
  | { readonly fault: 'LINE_TOO_LONG' | 'NOT_JSON' | 'NOT_A_ROW'; readonly what: string }
  | null;

/** Makes records of the lines of one path. */
export interface LineForm {
  /** Called before the lines of a batch. */
  begin?(tailed: TailedLines): void;
  record(line: Line): LineRecord;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** How the lines of `path` become records. */
export function lineForm(config: SourceConfig, path: string): LineForm {
  const tooLong = {
    fault: 'LINE_TOO_LONG',
    what: `longer than ${config['max.line.bytes']} bytes`,
  } as const;
  switch (config.format) {
    case 'jsonl':
      return {
        record: (line) => (line.text === null ? tooLong : jsonRecord(line, line.text, config['key.field'])),
      };
    case 'csv':
      return new CsvForm(config, path, tooLong);
    case 'whole-text':
      return { record: ({ text }) => (text === null ? tooLong : { key: path, value: text }) };
    case 'whole-bytes':
      return { record: ({ bytes }) => (bytes === undefined ? tooLong : { key: path, value: bytes }) };
    default:
      return { record: ({ text }) => (text === null ? tooLong : { key: null, value: text }) };
  }
}

const withoutMark = ({ start }: Line, text: string): string =>
  start === 0 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;

function jsonRecord(line: Line, text: string, keyField: string | null): LineRecord {
  const json = withoutMark(line, text);
  if (json.trim() === '') return null;
  try {
    const value = parseExact(json);
    return { key: memberOf(value, keyField), value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { fault: 'NOT_JSON', what: 'not JSON' };
  }
}

function memberOf(value: unknown, field: string | null): unknown {
  if (field === null || typeof value !== 'object' || value === null || !Object.hasOwn(value, field))
    return null;
  return (value as Record<string, unknown>)[field];
}

/** How rows are told apart, by the options; null where lines are not rows. */
export function csvOf(config: SourceConfig): (CsvDialect & { readonly hasHeader: boolean }) | null {
  if (config.format !== 'csv') return null;
  return {
    separator: config['csv.separator'] === '\\t' ? '\t' : config['csv.separator'],
    quote: config['csv.quote'],
    hasHeader: config['csv.columns'].length === 0,
  };
}

interface Columns {
  readonly names: readonly string[];
  readonly schema: Schema;
}

/** Rows as objects of texts, with the names of the first row or those of the option. */
class CsvForm implements LineForm {
  readonly #config: SourceConfig;
  readonly #path: string;
  readonly #dialect: CsvDialect;
  readonly #tooLong: LineRecord;
  readonly #given: Columns | null;
  #columns: Columns | null;
  #inode = '';

  constructor(config: SourceConfig, path: string, tooLong: LineRecord) {
    this.#config = config;
    this.#path = path;
    this.#dialect = csvOf(config) ?? { separator: ',', quote: '"' };
    this.#tooLong = tooLong;
    this.#given = config['csv.columns'].length > 0 ? columnsOf(config['csv.columns']) : null;
    this.#columns = this.#given;
  }

  begin({ inode, header, lines }: TailedLines): void {
    if (this.#given !== null || inode === this.#inode) return;
    this.#inode = inode;
    this.#columns = null;
    if (lines[0]?.start !== 0) this.#takeHeader(header ?? '');
  }

  record(line: Line): LineRecord {
    const isHeader = line.start === 0 && this.#given === null;
    if (line.text === null) {
      if (isHeader) throw this.#noHeader();
      return this.#tooLong;
    }
    const row = withoutMark(line, line.text);
    if (isHeader) {
      this.#takeHeader(row);
      return null;
    }
    if (row === '') return null;
    const fields = csvFields(row, this.#dialect);
    if (fields === null)
      return { fault: 'NOT_A_ROW', what: 'no row: a quote is not closed where its field ends' };
    const columns = this.#columns;
    if (columns === null) throw this.#noHeader();
    if (fields.length !== columns.names.length)
      return {
        fault: 'NOT_A_ROW',
        what: `a row of ${fields.length} fields where there are ${columns.names.length} columns`,
      };
    return this.#recordOf(columns, fields);
  }

  #recordOf({ names, schema }: Columns, fields: readonly string[]): LineRecord {
    const nullText = this.#config['csv.null.text'];
    const value: Record<string, string | null> = {};
    for (let at = 0; at < names.length; at++) {
      const text = fields[at] as string;
      value[names[at] as string] = text === nullText ? null : text;
    }
    const key = this.#config['key.field'];
    return { key: key === null ? null : (value[key] ?? null), value, valueSchema: schema };
  }

  #takeHeader(row: string): void {
    const names = csvFields(withoutMark({ text: null, start: 0, end: 0 }, row), this.#dialect);
    if (names === null || names.some((name) => name.trim() === '') || new Set(names).size !== names.length)
      throw this.#noHeader();
    this.#columns = columnsOf(names);
  }

  #noHeader(): MillraceError {
    return new MillraceError(`The first row of ${this.#path} does not name columns.`, {
      code: 'CSV_HEADER_NOT_USABLE',
      class: 'poison',
      hint: 'Give each column a name of its own in the first row, no longer than max.line.bytes in all, or name them in "csv.columns" where the files have no such row.',
      facts: { file: this.#path },
    });
  }
}

function columnsOf(names: readonly string[]): Columns {
  const fields = names.map((field) => ({ field, type: 'string', optional: true }) as const);
  return { names, schema: { type: 'struct', fields } };
}
