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
 * Places an item in its round: the highest value goes up with it. Numbers are compared as such, times of ISO 8601 as instants whatever
 * their fractions and offsets, other values as texts.
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
  // A server that counts in seconds gives what is lower by a fraction again and again.
  if (offset.since !== null && compareIncrements(value, offset.since) <= 0)
    return { isNew: !offset.seen.includes(id), offset: { ...offset, again: withId(offset.again, id) } };
  const order = offset.highest === null ? 1 : compareIncrements(value, offset.highest);
  if (order < 0) return { isNew: true, offset };
  const atHighest = order === 0 ? withId(offset.atHighest, id) : [id];
  return { isNew: true, offset: { ...offset, highest: value, atHighest } };
}

const withId = (ids: readonly string[], id: string): readonly string[] =>
  [...ids.filter((each) => each !== id), id].slice(-SEEN_MAX);

/** The offset with which the next round begins. */
export function nextRound(offset: HttpOffset, validator: HttpOffset['validator']): HttpOffset {
  const { since, seen, highest, atHighest, again } = offset;
  const next = { ...BETWEEN_ROUNDS, validator };
  // A round that shows nothing changes nothing.
  if (highest === null) return { ...next, since, seen: [...new Set([...seen, ...again])].slice(-SEEN_MAX) };
  return { ...next, since: highest, seen: [...again, ...atHighest].slice(-SEEN_MAX) };
}

const BETWEEN_ROUNDS = { position: null, highest: null, atHighest: [], again: [] } as const;

const INTEGER = /^-?\d+$/;
/** A time of ISO 8601 or RFC 3339; one without an offset is taken for UTC. */
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?(Z|[+-]\d{2}:?\d{2})?$/i;

/** Which of two values is the lower one: negative, zero or positive. */
function compareIncrements(one: string, other: string): number {
  if (INTEGER.test(one) && INTEGER.test(other)) {
    const difference = BigInt(one) - BigInt(other);
    return difference === 0n ? 0 : difference < 0n ? -1 : 1;
  }
  const [left, right] = [instantOf(one), instantOf(other)];
  if (left && right) return left.ms - right.ms || compareTexts(left.fraction, right.fraction);
  const numbers = [Number(one), Number(other)] as const;
  if (one !== '' && other !== '' && numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
  return compareTexts(one, other);
}

const compareTexts = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

/** A time as whole seconds in ms, and its digits behind them without zeros at the end, which sort as texts. */
function instantOf(text: string): { readonly ms: number; readonly fraction: string } | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, date, time, fraction = '', zone = 'Z'] = match;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const ms = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(ms) ? null : { ms, fraction: fraction.replace(/0+$/, '') };
}
