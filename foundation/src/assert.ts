/** Thrown where something that must hold does not: a bug of ours, never a reaction to input. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Stays on in production: a state that cannot be right must not spread. `what` says what must hold. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new AssertionError(`must hold: ${what}`);
}

/** Closes a `switch` over a discriminated union: a case that was forgotten fails to compile. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected case ${JSON.stringify(value)}`);
}
