import { range } from '@millrace/foundation';
import { RateLimiter } from './rate-limiter.ts';

/** The option `max.records.per.second` of a task: how many of `what` may pass in a second, as in "records that are read". */
export const recordRate = (group: string, what: string) =>
  ({
    type: 'int',
    default: 0,
    importance: 'low',
    group,
    docs: `Most ${what} in a second by one task; 0: no limit.`,
    validate: range(0, 10_000_000),
  }) as const;

/** What holds a task to its {@link recordRate}; null where it sets no limit. */
export function rateLimiterOf(config: { readonly 'max.records.per.second': number }): RateLimiter | null {
  const perSecond = config['max.records.per.second'];
  return perSecond > 0 ? new RateLimiter({ perSecond }) : null;
}
