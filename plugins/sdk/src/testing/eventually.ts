/** How long a promise of the contract may take to come true, where it says nothing else. */
export const PATIENCE_MS = 10_000;
/** What comes soon is seen soon; who waits longer leaves the machine to those that he waits for. */
const PAUSE_MS = 10;
const PAUSE_GROWTH = 1.1;
const PAUSE_MAX_MS = 50;

/** Waits until `check` answers something true, and gives that back; fails at the deadline with what `check` last threw. */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  deadlineMs: number = PATIENCE_MS,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MAX_MS)) {
    let cause: unknown;
    try {
      const answer = await check();
      if (answer) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
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
