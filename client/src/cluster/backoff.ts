import type { ClientConfig } from './client-config.ts';

/** Exponential from `baseMs` to `maxMs` with 20 % of jitter either way (KIP-580). `attempt` counts from 0, `chance` is in [0, 1). */
export function backoffMs(attempt: number, baseMs: number, maxMs: number, chance: number): number {
  const plain = Math.min(baseMs * 2 ** Math.min(attempt, 30), maxMs);
  return Math.round(plain * (0.8 + 0.4 * chance));
}

/** How long to wait before try `attempt` (from 0) is repeated, ms. */
export function retryPauseMs(config: ClientConfig, attempt: number): number {
  return backoffMs(attempt, config.retryBackoffMs, config.retryBackoffMaxMs, config.random.float());
}
