/** Signals of one wish to stop come close together: a terminal's to the whole process group, and a launcher's own, ms. */
const SAME_WISH_MS = 500;

/**
 * Resolves at the first SIGINT or SIGTERM. A later one ends the process at once, for whoever does not want to wait. A process that another
 * one keeps (by a channel to it) ends with that one too.
 */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let askedAtMs: number | null = null;
    if (process.connected) process.once('disconnect', () => resolve('disconnect'));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        const nowMs = performance.now();
        if (askedAtMs !== null && nowMs - askedAtMs > SAME_WISH_MS) process.exit(1);
        askedAtMs ??= nowMs;
        resolve(signal);
      });
    }
  });
}
