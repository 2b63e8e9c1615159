import { PATIENCE_MS, eventually as untilTrue } from '@millrace/sdk/testing';

export interface Patience {
  /** What is waited for, for the message of a failure. */
  readonly what: string;
  /** Milliseconds; 10,000 where it is not given. */
  readonly timeoutMs?: number;
}

/** Asks `check` again and again until it answers something true, and gives that back. */
export function eventually<T>(
  check: () => T | Promise<T>,
  { what, timeoutMs = PATIENCE_MS }: Patience,
): Promise<T> {
  return untilTrue(what, check, timeoutMs);
}
