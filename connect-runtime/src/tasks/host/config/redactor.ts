/** What stands where a secret would be. */
export const REDACTED = '[hidden]';
/** Shorter values would take half of every sentence with them, and protect nothing. */
const MIN_LENGTH = 3;
/** Values that are remembered; the oldest go first. */
const MAX_VALUES = 20_000;

/**
 * Knows the secrets of this process, and takes them out of everything that leaves it: errors, traces, logs. As they are, and as they
 * look inside of JSON and of URLs.
 */
export class Redactor {
  readonly #values = new Set<string>();
  #pattern: RegExp | null = null;

  /** `inClear` are values that the same config shows anyway, such as a user who has his own name for a password. */
  add(secrets: Iterable<string>, inClear: ReadonlySet<string> = new Set()): void {
    for (const secret of secrets) {
      if (secret.length < MIN_LENGTH || inClear.has(secret)) continue;
      for (const form of formsOf(secret)) {
        if (this.#values.has(form)) continue;
        this.#values.add(form);
        this.#pattern = null;
      }
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= MAX_VALUES) break;
      this.#values.delete(oldest);
      this.#pattern = null;
    }
  }

  text(text: string): string {
    if (this.#values.size === 0) return text;
    this.#pattern ??= patternOf(this.#values);
    return text.replace(this.#pattern, REDACTED);
  }

  /** Every text in plain data, however deep; keys stay. */
  deep<T>(value: T): T {
    return this.#values.size === 0 ? value : (this.#deep(value) as T);
  }

  #deep(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#deep(item));
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#deep(item)]));
  }
}

/** Of this process: what leaves it leaves by many ways. */
export const processRedactor = new Redactor();

/** Plugins print too: what goes to the output of this process passes the redactor. */
export function redactOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
    stream.write = (chunk: unknown, ...rest: unknown[]) => write(redacted(chunk, processRedactor), ...rest);
  }
}

/** A piece of output, which may be text or its bytes. */
export function redacted(chunk: unknown, redactor: Redactor): unknown {
  if (typeof chunk === 'string') return redactor.text(chunk);
  if (!(chunk instanceof Uint8Array)) return chunk;
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const text = bytes.toString('utf8');
  const clean = redactor.text(text);
  // What holds no secret may be no text either, and stays as it is.
  return clean === text ? chunk : Buffer.from(clean, 'utf8');
}

function formsOf(secret: string): readonly string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())];
}

/** The longest first: a secret may be the beginning of another one. */
function patternOf(values: ReadonlySet<string>): RegExp {
  const longestFirst = [...values].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((value) => RegExp.escape(value)).join('|'), 'g');
}
