import { describe, expect, it } from 'vitest';
import { AssertionError, assert, unreachable } from './assert.ts';
import { isMillraceError, MillraceError, toMillraceError } from './errors.ts';

const error = new MillraceError('It failed.', {
  code: 'FAILED',
  class: 'poison',
  hint: 'Mend it.',
  cause: new Error('why'),
  facts: { secret: 'for the log only' },
});

describe('MillraceError', () => {
  it('reports its shape without cause and facts', () => {
    expect(error.report()).toEqual({
      code: 'FAILED',
      class: 'poison',
      hint: 'Mend it.',
      message: 'It failed.',
    });
    expect(error.cause).toEqual(new Error('why'));
  });

  it('takes on what only the caller knows, and keeps what it has', () => {
    const more = error.with({ stage: 'convert', hint: 'Another.', path: '/a' });
    expect(more.report()).toMatchObject({ stage: 'convert', hint: 'Mend it.', path: '/a', code: 'FAILED' });
    expect(more.cause).toBe(error.cause);
  });

  it('is known by its shape, so that a copy of the package is known too', () => {
    class Foreign extends Error {
      override readonly name = 'MillraceError';
      readonly details = { code: 'X', class: 'bug' };
    }
    expect(isMillraceError(error)).toBe(true);
    expect(isMillraceError(new Foreign('x'))).toBe(true);
    for (const other of [new Error('x'), null, 'MillraceError', { name: 'MillraceError', details: {} }]) {
      expect(isMillraceError(other)).toBe(false);
    }
  });

  it('is made of anything that was thrown', () => {
    const fallback = { code: 'UNKNOWN', class: 'bug' } as const;
    expect(toMillraceError(error, fallback)).toBe(error);
    expect(toMillraceError(new Error('x'), fallback)).toMatchObject({
      message: 'x',
      code: 'UNKNOWN',
      class: 'bug',
    });
    expect(toMillraceError('text', fallback).message).toBe('text');
    expect(toMillraceError(new Error(''), fallback).message).toBe('failed without a message');
    expect(toMillraceError({ no: 'error' }, fallback).code).toBe('UNKNOWN');
  });
});

describe('assert', () => {
  it('throws what must hold', () => {
    expect(() => assert(1, 'one')).not.toThrow();
    expect(() => assert(0, 'the sum is positive')).toThrow(
      new AssertionError('must hold: the sum is positive'),
    );
    expect(() => unreachable('x' as never)).toThrow(/unexpected case "x"/);
  });
});
