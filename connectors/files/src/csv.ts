const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** How rows are told apart and cut into fields (RFC 4180): both are one ASCII character. */
export interface CsvDialect {
  readonly separator: string;
  /** A quote within quotes is doubled. */
  readonly quote: string;
}

type State = 'field start' | 'plain' | 'quoted' | 'quote in quoted';

/** Finds where rows end in bytes that come in pieces: a newline within quotes is part of its field. */
export class RowBoundary {
  readonly #separator: number;
  readonly #quote: number;
  #state: State = 'field start';

  constructor({ separator, quote }: CsvDialect) {
    this.#separator = separator.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
  }

  /** The row's newline, or -1 where it is not there yet. `searched` bytes behind `from` were looked at before. */
  find(bytes: Buffer, from: number, to: number, searched: number): number {
    if (searched === 0) {
      this.#state = 'field start';
      const newline = bytes.indexOf(NEWLINE, from);
      // Most rows have no quotes.
      if (newline !== -1 && newline < to && !bytes.subarray(from, newline).includes(this.#quote))
        return newline;
    }
    for (let at = from + searched; at < to; at++) {
      const byte = bytes[at] as number;
      if (this.#state === 'field start' && at - from < 3 && byte === BYTE_ORDER_MARK[at - from]) continue;
      if (byte === NEWLINE && this.#state !== 'quoted') return at;
      this.#state = this.#after(byte);
    }
    return -1;
  }

  #after(byte: number): State {
    switch (this.#state) {
      case 'quoted':
        return byte === this.#quote ? 'quote in quoted' : 'quoted';
      case 'quote in quoted':
        if (byte === this.#quote) return 'quoted';
        return byte === CARRIAGE_RETURN ? 'quote in quoted' : this.#outside(byte);
      case 'field start':
        return byte === this.#quote ? 'quoted' : this.#outside(byte);
      case 'plain':
        return this.#outside(byte);
    }
  }

  #outside(byte: number): State {
    return byte === this.#separator ? 'field start' : 'plain';
  }
}

/** The fields of one row; null where a quote is not closed, or is followed by more than the next separator. */
export function csvFields(row: string, { separator, quote }: CsvDialect): string[] | null {
  if (!row.includes(quote)) return row.split(separator);
  const fields: string[] = [];
  for (let at = 0; ; ) {
    const field = row[at] === quote ? quotedField(row, at, quote) : plainField(row, at, separator);
    if (field === null) return null;
    fields.push(field.text);
    if (field.end === row.length) return fields;
    if (row[field.end] !== separator) return null;
    at = field.end + 1;
  }
}

interface Field {
  readonly text: string;
  readonly end: number;
}

function plainField(row: string, at: number, separator: string): Field {
  const found = row.indexOf(separator, at);
  const end = found === -1 ? row.length : found;
  return { text: row.slice(at, end), end };
}

function quotedField(row: string, at: number, quote: string): Field | null {
  let text = '';
  for (let from = at + 1; ; ) {
    const end = row.indexOf(quote, from);
    if (end === -1) return null;
    text += row.slice(from, end);
    if (row[end + 1] !== quote) return { text, end: end + 1 };
    text += quote;
    from = end + 2;
  }
}
