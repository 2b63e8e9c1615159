type Cell = string | number | boolean | null;

/** A row of a table as it is exported; all rows have the same columns. */
export type ExportRow = { readonly [column: string]: Cell };

/** RFC 4180, with a line of titles; a text that a spreadsheet would run as a formula is kept from that. */
export function csv(rows: readonly ExportRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cell = (value: Cell) => {
    const text = value === null ? '' : String(value);
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (values: readonly Cell[]) => values.map(cell).join(',');
  return [line(columns), ...rows.map((row) => line(columns.map((column) => row[column] ?? null)))].join(
    '\r\n',
  );
}
