/** Rows without content, for the first load only. */
export function SkeletonRows({ columns, rows = 4 }: { readonly columns: number; readonly rows?: number }) {
  return Array.from({ length: rows }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
    <tr key={row} className="skeleton">
      {Array.from({ length: columns }, (_, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the cells are all alike and never move.
        <td key={column}>
          <span />
        </td>
      ))}
    </tr>
  ));
}
