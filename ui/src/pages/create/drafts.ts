import type { Config } from './form-model.ts';

/** A form that was left: what it began with, and what was typed. */
export interface Draft {
  readonly beginning: Config;
  readonly config: Config;
}

const KEPT_MAX = 10;
/** In memory only: there may be passwords in it. By what the form is for. */
const drafts = new Map<string, Draft>();

/** Keeps a form for whoever comes back to it, by the back button too; null forgets it. */
export function keepDraft(key: string, draft: Draft | null): void {
  drafts.delete(key);
  if (draft === null) return;
  drafts.set(key, draft);
  const [oldest] = drafts.keys();
  if (drafts.size > KEPT_MAX && oldest !== undefined) drafts.delete(oldest);
}

export function draftOf(key: string): Draft | null {
  return drafts.get(key) ?? null;
}
