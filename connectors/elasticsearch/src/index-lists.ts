/** Servers take 4,096 bytes in the first line of a request (`http.max_initial_line_length`); this leaves room for what else stands in it, bytes. */
const LIST_MAX_BYTES = 3_000;

/** How long a list of names is as a part of a path, bytes. */
export const pathBytes = (names: readonly string[]): number => encodeURIComponent(names.join(',')).length;

/** The longest list that one request takes. */
export const fitsInPath = (names: readonly string[]): boolean => pathBytes(names) <= LIST_MAX_BYTES;

/** Names of indexes in as many lists as there must be requests. */
export function indexLists(names: Iterable<string>): readonly (readonly string[])[] {
  const lists: string[][] = [];
  let bytes = 0;
  for (const name of names) {
    const added = pathBytes(['', name]);
    const list = lists.at(-1);
    if (list && bytes + added <= LIST_MAX_BYTES) {
      list.push(name);
      bytes += added;
    } else {
      lists.push([name]);
      bytes = added;
    }
  }
  return lists;
}
