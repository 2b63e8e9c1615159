import type { ErrorName } from '@millrace/protocol';

/** Clients before the version that knows PRODUCER_FENCED are told what they know instead. */
export function fencedError(
  error: ErrorName | null,
  version: number,
  knownSinceVersion: number,
): ErrorName | null {
  return error === 'PRODUCER_FENCED' && version < knownSinceVersion ? 'INVALID_PRODUCER_EPOCH' : error;
}
