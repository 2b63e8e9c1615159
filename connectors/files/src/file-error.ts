import { isMillraceError, MillraceError } from '@millrace/sdk';

/** What the operating system's codes mean for whoever configures the connector. */
const CONFIG_CODES: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOENT: ['does not exist', 'Make the folder, or correct the path.'],
  ENOTDIR: ['has a part that is no folder', 'Correct the path.'],
  EISDIR: ['is a folder', 'Give the path of a file.'],
  EACCES: ['may not be used', "Give the worker's user the right to it."],
  EPERM: ['may not be used', "Give the worker's user the right to it."],
  EROFS: ['is on a file system that is read-only', 'Choose a path that can be written.'],
  ELOOP: ['has too many symbolic links', 'Correct the path.'],
  ENAMETOOLONG: ['is too long', 'Choose a shorter path.'],
};

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** What is wrong with a path, in a fragment that follows it; null where it may pass with time. */
export function pathProblem(error: unknown): string | null {
  return CONFIG_CODES[codeOf(error)]?.[0] ?? null;
}

/**
 * A failed file operation as a typed error, where it is none yet: a path that can't work is class config and points to its option; a full
 * or failing disk is transient.
 */
export function fileError(error: unknown, path: string, option: string): MillraceError {
  if (isMillraceError(error)) return error;
  const known = CONFIG_CODES[codeOf(error)];
  if (known) {
    return new MillraceError(`${path} ${known[0]}.`, {
      code: 'FILE_NOT_USABLE',
      class: 'config',
      path: option,
      hint: known[1],
      cause: error,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new MillraceError(`${path} could not be read or written: ${reason}.`, {
    code: 'FILE_OPERATION_FAILED',
    class: 'transient',
    hint: 'Look at the space and the health of the disk; the task tries again by itself.',
    cause: error,
  });
}
