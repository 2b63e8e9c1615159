import { MillraceError } from '@millrace/foundation';

/** Where the next older page of dead letters begins, as callers hand it back: opaque to them. */
export function cursorOf(from: ReadonlyMap<string, number>): string {
  return Buffer.from(JSON.stringify([...from]), 'utf8').toString('base64url');
}

/** @throws {MillraceError} BAD_REQUEST for what is no cursor of ours */
export function readCursor(cursor: string): ReadonlyMap<string, number> {
  try {
    const entries: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(entries) && entries.every(isEntry)) return new Map(entries);
  } catch {
    // Told below, as what is no list.
  }
  throw new MillraceError('The cursor is not one that a page of dead letters gave.', {
    code: 'BAD_REQUEST',
    class: 'config',
    path: 'before',
    hint: 'Leave it out to begin with the newest.',
  });
}

function isEntry(entry: unknown): entry is [string, number] {
  return (
    Array.isArray(entry) &&
    entry.length === 2 &&
    typeof entry[0] === 'string' &&
    Number.isSafeInteger(entry[1])
  );
}
