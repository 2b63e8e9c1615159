import type { Json } from '@millrace/foundation';
import type { SourceOffset, SourcePartition } from '../record.ts';
import type { DurableOffset } from '../task.ts';

/** What the offset topic is in production: the last durable offset of each source partition. */
export class MemoryOffsets {
  readonly #stored = new Map<string, DurableOffset>();

  get(partition: SourcePartition): SourceOffset | null {
    return this.#stored.get(textOf(partition))?.offset ?? null;
  }

  /** Stores as JSON, so that what does not survive the offset topic does not survive here. */
  put(durable: DurableOffset): void {
    this.#stored.set(textOf(durable.partition), JSON.parse(JSON.stringify(durable)));
  }

  all(): readonly DurableOffset[] {
    return [...this.#stored.values()];
  }
}

/** One text for a partition, whatever the order of its members. */
function textOf(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${textOf(item)}`).join(',')}}`;
}
