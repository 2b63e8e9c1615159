import { readFileSync } from 'node:fs';
import type { Difference } from './comparison.ts';

const PAGE = new URL('../../../docs/reference/connect-rest-differences.md', import.meta.url);

interface Rule {
  readonly id: string;
  readonly matches: (difference: Difference) => boolean;
}

const ERROR_FIELDS = new Set(['/code', '/class', '/hint', '/path', '/error']);

/** The whole answer is another one: its status and all that hangs on it. */
const asksFor =
  (pattern: RegExp, kafka: number, ours: number) =>
  ({ request, statuses }: Difference) =>
    pattern.test(request) && statuses[0] === kafka && statuses[1] === ours;

/** Both refuse with the same status; ours in other words than these of Kafka Connect's. */
const says =
  (pattern: RegExp) =>
  ({ at, kafka, statuses }: Difference) =>
    at === '/message' && statuses[0] === statuses[1] && pattern.test(String(kafka));

/** Of two validations: one has all the errors of the other, and more. */
function findsMore(more: unknown, less: unknown, { request, at, statuses }: Difference): boolean {
  if (!request.includes('/config/validate') || statuses[0] !== 200 || statuses[1] !== 200) return false;
  if (at === '/error_count') return Number(more) > Number(less);
  if (at !== '/wrong' || !Array.isArray(more) || !Array.isArray(less)) return false;
  return more.length > less.length && less.every((key) => more.includes(key));
}

/** What Kafka Connect does otherwise where a worker is alone. */
const alone =
  (matches: Rule['matches']): Rule['matches'] =>
  (difference) =>
    difference.mode === 'standalone' && matches(difference);

/** In order: the first one that matches has it. What each means stands in the page, under the same id. */
const RULES: readonly Rule[] = [
  {
    id: 'error-fields',
    matches: ({ at, kafka, statuses }) => kafka === undefined && statuses[1] >= 400 && ERROR_FIELDS.has(at),
  },
  {
    id: 'error-fields',
    matches: ({ request, at, kafka }) =>
      kafka === undefined && request.endsWith('/status') && /^(?:\/tasks\/0)?\/(?:error|restart)$/.test(at),
  },
  { id: 'bad-input', matches: ({ statuses }) => statuses[0] === 500 && statuses[1] === 400 },
  { id: 'validate-without-class', matches: asksFor(/\/config\/validate \{\}$/, 500, 200) },
  {
    id: 'validate-versions',
    matches: asksFor(/\/config\/validate .*"connector\.plugin\.version"/, 500, 200),
  },
  { id: 'reset-of-nothing', matches: asksFor(/^PATCH .*\/offsets .*"offset":null/, 500, 200) },
  { id: 'config-that-cannot-start', matches: asksFor(/topic\.creation\.default/, 201, 400) },
  {
    id: 'config-that-cannot-start',
    matches: (difference) =>
      /"topic\.creation\.groups"|"transforms\.a\.predicate"|InsertField\$Value"\}$|(?:interval\.ms|factor)":"0"/.test(
        difference.request,
      ) && findsMore(difference.ours, difference.kafka, difference),
  },
  {
    id: 'patched-name',
    matches: ({ request }) => /^PATCH .*\/config \{"name":(?:"other"|null)\}/.test(request),
  },
  { id: 'query-booleans', matches: asksFor(/=(?:maybe|x)(?: |$)/, 200, 400) },
  { id: 'query-booleans', matches: asksFor(/=maybe$/, 204, 400) },
  { id: 'unread-body', matches: asksFor(/\/pause \{bad$/, 404, 400) },
  { id: 'content-type', matches: asksFor(/"content-type":"nonsense"/, 400, 415) },
  { id: 'accept', matches: asksFor(/"accept":/, 406, 200) },
  { id: 'browsers', matches: asksFor(/^GET \/ .*text\/html/, 406, 302) },
  { id: 'paths', matches: asksFor(/%2F|\/\/|%zz|%25|%5C/, 400, 404) },
  { id: 'paths', matches: ({ request, kafka }) => request.includes('%zz') && kafka === '<html>' },
  {
    id: 'options',
    matches: ({ request, at, statuses }) => /^OPTIONS/.test(request) && at === '' && statuses[1] === 200,
  },
  { id: 'task-class', matches: ({ at, ours }) => at.endsWith('/config/task.class') && ours === undefined },
  {
    id: 'plugin-docs',
    matches: ({ request }) => /^GET \/connector-plugins(?:\?connectorsOnly=false)?$/.test(request),
  },
  {
    id: 'one-error-a-mistake',
    matches: (difference) =>
      findsMore(difference.kafka, difference.ours, difference) && String(difference.ours) !== '0',
  },
  { id: 'no-values-in-messages', matches: says(/^Connector config \{.*\} contains no connector type$/) },
  { id: 'plugins-in-words', matches: says(/Failed to find any class that implements Connector/) },
  {
    id: 'plugins-in-words',
    matches: says(/^Plugin .* not found that matches|^Invalid version specification|^Unbounded range/),
  },
  {
    id: 'config-errors-in-words',
    matches: says(/^Connector configuration is invalid and contains the following/),
  },
  { id: 'names-in-words', matches: says(/^Connector name configuration \(.*\) doesn't match .* \(\)$/) },
  {
    id: 'standalone-tasks',
    matches: alone(
      ({ at, ours, statuses }) => at === '/tasks' && statuses[1] === 201 && JSON.stringify(ours) === '[]',
    ),
  },
  {
    id: 'standalone-unknown',
    matches: alone(asksFor(/^(?:PUT|POST) .*-nobody\/(?:stop|restart|tasks\/0\/restart)$/, 500, 404)),
  },
  { id: 'standalone-unknown', matches: alone(says(/^Task .* not found$/)) },
  {
    id: 'standalone-exactly-once',
    matches: alone(
      (difference) =>
        /"exactly\.once\.support":"required"|"transaction\.boundary":"connector"/.test(difference.request) &&
        findsMore(difference.ours, difference.kafka, difference),
    ),
  },
];

export function allowedBy(difference: Difference): string | null {
  return RULES.find(({ matches }) => matches(difference))?.id ?? null;
}

export const ruleIds = (): string[] => [...new Set(RULES.map(({ id }) => id))];

/** The first column of the page's table. */
export function documentedIds(): string[] {
  return [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` /gm)].map(([, id]) => id ?? '');
}
