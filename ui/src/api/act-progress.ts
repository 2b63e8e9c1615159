import type { Pipeline } from '@millrace/rest-api/contract';
import { isWrong } from '../format/pipelines.ts';
import type { Act } from './acts.ts';

/** How long an act may take to show in the live data. */
export const OUTCOME_LIMIT_MS = 15_000;
/** A state is believed only after this long: a task that fails at its start shows as running for a moment. */
export const SETTLE_MS = 1_500;

export type Progress =
  | { readonly kind: 'none' }
  | { readonly kind: 'asking'; readonly act: Act }
  | { readonly kind: 'waiting'; readonly act: Act; readonly before: Pipeline; readonly sinceMs: number }
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'failed'; readonly text: string };

/** What has become of an act by now, judged by what the live data show. */
export function judged(progress: Progress, now: Pipeline, nowMs: number): Progress {
  if (progress.kind !== 'waiting') return progress;
  const age = nowMs - progress.sinceMs;
  if (age < SETTLE_MS) return progress;
  if (progress.act.done(progress.before, now)) return { kind: 'done', text: `${progress.act.label}: done` };
  if (now.error !== null && isWrong(now) && age >= SETTLE_MS * 2) {
    return { kind: 'failed', text: `Failed again: ${now.error.message}` };
  }
  if (age < OUTCOME_LIMIT_MS) return progress;
  return { kind: 'failed', text: `${progress.act.label}: asked for, but nothing has changed yet` };
}
