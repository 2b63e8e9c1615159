/** Keeps the entries that were used last, up to a number. */
export class BoundedCache<K, V> {
  readonly #max: number;
  readonly #entries = new Map<K, V>();
  #lastKey: K | undefined;
  #lastValue: V | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: K): V | undefined {
    // Mostly it is the same again, and then the order stays.
    if (key === this.#lastKey) return this.#lastValue;
    const value = this.#entries.get(key);
    if (value !== undefined) this.#touch(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#touch(key, value);
    if (this.#entries.size > this.#max) this.#entries.delete(this.#entries.keys().next().value as K);
  }

  #touch(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#lastKey = key;
    this.#lastValue = value;
  }
}
