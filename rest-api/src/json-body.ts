import { badRequest } from './errors.ts';

const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses a request body. Numbers become their text as it was sent (`1.0` stays `1.0`, a long id keeps its digits):
 * no body of the API has a number that is more than the text of a config value.
 *
 * @throws {MillraceError} BAD_REQUEST
 */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') throw badRequest('The request has no body.', { hint: 'Send a JSON object.' });
  try {
    return JSON.parse(text, (key, value: unknown, context?: { source?: string }) => {
      if (PROTOTYPE_KEYS.has(key)) throw badRequest(`A key may not be called "${key}".`, { path: key });
      return typeof value === 'number' ? (context?.source ?? String(value)) : value;
    });
  } catch (error) {
    if (error instanceof SyntaxError)
      throw badRequest(`The request body is not valid JSON: ${error.message}.`);
    throw error;
  }
}
