import type { SourceOffset, StoredOffset } from '@millrace/sdk';
import { isGeneration } from './table-generation.ts';

/** How far a table, or a query, has been read. Values are PostgreSQL's own text, so that none loses digits. */
export interface QueryPosition {
  /** Rows up to this time are covered, but for those of this time with a greater number. */
  readonly timestamp?: string;
  readonly incrementing?: string;
  /** Of the table, with mode incrementing: numbers of another one are not in line with this one. */
  readonly generation?: string;
  /** With mode bulk: when everything was read last, in ISO 8601. */
  readonly read?: string;
}

const TIME =
  /^(?:-?infinity|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[+-]\d\d(?::\d\d){0,2})?(?: BC)?)$/;
/** As many digits as numeric has, before the point and behind it. */
const NUMBER = /^-?\d{1,131072}(?:\.\d{1,16383})?$/;

/** What numeric has besides. */
const NO_NUMBER = /^(?:NaN|-?Infinity)$/;

/** Whether it is a number that others can come behind: `NaN` and the infinities are none. */
export const isPlainNumber = (text: string): boolean => NUMBER.test(text);

/** As the offset topic stores it: `{"timestamp": "2024-02-29 12:00:00.5+00", "incrementing": "42"}`. */
export const toQueryOffset = (position: QueryPosition): SourceOffset => ({ ...position });

/** Reads a stored offset; null where it is not one of ours. A number may be given as such. */
export function fromQueryOffset(offset: SourceOffset): QueryPosition | null {
  const { timestamp, incrementing, generation, read, ...others } = offset;
  if (Object.keys(others).length > 0) return null;
  const number = typeof incrementing === 'number' ? String(incrementing) : incrementing;
  if (timestamp !== undefined && !(typeof timestamp === 'string' && TIME.test(timestamp))) return null;
  if (
    number !== undefined &&
    !(typeof number === 'string' && (isPlainNumber(number) || NO_NUMBER.test(number)))
  )
    return null;
  if (generation !== undefined && !(typeof generation === 'string' && isGeneration(generation))) return null;
  if (read !== undefined && !(typeof read === 'string' && !Number.isNaN(Date.parse(read)))) return null;
  return {
    ...(timestamp !== undefined && { timestamp: String(timestamp) }),
    ...(number !== undefined && { incrementing: String(number) }),
    ...(generation !== undefined && { generation: String(generation) }),
    ...(read !== undefined && { read: String(read) }),
  };
}

/** In a person's words, such as `rows of public.orders up to 2024-02-29 12:00:00+00, number 42`. */
export function queryPositionInWords({ partition, offset }: StoredOffset): string {
  const position = fromQueryOffset(offset);
  if (!position) return 'no position of PostgresQuerySource';
  const of = typeof partition.table === 'string' ? partition.table : 'the query';
  const { timestamp, incrementing, read } = position;
  const number = incrementing === undefined ? [] : [`number ${incrementing}`];
  const parts = [...(timestamp === undefined ? [] : [timestamp]), ...number];
  if (parts.length > 0) return `rows of ${of} up to ${parts.join(', ')}`;
  return read === undefined ? `nothing of ${of} yet` : `all rows of ${of} as of ${read}`;
}
