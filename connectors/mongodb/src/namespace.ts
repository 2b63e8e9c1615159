/** A collection's full name, `database.collection`; the database has no dot. */
export type Namespace = string;

export const namespaceOf = (db: string, coll: string): Namespace => `${db}.${coll}`;

export function splitNamespace(namespace: Namespace): { readonly db: string; readonly coll: string } {
  const dot = namespace.indexOf('.');
  return { db: namespace.slice(0, dot), coll: namespace.slice(dot + 1) };
}

/** By bytes, as the server compares texts. */
export const compareNamespaces = (a: Namespace, b: Namespace): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The server's own databases and collections, which are never captured. */
export const isInternal = (namespace: Namespace): boolean =>
  /^(?:admin|config|local)\./.test(namespace) || /^[^.]+\.system\./.test(namespace);
