import { type ConnectRecord, jsonText, type Schema } from '@millrace/sdk';
import type { RecordDifference, ShownRecord, ShownValue } from '../../preview-protocol.ts';

/** The longest text of one value, characters. */
const TEXT_MAX = 16_384;
const DIFFERENCE_TEXT_MAX = 512;
const DIFFERENCES_MAX = 200;
const DEPTH_MAX = 32;

export function shownRecord(record: ConnectRecord): ShownRecord {
  const { topic, partition, timestamp, headers } = record;
  return {
    topic,
    partition,
    timestamp,
    key: shownValue(record.key, record.keySchema),
    value: shownValue(record.value, record.valueSchema),
    headers: headers.map(({ key, value, schema }) => ({ key, value: shownValue(value, schema) })),
  };
}

/** What differs between two records, as a list that ends somewhere. */
export function differencesOf(before: ConnectRecord, after: ConnectRecord): readonly RecordDifference[] {
  if (before === after) return [];
  const found: RecordDifference[] = [];
  compare('', comparable(before), comparable(after), { found, depth: 0 });
  return found;
}

function shownValue(value: unknown, schema: Schema | undefined): ShownValue {
  const text = textOf(value);
  const name = schema?.name === undefined ? '' : ` ${schema.name}`;
  return {
    text: text.slice(0, TEXT_MAX),
    truncated: text.length > TEXT_MAX,
    schema: schema ? `${schema.type}${name}` : null,
  };
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
  readonly depth: number;
}

function compare(path: string, before: unknown, after: unknown, walk: Walk): void {
  if (walk.found.length >= DIFFERENCES_MAX || isSame(before, after)) return;
  const [old, now] = [partsOf(before), partsOf(after)];
  if (!old || !now || walk.depth >= DEPTH_MAX) {
    walk.found.push({ op: 'replace', path, before: shortText(before), after: shortText(after) });
    return;
  }
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    if (walk.found.length >= DIFFERENCES_MAX) return;
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [a, b] = [old.get(key), now.get(key)];
    if (a === undefined && b === undefined) continue;
    if (a === undefined) walk.found.push({ op: 'add', path: at, after: shortText(b) });
    else if (b === undefined) walk.found.push({ op: 'remove', path: at, before: shortText(a) });
    else compare(at, a, b, { found: walk.found, depth: walk.depth + 1 });
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
