import { type ConfigDef, type ConfigKey, type ConfigProblem, range } from '@millrace/foundation';
import { FOR_EVER } from '../core/restart/restart-policy.ts';

/** The longest that a timer of Node's can wait, ms. */
const TIMER_MAX_MS = 2_147_483_647;

/** How often a task is started again after a failure of one class. */
function restartAttempts(attempts: number, what: string) {
  return {
    type: 'int',
    default: attempts,
    importance: 'low',
    docs: `How often in a row a task is started again after ${what}: 0 for never, -1 without an end.`,
    validate: range(FOR_EVER),
  } as const;
}

/** When tasks that failed start again: keys of a worker, for all connectors, and of a connector, for its own tasks. */
export const restartConfig = {
  'task.restart.backoff.ms': {
    type: 'long',
    default: 1_000,
    importance: 'low',
    docs: 'Wait before a task that failed starts again; doubles each time.',
    validate: range(1, TIMER_MAX_MS),
  },
  'task.restart.backoff.max.ms': {
    type: 'long',
    default: 60_000,
    importance: 'low',
    docs: 'The longest such wait.',
    validate: range(1, TIMER_MAX_MS),
  },
  'task.restart.reset.ms': {
    type: 'long',
    default: 120_000,
    importance: 'low',
    docs: 'A task that ran this long begins with the shortest wait again, and with no restart counted.',
    validate: range(1, TIMER_MAX_MS),
  },
  'task.restart.attempts.transient': restartAttempts(
    FOR_EVER,
    'a failure that may pass, such as a lost connection',
  ),
  'task.restart.attempts.throttled': restartAttempts(FOR_EVER, 'a refusal because of too much load'),
  'task.restart.attempts.poison': restartAttempts(0, 'a record that cannot be processed'),
  'task.restart.attempts.auth': restartAttempts(0, 'credentials that are refused'),
  'task.restart.attempts.config': restartAttempts(0, 'a config that cannot work'),
  'task.restart.attempts.bug': restartAttempts(0, 'whatever a plugin throws without saying what it is'),
} as const satisfies ConfigDef;

/** The same keys as every connector has them: the worker's own hold where they are not given. */
export const connectorRestartConfig = Object.fromEntries(
  Object.entries(restartConfig).map(([key, option]) => [
    key,
    {
      ...option,
      default: null,
      group: 'Error Handling',
      docs: `${option.docs} The worker's own where it is not given.`,
    },
  ]),
) as { readonly [K in keyof typeof restartConfig]: ConfigKey };

const PREFIX = 'task.restart.';

/** Keys of a connector that look like these and are none: one that is misspelt would say nothing. */
export function restartProblems(raw: { readonly [key: string]: string }): readonly ConfigProblem[] {
  return Object.entries(raw).flatMap(([key, value]): readonly ConfigProblem[] => {
    if (!key.startsWith(PREFIX) || value.trim() === '' || Object.hasOwn(restartConfig, key)) return [];
    const known = Object.keys(restartConfig).join(', ');
    return [{ key, message: `"${key}" means nothing. Of these keys there are: ${known}.` }];
  });
}
