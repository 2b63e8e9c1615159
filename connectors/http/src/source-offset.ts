import { MillraceError, type SourceOffset, type StoredOffset, type WantedOffset } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import { shownUrl } from './http-error.ts';
import { checkPosition } from './page-walk.ts';

/** How far the answers were read, as the offset topic keeps it. */
export interface HttpOffset {
  /** The incremental value that this round asks from; null: for all. */
  readonly since: string | null;
  /** Checksums of the items that the server may give again though they were given: they have this value, or came in spite of a lower one. */
  readonly seen: readonly string[];
  /** The page that is read: number, offset, cursor or address. Null: the first. */
  readonly position: string | null;
  /** The highest value of this round so far, and the items that have it. */
  readonly highest: string | null;
  readonly atHighest: readonly string[];
  /** The items of this round that are not above `since`. */
  readonly again: readonly string[];
  /** What tells whether the answer changed since the last round, and what was asked then. */
  readonly validator: { readonly url: string; readonly etag?: string; readonly lastModified?: string } | null;
}

export const beginning = (since: string | null): HttpOffset => ({
  ...{ since, seen: [], position: null, highest: null, atHighest: [], again: [], validator: null },
});

const isText = (value: unknown): value is string | null => value === null || typeof value === 'string';
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** Null: it is none of ours. */
function parsed(offset: SourceOffset): HttpOffset | null {
  const {
    since = null,
    seen = [],
    position = null,
    highest = null,
    atHighest = [],
    again = [],
    validator = null,
  } = offset;
  const known = ['since', 'seen', 'position', 'highest', 'atHighest', 'again', 'validator'];
  const isOurs =
    Object.keys(offset).every((key) => known.includes(key)) &&
    [since, position, highest].every(isText) &&
    isTexts(seen) &&
    isTexts(atHighest) &&
    isTexts(again) &&
    typeof validator === 'object' &&
    !Array.isArray(validator);
  if (!isOurs) return null;
  return {
    ...{ since, seen, position, highest, atHighest, again, validator },
  } as HttpOffset;
}

/** Null: nothing is stored. @throws {MillraceError} OFFSET_NOT_READABLE (class config) */
export function fromStored(stored: SourceOffset | null): HttpOffset | null {
  if (stored === null) return null;
  const offset = parsed(stored);
  if (offset !== null) return offset;
  throw new MillraceError('A stored offset of the connector is none of HttpSource.', {
    code: 'OFFSET_NOT_READABLE',
    class: 'config',
    hint: 'Alter or delete the offsets of the connector.',
  });
}

export const toStored = (offset: HttpOffset): SourceOffset => ({
  ...offset,
  seen: [...offset.seen],
  atHighest: [...offset.atHighest],
  again: [...offset.again],
  validator: offset.validator === null ? null : { ...offset.validator },
});

/** @throws {MillraceError} OFFSET_NOT_ACCEPTED, HTTP_POSITION_NOT_USABLE, HTTP_PAGE_ELSEWHERE (class config) */
export async function checkAltered(config: SourceConfig, wanted: readonly WantedOffset[]): Promise<boolean> {
  for (const { partition, offset } of wanted) {
    if (offset === null) continue;
    if (typeof partition.url !== 'string' || Object.keys(partition).length !== 1)
      throw refused('A partition of HttpSource is {"url": "https://..."}, as the config has it.');
    const known = parsed(offset);
    if (known === null)
      throw refused(
        'An offset of HttpSource is {"since": "the incremental value"}, or what it stored itself.',
      );
    checkPosition(config, known.position);
  }
  return true;
}

export function offsetInWords({ offset }: StoredOffset): string {
  const known = parsed(offset);
  if (known === null) return 'no position of HttpSource';
  const from = known.since === null ? 'from the beginning' : `from ${known.since}`;
  return known.position === null ? from : `${from}, at page ${shown(known.position)}`;
}

/** An address without what may be secret in it. */
function shown(position: string): string {
  return /^https?:/.test(position) && URL.canParse(position) ? shownUrl(position) : position;
}

function refused(message: string): MillraceError {
  return new MillraceError(message, {
    code: 'OFFSET_NOT_ACCEPTED',
    class: 'config',
    hint: 'Change what the connector stored, as GET on its offsets shows it, or reset it to read from the beginning.',
  });
}
