import { MillraceError } from '@millrace/foundation';

/** Kafka Connect's task numbers are part of the path: what is no number is a path that does not exist. */
export function readTaskNumber(text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new MillraceError('HTTP 404 Not Found', {
    code: 'NOT_FOUND',
    class: 'config',
    hint: `"${text}" is no task number.`,
  });
}
