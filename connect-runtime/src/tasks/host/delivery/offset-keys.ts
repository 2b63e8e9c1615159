import type { JsonObject } from '@millrace/foundation';
import { offsetKey } from '../../../core/offsets/offset-key.ts';

/**
 * The keys that a task's offsets stand under. A position goes under the key that it was found under: a Java worker may have written the
 * fields of the partition in another order, and looks for it there when the group is given back to it.
 */
export class OffsetKeys {
  readonly #connector: string;
  /** By the key with sorted fields, where the topic has another one. */
  readonly #others = new Map<string, string>();

  constructor(connector: string) {
    this.#connector = connector;
  }

  found(partition: JsonObject, key: string): void {
    const sorted = offsetKey(this.#connector, partition);
    if (key !== sorted) this.#others.set(sorted, key);
  }

  /** The same for equal partitions, whatever the order of their fields. */
  of(partition: JsonObject): string {
    const sorted = offsetKey(this.#connector, partition);
    return this.#others.get(sorted) ?? sorted;
  }
}
