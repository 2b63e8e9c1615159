/** How long a promise of the contract may take to come true, where it says nothing else. */
export const PATIENCE_MS = 10_000;
const PAUSE_MS = 10;

/** Waits until `check` answers something true, and gives that back; fails at the deadline with what `check` last threw. */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  deadlineMs: number = PATIENCE_MS,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await check();
      if (answer) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** The promise's outcome, or a failure that says what did not end in time. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  deadlineMs: number = PATIENCE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${deadlineMs} ms: ${what}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
