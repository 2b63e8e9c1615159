import { MillraceError } from '@millrace/foundation';
import { type Expression, type Operator, type Path, parseExpression } from './filter-expression.ts';

/** A record as a filter sees it; values are read when they are asked for. */
export interface FilteredRecord {
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: () => unknown;
  readonly value: () => unknown;
  /** The last one of a name counts, as in Kafka's clients. */
  readonly headers: () => { readonly [name: string]: unknown };
  /** Key, value and headers as one text, in lower case. */
  readonly text: () => string;
}

export type MessageFilter = (record: FilteredRecord) => boolean;

/** A text is an expression where it begins as one; another one is looked for as it stands. */
const BEGINS_AS_EXPRESSION =
  /^\s*(?:not\s+|!\s*|\(\s*)*(?:key|value|headers|partition|offset|timestamp)\s*(?:\.|\[|==|!=|<|>|~|!~)/;

/**
 * Compiles what people write to find messages: a text that key, value or headers contain, whatever the case (in quotes where it looks like an expression), or an
 * expression of comparisons with `and`, `or` and `not`.
 *
 * @throws {MillraceError} BAD_REQUEST, naming the place
 */
export function compileFilter(source: string): MessageFilter {
  if (BEGINS_AS_EXPRESSION.test(source)) {
    const expression = parseExpression(source);
    return (record) => isTrue(evaluate(expression, record));
  }
  const quoted = /^\s*"(.*)"\s*$/s.exec(source)?.[1];
  const wanted = (quoted ?? source.trim()).toLowerCase();
  if (wanted === '') {
    throw new MillraceError('The filter is empty.', {
      ...{ code: 'BAD_REQUEST', class: 'config', path: 'filter' },
      hint: 'Leave it out to see all messages.',
    });
  }
  return (record) => record.text().includes(wanted);
}

function evaluate(expression: Expression, record: FilteredRecord): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return read(expression, record);
    case 'not':
      return !isTrue(evaluate(expression.of, record));
    case 'and':
      return expression.all.every((part) => isTrue(evaluate(part, record)));
    case 'or':
      return expression.any.some((part) => isTrue(evaluate(part, record)));
    case 'compare': {
      const right = evaluate(expression.right, record);
      return holds(evaluate(expression.left, record), expression.operator, moment(expression, right));
    }
  }
}

/** What is compared with the timestamp of a record may be written as a date. */
function moment({ left }: { readonly left: Expression }, right: unknown): unknown {
  if (left.kind !== 'path' || left.root !== 'timestamp' || typeof right !== 'string') return right;
  const ms = Date.parse(right);
  return Number.isNaN(ms) ? right : ms;
}

function read({ root, steps }: Path, record: FilteredRecord): unknown {
  const whole = record[root];
  let at: unknown = typeof whole === 'function' ? whole() : whole;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function holds(left: unknown, operator: Operator, right: unknown): boolean {
  switch (operator) {
    case '==':
      return same(left, right);
    case '!=':
      return !same(left, right);
    case '~':
      return contains(left, right);
    case '!~':
      return !contains(left, right);
    default:
      return ordered(left, operator, right);
  }
}

/** A number equals its text: keys are often numbers written as text. */
function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (left === undefined) return right === null;
  if (typeof left === 'number' || typeof right === 'number') {
    const [a, b] = [numberOf(left), numberOf(right)];
    return a !== null && a === b;
  }
  return typeof left === 'bigint' ? left.toString() === String(right) : false;
}

function ordered(left: unknown, operator: '<' | '<=' | '>' | '>=', right: unknown): boolean {
  const [a, b] = [numberOf(left), numberOf(right)];
  const order =
    a !== null && b !== null
      ? a - b
      : typeof left === 'string' && typeof right === 'string'
        ? Number(left > right) - Number(left < right)
        : Number.NaN;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function contains(left: unknown, right: unknown): boolean {
  if (left === undefined || left === null) return false;
  const text = typeof left === 'object' ? JSON.stringify(left) : String(left);
  return text.toLowerCase().includes(String(right).toLowerCase());
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}
