/** The classes of errors, as the whole of Millrace has them. */
export const errorClasses = ['transient', 'throttled', 'poison', 'auth', 'config', 'bug'] as const;

export type RestartClass = (typeof errorClasses)[number];

export interface RestartPolicy {
  /** Wait before the first restart, ms; doubles with each one. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** A task that ran this long without failing starts from the first wait again, and with no attempt counted, ms. */
  readonly resetAfterMs: number;
  /** How often in a row a failure of a class is tried again: 0 for never, {@link FOR_EVER} without an end. */
  readonly attempts: Readonly<Record<RestartClass, number>>;
}

export const FOR_EVER = -1;

export interface RestartHistory {
  readonly restarts: number;
  /** When the task last came up, by the monotonic clock, ms. */
  readonly startedAtMs: number;
}

export type RestartPlan =
  | { readonly kind: 'restart'; readonly afterMs: number; readonly restarts: number }
  /** `reason` is a sentence for people. */
  | { readonly kind: 'giveUp'; readonly restarts: number; readonly reason: string };

/**
 * What heals by itself is tried again, with a doubling wait and jitter, as often as its class allows; everything else waits
 * for a person. `random` is in [0, 1): waits are drawn from the upper half, so that tasks that failed together spread out.
 */
export function planRestart(
  errorClass: string,
  history: RestartHistory,
  policy: RestartPolicy,
  now: { readonly monoMs: number; readonly random: number },
): RestartPlan {
  const allowed = isErrorClass(errorClass) ? policy.attempts[errorClass] : 0;
  const ranWell = now.monoMs - history.startedAtMs >= policy.resetAfterMs;
  const restarts = ranWell ? 0 : history.restarts;
  if (allowed !== FOR_EVER && restarts >= allowed) return giveUp(errorClass, restarts);
  const wait = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** Math.min(restarts, 30));
  return {
    kind: 'restart',
    afterMs: Math.round(wait * (0.5 + now.random / 2)),
    restarts: restarts + 1,
  };
}

/** The keys of the policy, in a worker's config and, over these, in a connector's. */
export const restartKeys = {
  backoffMs: 'task.restart.backoff.ms',
  backoffMaxMs: 'task.restart.backoff.max.ms',
  resetAfterMs: 'task.restart.reset.ms',
  attempts: (errorClass: RestartClass) => `task.restart.attempts.${errorClass}` as const,
} as const;

/** The worker's policy with what a connector's config says otherwise. Values that are no numbers are passed over: validation refuses them. */
export function restartPolicyOf(
  policy: RestartPolicy,
  connectorConfig: { readonly [key: string]: string },
): RestartPolicy {
  const numberAt = (key: string, otherwise: number) => {
    const text = connectorConfig[key]?.trim() ?? '';
    return /^-?\d+$/.test(text) ? Number(text) : otherwise;
  };
  const attempts = errorClasses.map((errorClass) => [
    errorClass,
    numberAt(restartKeys.attempts(errorClass), policy.attempts[errorClass]),
  ]);
  return {
    backoffMs: numberAt(restartKeys.backoffMs, policy.backoffMs),
    backoffMaxMs: numberAt(restartKeys.backoffMaxMs, policy.backoffMaxMs),
    resetAfterMs: numberAt(restartKeys.resetAfterMs, policy.resetAfterMs),
    attempts: Object.fromEntries(attempts),
  };
}

function isErrorClass(text: string): text is RestartClass {
  return (errorClasses as readonly string[]).includes(text);
}

function giveUp(errorClass: string, restarts: number): RestartPlan {
  const reason =
    restarts === 0
      ? `A failure of class ${errorClass} is not tried again by itself.`
      : `Gave up after ${restarts} ${restarts === 1 ? 'restart' : 'restarts'} in a row.`;
  return { kind: 'giveUp', restarts, reason };
}
