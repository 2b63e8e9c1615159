import { MillraceError } from '@millrace/foundation';
import type { Direction } from './message-page.ts';

/** Where the next page begins, as callers hand it back: opaque to them. */
export interface MessageCursor {
  readonly direction: Direction;
  /** By partition, the `at` of its lane. */
  readonly at: ReadonlyMap<number, number>;
}

export function writeCursor({ direction, at }: MessageCursor): string {
  return Buffer.from(JSON.stringify([direction, ...[...at].flat()]), 'utf8').toString('base64url');
}

/** @throws {MillraceError} BAD_REQUEST for what is no cursor of ours */
export function readCursor(cursor: string): MessageCursor {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const [direction, ...numbers] = Array.isArray(read) ? read : [];
    const valid = numbers.length % 2 === 0 && numbers.every((one) => Number.isSafeInteger(one) && one >= 0);
    if ((direction === 'back' || direction === 'on') && valid) {
      const at = new Map<number, number>();
      for (let i = 0; i < numbers.length; i += 2) at.set(Number(numbers[i]), Number(numbers[i + 1]));
      return { direction, at };
    }
  } catch {
    // Told below, as what is no list.
  }
  throw new MillraceError('This is not the "next" of a page of messages.', {
    code: 'BAD_REQUEST',
    class: 'config',
    path: 'after',
    hint: 'Leave it out to begin anew.',
  });
}
