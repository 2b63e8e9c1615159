import { isMillraceError } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';

/** By the code of what a log throws; all else is KAFKA_STORAGE_ERROR. */
const READ_ERRORS: ReadonlyMap<string, ErrorName> = new Map([
  ['OFFSET_OUT_OF_RANGE', 'OFFSET_OUT_OF_RANGE'],
  ['LOG_DAMAGED', 'CORRUPT_MESSAGE'],
]);

/** What a consumer is told of a read that failed; what is no failure of a log is thrown on. */
export function readError(error: unknown): ErrorName {
  if (!isMillraceError(error)) throw error;
  return READ_ERRORS.get(error.code) ?? 'KAFKA_STORAGE_ERROR';
}
