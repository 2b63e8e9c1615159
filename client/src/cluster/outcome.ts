import { MillraceError } from '@millrace/foundation';
import { errorByCode, kafkaError } from '@millrace/protocol';

/**
 * Throws what an error code of an answer says; nothing for 0.
 * `subject` names what the code is about ("topic orders"); `told` is the broker's own sentence where it sent one.
 */
export function throwOnError(errorCode: number, subject: string, told?: string | null): void {
  const error = errorOf(errorCode, subject, told);
  if (error) throw error;
}

/** As {@link throwOnError}, as a value. */
export function errorOf(errorCode: number, subject: string, told?: string | null): MillraceError | null {
  if (errorCode === 0) return null;
  const { name, message } = errorByCode(errorCode);
  return kafkaError(name, `${subject}: ${told || message}`);
}

/**
 * One error for a request of which parts failed: the first that no retry can mend, else the first; its message counts
 * the others.
 */
export function throwFirst(errors: readonly MillraceError[]): void {
  const first = errors.find((error) => error.details.facts?.retriable !== true) ?? errors[0];
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  const others = errors.filter((error) => error !== first).map((error) => error.message);
  throw new MillraceError(`${first.message} (and ${others.length} more: ${others.join(' ')})`, first.details);
}
