import type { PipelineWithHistory, RestartStateBody } from '@millrace/rest-api/contract';
import { span } from './times.ts';

type ErrorReport = NonNullable<PipelineWithHistory['error']>;

/** What comes next, by the class of the failure. */
const NEXT: Readonly<Record<ErrorReport['class'], string>> = {
  transient: 'It is tried again by itself, with growing waits.',
  throttled: 'It is tried again by itself, more slowly.',
  poison:
    'This record will never work as things are: mend it or the config, or let such records become dead letters.',
  auth: 'It stands until somebody changes something.',
  config: 'It stands until somebody changes the config.',
  bug: 'This is a fault of the software: the trace says where.',
};

/** What comes next, in a sentence: what is not tried any more is not said to be. */
export function nextStep(error: Pick<ErrorReport, 'class'>, restart: RestartStateBody | null): string {
  const gaveUp = restart !== null && restart.next_at_ms === null && restart.attempts > 0;
  if (gaveUp) return `${restart.reason ?? 'It is not tried any more.'} It stands until somebody restarts it.`;
  const heals = error.class === 'transient' || error.class === 'throttled';
  if (heals && restart?.next_at_ms === null) return 'It stands until somebody restarts it.';
  return NEXT[error.class];
}

/** `next try in 12 s, the 3rd`, or `the 3rd try is under way`; null where none comes by itself. */
export function restartWords(restart: RestartStateBody | null | undefined, nowMs: number): string | null {
  if (restart == null || restart.next_at_ms === null) return null;
  const leftMs = restart.next_at_ms - nowMs;
  const which = `the ${ordinal(restart.attempts)}`;
  // Whole seconds: it counts down in sight.
  return leftMs < 500
    ? `${which} try is under way`
    : `next try in ${span(Math.ceil(leftMs / 1_000) * 1_000)}, ${which}`;
}

function ordinal(count: number): string {
  const teen = Math.floor(count / 10) % 10 === 1;
  return `${count}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')}`;
}
