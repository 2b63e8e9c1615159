/** A record as JsonConverter wrote it. */
export interface Recorded {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: unknown;
  readonly value: unknown;
  readonly headers: readonly (readonly [string, unknown])[];
}

/** What a recording holds: each schema once, records by topic with the numbers of their schemas. */
export interface Recording {
  readonly schemas: readonly unknown[];
  readonly topics: Readonly<Record<string, readonly RecordedEvent[]>>;
}

export interface RecordedEvent {
  readonly key: Sided;
  readonly value: Sided;
  readonly headers?: readonly (readonly [string, unknown])[];
}

/** A value with the number of its schema; null for a tombstone or a record without key. */
export type Sided = { readonly schema: number; readonly payload: unknown } | null;

/** Headers that say who made a record, differently each time. */
const CONTEXT = /^__debezium\.context\./;

/** Puts records into the form of a recording. */
export function recordedOf(records: readonly Recorded[]): Recording {
  const schemas = new Map<string, number>();
  const side = (converted: unknown): Sided => {
    if (converted === null) return null;
    const { schema, payload } = converted as { schema: unknown; payload: unknown };
    const text = JSON.stringify(schema);
    const number = schemas.get(text) ?? schemas.size;
    schemas.set(text, number);
    return { schema: number, payload };
  };
  const topics: Record<string, RecordedEvent[]> = {};
  const ordered = records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  for (const { topic, key, value, headers } of ordered) {
    const kept = headers.filter(([name]) => !CONTEXT.test(name));
    topics[topic] ??= [];
    topics[topic].push({ key: side(key), value: side(value), ...(kept.length > 0 && { headers: kept }) });
  }
  return { schemas: [...schemas.keys()].map((text) => JSON.parse(text)), topics };
}

/** The text of a file: the schemas, then a line for each topic. */
export function toLines({ schemas, topics }: Recording): string {
  const lines = Object.entries(topics)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([topic, events]) => ({ topic, events }));
  return [{ schemas }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Reads such a file. */
export function fromLines(text: string): Recording {
  const [{ schemas = [] } = {}, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { schemas?: unknown[]; topic: string; events: RecordedEvent[] });
  return { schemas, topics: Object.fromEntries(lines.map(({ topic, events }) => [topic, events])) };
}
