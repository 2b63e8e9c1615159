import { bytes } from './numbers.ts';
import { span } from './times.ts';

/** Kafka's way to say that there is no bound. */
const UNBOUNDED: ReadonlySet<string> = new Set(['9223372036854775807', '2147483647']);
const MS = /(?:^|\.)ms$/;
const BYTES = /(?:^|\.)bytes$/;
/** Shorter and smaller read well as they stand. */
const WORDS_FROM_MS = 1_000;
const WORDS_FROM_BYTES = 1_024;

/** A value of Kafka's as people say it, by the unit in its key: `7 d`, `1 MB`, `no bound`; null where it reads well as it stands. */
export function valueInWords(key: string, value: string | null): string | null {
  if (value === null || !/^\d+$/.test(value)) return null;
  if (UNBOUNDED.has(value)) return 'no bound';
  const number = Number(value);
  if (MS.test(key) && number >= WORDS_FROM_MS) return span(number);
  if (BYTES.test(key) && number >= WORDS_FROM_BYTES) return bytes(number);
  return null;
}
