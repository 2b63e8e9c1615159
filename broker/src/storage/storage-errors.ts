import { MillraceError } from '@millrace/foundation';

/** The bounds are the log's own, in offsets. */
export function offsetOutOfRange(
  log: { startOffset: number; endOffset: number },
  offset: number,
): MillraceError {
  return new MillraceError(`The log holds offsets ${log.startOffset} to ${log.endOffset}, not ${offset}.`, {
    code: 'OFFSET_OUT_OF_RANGE',
    class: 'config',
  });
}

/** A disk operation that failed: `doing` says which, `path` on what. */
export function storageFailed(doing: string, path: string, cause: unknown): MillraceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MillraceError(`${doing} ${path} failed: ${why}.`, {
    code: 'LOG_STORAGE_FAILED',
    class: 'transient',
    hint: hintFor(cause),
    cause,
  });
}

function hintFor(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'Free space on the disk, then restart the broker.';
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return 'Make the data folder writable for the account that runs the broker, then restart it.';
    case 'EMFILE':
    case 'ENFILE':
      return 'Raise the limit of open files (ulimit -n), then restart the broker.';
    default:
      return 'Check the disk, then restart the broker.';
  }
}
