import { readFileSync } from 'node:fs';
import type { Difference } from './comparison.ts';

const PAGE = new URL('../../../docs/reference/connect-rest-differences.md', import.meta.url);

interface Rule {
  readonly id: string;
  readonly matches: (difference: Difference) => boolean;
}

const RULES: readonly Rule[] = [];

export function allowedBy(difference: Difference): string | null {
  return RULES.find(({ matches }) => matches(difference))?.id ?? null;
}

export const ruleIds = (): string[] => RULES.map(({ id }) => id);

/** The first column of the page's table. */
export function documentedIds(): string[] {
  return [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` /gm)].map(([, id]) => id ?? '');
}
