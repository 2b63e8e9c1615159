import { MillraceError } from '@millrace/foundation';

/**
 * - `MALFORMED_MESSAGE`: the bytes are not a message (cut short, a length that cannot be, null where none may be).
 * - `FIELD_NOT_IN_VERSION`: a value cannot be carried by the version it is to be written in.
 * - `VALUE_OUT_OF_RANGE`: a number, length or version outside what its type holds.
 */
export type ProtocolErrorCode = 'MALFORMED_MESSAGE' | 'FIELD_NOT_IN_VERSION' | 'VALUE_OUT_OF_RANGE';

/** All that readers, writers and codecs throw. What came over a wire is poison, what we tried to write is a bug. */
export class ProtocolError extends MillraceError {
  constructor(code: ProtocolErrorCode, message: string) {
    super(message, { code, class: code === 'MALFORMED_MESSAGE' ? 'poison' : 'bug' });
  }
}

export function malformed(message: string): ProtocolError {
  return new ProtocolError('MALFORMED_MESSAGE', message);
}

export function outOfRange(message: string): ProtocolError {
  return new ProtocolError('VALUE_OUT_OF_RANGE', message);
}

/** A field that the version lacks has a value that may not be dropped. */
export function fieldNotInVersion(message: string, field: string, version: number): ProtocolError {
  return new ProtocolError(
    'FIELD_NOT_IN_VERSION',
    `${message} version ${version} has no field ${field}, which has a value other than its default`,
  );
}

/** A field is null in a version where it may not be. */
export function nullNotInVersion(message: string, field: string, version: number): ProtocolError {
  return new ProtocolError(
    'FIELD_NOT_IN_VERSION',
    `${message} version ${version} cannot carry null as ${field}`,
  );
}

/** @throws {ProtocolError} VALUE_OUT_OF_RANGE unless `min <= version <= max` */
export function checkVersion(message: string, version: number, min: number, max: number): void {
  if (!(version >= min && version <= max)) {
    throw outOfRange(`${message} has versions ${min} to ${max}, not ${version}`);
  }
}
