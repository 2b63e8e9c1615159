const DELIMITERS = new Set([':', ',', '{', '}', '[', ']', '"']);

/** The text of a value in tokens: delimiters that no backslash escapes, and what is between them. */
export class ValueTokens {
  readonly text: string;
  #index = 0;
  #next: string | null = null;

  constructor(text: string) {
    this.text = text;
  }

  get position(): number {
    return this.#index - (this.#next?.length ?? 0);
  }

  rewind(position: number): void {
    this.#index = position;
    this.#next = null;
  }

  hasNext(): boolean {
    return this.#next !== null || this.#index < this.text.length;
  }

  next(): string {
    const token = this.#next ?? this.#take();
    this.#next = null;
    return token;
  }

  /** The next tokens as one text; null, and nothing taken, where there are fewer. */
  take(count: number): string | null {
    const start = this.position;
    for (let taken = 0; taken < count; taken++) {
      if (!this.hasNext()) {
        this.rewind(start);
        return null;
      }
      this.next();
    }
    return this.text.slice(start, this.position);
  }

  /** Takes the token where it is the expected one; blanks before and around it do not count. */
  accept(expected: string): boolean {
    if (this.#next === null) {
      if (!this.hasNext()) return false;
      this.#next = this.#take();
    }
    while (this.#next.trim() === '' && this.#index < this.text.length) this.#next = this.#take();
    if (this.#next.trim() !== expected) return false;
    this.#next = null;
    return true;
  }

  #take(): string {
    const start = this.#index;
    for (let escaped = false; this.#index < this.text.length; this.#index++) {
      const char = this.text[this.#index] as string;
      if (DELIMITERS.has(char) && !escaped) {
        if (start === this.#index) this.#index++;
        break;
      }
      escaped = char === '\\' && !escaped;
    }
    return this.text.slice(start, this.#index);
  }
}
