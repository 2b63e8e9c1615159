import { type ConnectRecord, jsonText, type Schema } from '@millrace/sdk';
import type { RecordDifference, ShownRecord, ShownValue } from '../../preview-protocol.ts';

/** The longest text of one value, characters. */
const TEXT_MAX = 16_384;
const DIFFERENCE_TEXT_MAX = 512;
const DIFFERENCES_MAX = 200;
const DEPTH_MAX = 32;
/** Characters of all texts of a preview: they leave the host as one answer. What comes above them is shown by its beginning. */
const TEXTS_MAX = 8 * 1024 * 1024;
const BEGINNING = 256;
/** The most differences of a step that are shown above them. */
const FEW_DIFFERENCES = 10;

/** Records as people read them, and what differs between two; all of a preview together takes a bounded room. */
export class RecordView {
  #left = TEXTS_MAX;

  record(record: ConnectRecord): ShownRecord {
    const { topic, partition, timestamp, headers } = record;
    return {
      topic,
      partition,
      timestamp,
      key: this.#value(record.key, record.keySchema),
      value: this.#value(record.value, record.valueSchema),
      headers: headers.map(({ key, value, schema }) => ({ key, value: this.#value(value, schema) })),
    };
  }

  /** A list that ends somewhere. */
  differences(before: ConnectRecord, after: ConnectRecord): readonly RecordDifference[] {
    if (before === after) return [];
    const found: RecordDifference[] = [];
    const most = this.#left > 0 ? DIFFERENCES_MAX : FEW_DIFFERENCES;
    compare('', comparable(before), comparable(after), { found, most, depth: 0 });
    for (const { before: was = '', after: is = '' } of found) this.#left -= was.length + is.length;
    return found;
  }

  #value(value: unknown, schema: Schema | undefined): ShownValue {
    const text = textOf(value);
    const shown = text.slice(0, this.#left > 0 ? TEXT_MAX : BEGINNING);
    this.#left -= shown.length;
    const name = schema?.name === undefined ? '' : ` ${schema.name}`;
    return {
      text: shown,
      truncated: text.length > shown.length,
      schema: schema ? `${schema.type}${name}` : null,
    };
  }
}

function textOf(value: unknown): string {
  try {
    return jsonText(value ?? null);
  } catch {
    // What has no form in JSON, such as a value that contains itself, is shown by its kind.
    return JSON.stringify(Object.prototype.toString.call(value));
  }
}

function comparable(record: ConnectRecord): Record<string, unknown> {
  const { topic, partition, timestamp, key, value, keySchema, valueSchema } = record;
  const headers = Object.fromEntries(record.headers.map((header) => [header.key, header.value]));
  return { topic, partition, timestamp, key, value, headers, keySchema, valueSchema };
}

interface Walk {
  readonly found: RecordDifference[];
  readonly most: number;
  readonly depth: number;
}

function compare(path: string, before: unknown, after: unknown, walk: Walk): void {
  if (walk.found.length >= walk.most || isSame(before, after)) return;
  const [old, now] = [partsOf(before), partsOf(after)];
  if (!old || !now || walk.depth >= DEPTH_MAX) {
    walk.found.push({ op: 'replace', path, before: shortText(before), after: shortText(after) });
    return;
  }
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    if (walk.found.length >= walk.most) return;
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [a, b] = [old.get(key), now.get(key)];
    if (a === undefined && b === undefined) continue;
    if (a === undefined) walk.found.push({ op: 'add', path: at, after: shortText(b) });
    else if (b === undefined) walk.found.push({ op: 'remove', path: at, before: shortText(a) });
    else compare(at, a, b, { ...walk, depth: walk.depth + 1 });
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return a.equals(b);
  return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
}

/** The parts of an object, a map or a list by their names; null for what has none. */
function partsOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || value instanceof Date)
    return null;
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [String(key), item]));
  return new Map(Object.entries(value));
}

function shortText(value: unknown): string {
  return textOf(value).slice(0, DIFFERENCE_TEXT_MAX);
}
