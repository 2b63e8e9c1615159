/** An entry of a stream; its fields are null where it was removed while it was pending. */
export interface StreamEntry {
  readonly stream: string;
  readonly id: string;
  /** Names and values in turn. */
  readonly fields: readonly Buffer[] | null;
}

/** What `XREAD` and `XREADGROUP` answer. */
export function entriesOf(answer: unknown): readonly StreamEntry[] {
  if (!Array.isArray(answer)) return [];
  return answer.flatMap(([stream, entries]: [Buffer, unknown]) => entryList(stream.toString(), entries));
}

/** What `XRANGE` and `XAUTOCLAIM` list. */
export function entryList(stream: string, entries: unknown): readonly StreamEntry[] {
  if (!Array.isArray(entries)) return [];
  return entries.map(([id, fields]: [Buffer, readonly Buffer[] | null]) => ({
    stream,
    id: id.toString(),
    fields,
  }));
}
