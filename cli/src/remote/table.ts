export type Cell = string | number | boolean | null | undefined;

/** Longest cell, characters. */
const CELL_MAX = 60;
const CONTROL = /\p{Cc}/gu;

/** Rows as text: a head, columns as wide as they must be, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(cellText));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = head.map(
    (_, column) =>
      rows.length > 0 && rows.every((row) => typeof row[column] === 'number' || row[column] == null),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head.map((title) => title.toUpperCase())), ...texts.map(line)].join('\n');
}

/** What is printed comes from topics and configs, and must not steer a terminal. */
export function printable(text: string): string {
  return text.replace(CONTROL, ' ');
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '-';
  const text = printable(String(cell));
  return text.length > CELL_MAX ? `${text.slice(0, CELL_MAX - 1)}…` : text;
}
