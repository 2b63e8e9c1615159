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

/** The disk does not keep up: as much waits for it as may. */
export function writesPending(path: string): MillraceError {
  return new MillraceError(`Too much waits to be written to the disk of ${path}.`, {
    code: 'LOG_WRITES_PENDING',
    class: 'transient',
    hint: 'Send it again later. If this lasts, look after the disk, or raise log.pending.write.max.bytes.',
  });
}

/** Bytes of a synced segment that are no batch any more. */
export function logDamaged(path: string, position: number, offset: number): MillraceError {
  return new MillraceError(`${path} is damaged at byte ${position}: offset ${offset} cannot be read.`, {
    code: 'LOG_DAMAGED',
    class: 'config',
    hint: 'Read on behind the damage, or restore the folder of the log from a backup.',
  });
}

/** A read below the end of a log that gave nothing: whoever goes on asking would do so for ever. */
export function logNotReadable(
  log: { id: { topic: string; partition: number } },
  offset: number,
): MillraceError {
  const { topic, partition } = log.id;
  return new MillraceError(
    `The log ${topic}-${partition} gives nothing at offset ${offset}, which is below its end.`,
    {
      code: 'LOG_NOT_READABLE',
      class: 'config',
      hint: 'Restore the folder of the log from a backup.',
    },
  );
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
