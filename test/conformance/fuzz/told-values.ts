const VALUES_KEPT = 6;
const TEXT_LENGTH_MAX = 300;
const ITEMS_LOOKED_AT = 5;
/** What later requests can use of an answer: who somebody is, and how far. */
const OF_USE = /(?:Id|Epoch|Offset|Name|^name|^offset|^epoch)$/;

/** What answers have told, by the names of their fields: only who knows it gets further than the first check. */
export class ToldValues {
  readonly #values = new Map<string, (string | number)[]>();
  /** What no request may name: it belongs to others. */
  readonly spared = new Set<string>();

  /** Takes in a decoded answer. */
  learn(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null || Buffer.isBuffer(answer)) return;
    if (Array.isArray(answer)) {
      for (const item of answer.slice(0, ITEMS_LOOKED_AT)) this.learn(item);
      return;
    }
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === 'object') this.learn(value);
      else if (OF_USE.test(name)) this.#keep(name, value);
    }
  }

  of(name: string): readonly (string | number)[] {
    return this.#values.get(name) ?? [];
  }

  #keep(name: string, value: unknown): void {
    if (typeof value !== 'string' && typeof value !== 'number') return;
    if (typeof value === 'string' && (value.length > TEXT_LENGTH_MAX || this.spared.has(value))) return;
    const known = this.#values.get(name) ?? [];
    if (known.includes(value)) return;
    known.push(value);
    if (known.length > VALUES_KEPT) known.shift();
    this.#values.set(name, known);
  }
}
