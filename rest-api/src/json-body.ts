import { badRequest } from './errors.ts';

const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses a request body. Numbers become their text as it was sent (`1.0` stays `1.0`, a long id keeps its digits):
 * config values are text. With `kept` they stay numbers, for bodies that carry more than configs; integers that a number can't hold are
 * refused there.
 *
 * @throws {MillraceError} BAD_REQUEST
 */
export function parseJsonBody(text: string, numbers: 'text' | 'kept' = 'text'): unknown {
  if (text.trim() === '') throw badRequest('The request has no body.', { hint: 'Send a JSON object.' });
  try {
    return JSON.parse(text, (key, value: unknown, context?: { source?: string }) => {
      if (PROTOTYPE_KEYS.has(key)) throw badRequest(`A key may not be called "${key}".`, { path: key });
      if (typeof value !== 'number') return value;
      return numbers === 'text' ? (context?.source ?? String(value)) : exact(key, value);
    });
  } catch (error) {
    if (error instanceof SyntaxError)
      throw badRequest(`The request body is not valid JSON: ${error.message}.`);
    // The stack of the engine is what it was nested beyond.
    if (error instanceof RangeError) throw badRequest('The request body is nested too deeply.');
    throw error;
  }
}

function exact(key: string, value: number): number {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  throw badRequest(`The number at "${key}" is larger than can be kept exactly.`, { path: key });
}
