import { spreadOf, spreadText } from './spread.ts';

const MANY = 1000;
const SOME = 10;

/** Figures by row, then by column, in the order in which they came. */
export class Figures {
  readonly #rows = new Map<string, Map<string, number[]>>();

  /** Takes a figure down, and says it. */
  note(row: string, column: string, figure: number): void {
    const ofRow = this.#rows.get(row) ?? new Map<string, number[]>();
    this.#rows.set(row, ofRow.set(column, [...(ofRow.get(column) ?? []), figure]));
    console.log(`${column}: ${row}: ${figure.toFixed(3)}`);
  }

  /** Rows as Markdown; with `ratio`, the first column's median over the second's at the end. What there is no figure of stays empty. */
  table(columns: readonly string[], { ratio }: { readonly ratio: boolean }): string {
    const head = ['', ...columns, ...(ratio ? ['ratio'] : [])];
    const lines = [...this.#rows]
      .filter(([, byColumn]) => columns.some((column) => byColumn.has(column)))
      .map(([row, byColumn]) => {
        const spreads = columns.map((column) => {
          const figures = byColumn.get(column);
          return figures ? spreadOf(figures) : null;
        });
        const cells = spreads.map((spread) => (spread ? spreadText(spread, digitsOf(spread.median)) : ''));
        const [ours, theirs] = spreads;
        const quotient = ours && theirs ? (ours.median / theirs.median).toFixed(2) : '';
        return [row, ...cells, ...(ratio ? [quotient] : [])];
      });
    return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }

  get samples(): Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> {
    return Object.fromEntries([...this.#rows].map(([row, ofRow]) => [row, Object.fromEntries(ofRow)]));
  }
}

function digitsOf(figure: number): number {
  if (figure >= MANY) return 0;
  return figure >= SOME ? 1 : 3;
}
