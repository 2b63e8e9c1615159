/** A header as the wire has it. */
export interface HeaderBytes {
  readonly key: string;
  readonly value: Buffer | null;
}

/** Where a record was read first. */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Headers that a dead letter carries when it is sent again; the count stays with it when it fails again. */
export const REDRIVE_COUNT = 'millrace.redrive.count';
const REDRIVE_OF = 'millrace.redrive.of';
const ORIGIN_TOPIC = 'millrace.redrive.topic';
const ORIGIN_PARTITION = 'millrace.redrive.partition';
const ORIGIN_OFFSET = 'millrace.redrive.offset';

/** What a dead letter says about its failure: not part of the record itself. */
const ABOUT_FAILURE = /^(?:__connect\.errors\.|millrace\.error\.|millrace\.redrive\.)/;
/** Longest name of a topic. */
const TOPIC_NAME_MAX = 249;

/**
 * The topic by which a connector's dead letters come to its tasks again: its own, so that they pass whatever the connector does now, in
 * order, and once.
 */
export function redriveTopicOf(connector: string): string {
  const legal = connector.replace(/[^A-Za-z0-9._-]/g, '_');
  const name = `connect-${legal}-redrive`;
  // Two connectors of which only illegal characters differ must not share one.
  if (legal === connector && name.length <= TOPIC_NAME_MAX) return name;
  return `connect-${legal.slice(0, 200)}-${hashOf(connector)}-redrive`;
}

/** The headers of a record that is sent again: its own, and the marks. */
export function redriveHeaders(
  headers: readonly HeaderBytes[],
  letter: RecordOrigin,
  origin: RecordOrigin,
): readonly HeaderBytes[] {
  return [
    ...ownHeaders(headers),
    text(REDRIVE_COUNT, String(redriveCountOf(headers) + 1)),
    text(REDRIVE_OF, placeOf(letter)),
    text(ORIGIN_TOPIC, origin.topic),
    text(ORIGIN_PARTITION, String(origin.partition)),
    text(ORIGIN_OFFSET, String(origin.offset)),
  ];
}

/** How often a record was sent again so far. */
export function redriveCountOf(headers: readonly HeaderBytes[]): number {
  return numberIn(headers, REDRIVE_COUNT) ?? 0;
}

/** The dead letter that a record of the redrive topic was, as `placeOf` names it; null for what is none. */
export function redrivenPlaceOf(headers: readonly HeaderBytes[]): string | null {
  return textIn(headers, REDRIVE_OF);
}

export function placeOf({ topic, partition, offset }: RecordOrigin): string {
  return `${topic}/${partition}/${offset}`;
}

/** A record that came by a redrive topic, as it was when it was read first; null where it lacks the marks. */
export function asReadFirst<R extends RecordOrigin & { readonly headers: readonly HeaderBytes[] }>(
  record: R,
): (R & { readonly redrives: number }) | null {
  const { headers } = record;
  const topic = textIn(headers, ORIGIN_TOPIC);
  const partition = numberIn(headers, ORIGIN_PARTITION);
  const offset = numberIn(headers, ORIGIN_OFFSET);
  if (topic === null || partition === null || offset === null) return null;
  const redrives = redriveCountOf(headers);
  return { ...record, topic, partition, offset, headers: ownHeaders(headers), redrives };
}

export function textIn(headers: readonly HeaderBytes[], key: string): string | null {
  // A letter that failed again has headers of both failures where they were not taken off: the last ones count.
  return headers.findLast((header) => header.key === key)?.value?.toString('utf8') ?? null;
}

export function numberIn(headers: readonly HeaderBytes[], key: string): number | null {
  const value = textIn(headers, key);
  const number = value === null || value === '' ? Number.NaN : Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

function ownHeaders(headers: readonly HeaderBytes[]): readonly HeaderBytes[] {
  return headers.filter(({ key }) => !ABOUT_FAILURE.test(key));
}

function text(key: string, value: string): HeaderBytes {
  return { key, value: Buffer.from(value, 'utf8') };
}

/** FNV-1a, 32 bits. */
export function hashOf(value: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < value.length; index++) {
    hash ^= value.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
