import { type ErrorClass, isMillraceError } from '@millrace/foundation';

/** Codes that are about the machine rather than about what was asked. */
const ENVIRONMENT = new Set(['PORT_IN_USE', 'DATA_DIR_NOT_WRITABLE', 'DATA_DIR_LOCKED', 'LISTEN_FAILED']);

/** What is said of an error at the end of a command: one sentence, what to do, and the exit code that goes with it. */
export function explain(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (isMillraceError(error)) {
    const { hint, path } = error.details;
    const lines = [`${error.message}${path && !error.message.includes(path) ? ` (${path})` : ''}`];
    if (hint) lines.push(hint);
    return { text: lines.join('\n'), exitCode: exitCodeOf(error.code, error.class) };
  }
  const refused = error as NodeJS.ErrnoException;
  if (error instanceof Error && refused.syscall && refused.code) {
    const what = `${refused.syscall}${refused.path ? ` of ${refused.path}` : ''}`;
    return {
      text: `The system refused ${what}: ${refused.code}. Is the data folder still there?`,
      exitCode: 3,
    };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `Millrace stopped because of a bug of its own: ${text}`, exitCode: 1 };
}

function exitCodeOf(code: string, errorClass: ErrorClass): number {
  if (ENVIRONMENT.has(code)) return 3;
  return errorClass === 'config' ? 2 : 1;
}
