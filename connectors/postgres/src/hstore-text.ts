/** Reads an hstore such as `"a"=>"1", "b"=>NULL`. @throws {RangeError} for what is none */
export function parseHstore(text: string): ReadonlyMap<string, string | null> {
  const entries = new Map<string, string | null>();
  const pair = /\s*"((?:[^"\\]|\\.)*)"\s*=>\s*(?:NULL|"((?:[^"\\]|\\.)*)")\s*(?:,|$)/gy;
  while (pair.lastIndex < text.length) {
    const found = pair.exec(text);
    if (!found) throw new RangeError('not an hstore of PostgreSQL');
    entries.set(unescaped(found[1] ?? ''), found[2] === undefined ? null : unescaped(found[2]));
  }
  return entries;
}

/** Writes one, every text quoted. */
export function formatHstore(entries: Iterable<readonly [string, unknown]>): string {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return [...entries]
    .map(
      ([key, value]) =>
        `${quoted(key)}=>${value === null || value === undefined ? 'NULL' : quoted(String(value))}`,
    )
    .join(', ');
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');
