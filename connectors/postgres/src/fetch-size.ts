/** Bytes of text that one fetch aims at. */
const FETCH_BYTES = 512 * 1024;
const FIRST_FETCH_ROWS = 200;

/** How many rows a cursor is asked for: few at first, then so many that a fetch comes to about half a MiB. */
export class FetchSize {
  readonly #rowsMax: number;
  #rows: number;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
    this.#rows = Math.min(FIRST_FETCH_ROWS, rowsMax);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Learns from the rows that came. */
  adapt(rows: readonly (readonly (string | null)[])[]): void {
    let bytes = 0;
    for (const row of rows) for (const value of row) bytes += value === null ? 8 : value.length + 8;
    const fitting = Math.floor((rows.length * FETCH_BYTES) / Math.max(1, bytes));
    this.#rows = Math.max(1, Math.min(fitting, this.#rows * 4, this.#rowsMax));
  }
}
