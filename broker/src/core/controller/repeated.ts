/** What stands more than once among items, in one walk: requests may name a million. Objects are the same by identity. */
export function repeated<Item>(items: Iterable<Item>): ReadonlySet<Item> {
  const seen = new Set<Item>();
  const twice = new Set<Item>();
  for (const item of items) {
    if (seen.has(item)) twice.add(item);
    else seen.add(item);
  }
  return twice;
}
