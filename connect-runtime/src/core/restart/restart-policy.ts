export interface RestartPolicy {
  /** Wait before the first restart, ms; doubles with each one. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** A task that ran this long without failing starts from the first wait again, ms. */
  readonly resetAfterMs: number;
}

export interface RestartHistory {
  readonly restarts: number;
  /** When the task last came up, by the monotonic clock, ms. */
  readonly startedAtMs: number;
}

export interface Restart {
  readonly afterMs: number;
  readonly restarts: number;
}

/**
 * What heals by itself is tried again, with a doubling wait and jitter, for as long as it takes; everything else waits for
 * a person. `random` is in [0, 1): waits are drawn from the upper half, so that tasks that failed together spread out.
 */
export function planRestart(
  errorClass: string,
  history: RestartHistory,
  policy: RestartPolicy,
  now: { readonly monoMs: number; readonly random: number },
): Restart | null {
  if (errorClass !== 'transient' && errorClass !== 'throttled') return null;
  const ranWell = now.monoMs - history.startedAtMs >= policy.resetAfterMs;
  const restarts = ranWell ? 0 : history.restarts;
  const wait = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** Math.min(restarts, 30));
  return { afterMs: Math.round(wait * (0.5 + now.random / 2)), restarts: restarts + 1 };
}
