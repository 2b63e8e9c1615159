import { createHash } from 'node:crypto';
import { jsonText, MillraceError } from '@millrace/sdk';
import { pointedAt } from './json-pointer.ts';
import type { HttpOffset } from './source-offset.ts';

/** How many items of one value are told apart; more of them are given again by the next round. */
const SEEN_MAX = 1_000;

/** What an item is in a round: new, or one that an earlier round gave. */
export interface Placed {
  readonly isNew: boolean;
  readonly offset: HttpOffset;
}

/**
 * Places an item in its round: the highest value goes up with it. Numbers are compared as such, other values as texts.
 * @throws {MillraceError} ITEM_WITHOUT_INCREMENT (class poison)
 */
export function placed(item: unknown, pointer: string | null, offset: HttpOffset): Placed {
  if (pointer === null) return { isNew: true, offset };
  const found = pointedAt(item, pointer);
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'bigint')
    throw new MillraceError(`An item has no text or number at ${pointer}.`, {
      code: 'ITEM_WITHOUT_INCREMENT',
      class: 'poison',
      hint: 'Correct incremental.pointer, or ask for items that have it.',
    });
  const value = String(found);
  const id = createHash('sha256').update(jsonText(item)).digest('base64url').slice(0, 16);
  const isNew = !(value === offset.since && offset.seen.includes(id));
  const order = offset.highest === null ? 1 : compare(value, offset.highest);
  if (order < 0) return { isNew, offset };
  const others = order === 0 ? offset.atHighest.filter((each) => each !== id) : [];
  return { isNew, offset: { ...offset, highest: value, atHighest: [...others, id].slice(-SEEN_MAX) } };
}

/** The offset with which the next round begins. */
export function nextRound(offset: HttpOffset, validator: HttpOffset['validator']): HttpOffset {
  const { since, seen, highest, atHighest } = offset;
  const isHigher = highest !== null && (since === null || compare(highest, since) > 0);
  const isSame = highest !== null && since !== null && compare(highest, since) === 0;
  const known = isSame ? [...new Set([...seen, ...atHighest])].slice(-SEEN_MAX) : seen;
  return {
    since: isHigher ? highest : since,
    seen: isHigher ? atHighest : known,
    ...{ position: null, highest: null, atHighest: [], validator },
  };
}

const INTEGER = /^-?\d+$/;

function compare(one: string, other: string): number {
  if (INTEGER.test(one) && INTEGER.test(other)) {
    const difference = BigInt(one) - BigInt(other);
    return difference === 0n ? 0 : difference < 0n ? -1 : 1;
  }
  const numbers = [Number(one), Number(other)] as const;
  if (one !== '' && other !== '' && numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
  return one === other ? 0 : one < other ? -1 : 1;
}
