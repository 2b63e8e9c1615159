import { MillraceError, type SourceOffset, type StoredOffset, type WantedOffset } from '@millrace/sdk';

/** How far a file was read, as the offset topic keeps it. */
export interface FileOffset {
  /** The byte after the last line that was given out. */
  readonly position: number;
  /** Of the file itself, whatever its name: decimal text. Empty where only the position is known, as Kafka's own connector stores it. */
  readonly inode: string;
  /** Empty: any. */
  readonly fingerprint: string;
  /** When the file was made: decimal text, nanoseconds. Empty: any. */
  readonly born: string;
}

/** When a file was made, as an offset holds it. */
export const bornOf = (state: { readonly birthtimeNs: bigint }): string => String(state.birthtimeNs);

/** Null: nothing is stored. @throws {MillraceError} OFFSET_NOT_READABLE (class config) */
export function fileOffset(stored: SourceOffset | null): FileOffset | null {
  if (stored === null) return null;
  const { position, inode = '', fingerprint = '', born = '' } = stored;
  if (
    isPosition(position) &&
    typeof inode === 'string' &&
    typeof fingerprint === 'string' &&
    typeof born === 'string'
  )
    return { position, inode, fingerprint, born };
  throw new MillraceError('A stored offset of the connector has no position in bytes.', {
    code: 'OFFSET_NOT_READABLE',
    class: 'config',
    hint: 'Alter or delete the offsets of the connector.',
  });
}

/** @throws {MillraceError} OFFSET_NOT_ACCEPTED (class config) */
export async function checkAltered(wanted: readonly WantedOffset[]): Promise<boolean> {
  for (const { partition, offset } of wanted) {
    if (offset === null) continue;
    if (typeof partition.filename !== 'string' || Object.keys(partition).length !== 1)
      throw refused('A partition of FileSource is {"filename": "/path/of/the/file"}.');
    if (!isPosition(offset.position) || ![offset.inode, offset.fingerprint, offset.born].every(isText))
      throw refused(
        'An offset of FileSource has a position in bytes, and may have an inode and a fingerprint.',
      );
  }
  return true;
}

export function offsetInWords({ offset }: StoredOffset): string {
  return isPosition(offset.position) ? `byte ${offset.position}` : 'no position of FileSource';
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

function refused(message: string): MillraceError {
  return new MillraceError(message, {
    code: 'OFFSET_NOT_ACCEPTED',
    class: 'config',
    hint: 'Change what the connector stored, as GET on its offsets shows it, or reset it to read from the beginning.',
  });
}
