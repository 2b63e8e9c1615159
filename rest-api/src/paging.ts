import { DEFAULT_PAGE_ITEMS } from './contract/index.ts';

/** What a list was asked for. */
export interface PageQuery {
  readonly search?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly next: string | null;
}

/** Whether a name holds what is searched for, whatever the case. */
export function matches(name: string, search: string | undefined): boolean {
  return search === undefined || name.toLowerCase().includes(search.toLowerCase());
}

/**
 * One page of a list that is sorted already. `after` is the name of the last item before: items that come or go between two
 * requests move nothing. Where that item is gone, the page begins at the first name beyond it.
 */
export function pageOf<Item>(
  sorted: readonly Item[],
  nameOf: (item: Item) => string,
  { limit = DEFAULT_PAGE_ITEMS, after }: PageQuery,
): Page<Item> {
  const from = after === undefined ? 0 : startAfter(sorted, nameOf, after);
  const items = sorted.slice(from, from + limit);
  const last = items.at(-1);
  const next = from + limit < sorted.length && last !== undefined ? nameOf(last) : null;
  return { items, total: sorted.length, next };
}

function startAfter<Item>(sorted: readonly Item[], nameOf: (item: Item) => string, after: string): number {
  const at = sorted.findIndex((item) => nameOf(item) === after);
  if (at !== -1) return at + 1;
  const beyond = sorted.findIndex((item) => nameOf(item) > after);
  return beyond === -1 ? sorted.length : beyond;
}
