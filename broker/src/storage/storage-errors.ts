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

/** What somebody can put right while the broker runs; a device that fails is none of it. */
const MENDABLE: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'Free space on the disk.'],
  ['EDQUOT', 'Free space on the disk, or raise the quota.'],
  ['EROFS', 'Make the file system writable.'],
  ['EACCES', 'Make the data folder writable for the account that runs the broker.'],
  ['EPERM', 'Make the data folder writable for the account that runs the broker.'],
  [
    'EMFILE',
    'Close files, or lower log.open.files.max or raise the limit of open files (ulimit -n) for the next start.',
  ],
  ['ENFILE', 'Close files, or raise the limit of open files of the machine.'],
]);

/** Whether a log that failed by this may be tried again once somebody has put it right. */
export function isMendable(cause: unknown): boolean {
  return MENDABLE.has(codeOf(cause));
}

function hintFor(cause: unknown): string {
  const hint = MENDABLE.get(codeOf(cause));
  if (hint === undefined) return 'Check the disk, then restart the broker.';
  return `${hint} A broker that runs tries again by itself.`;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
