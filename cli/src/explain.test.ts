import { MillraceError } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { explain } from './explain.ts';

const failure = (code: string, errorClass: 'config' | 'transient', path?: string) =>
  new MillraceError('It failed.', { code, class: errorClass, hint: 'Do this.', ...(path ? { path } : {}) });

test('a wrong config ends with 2 and names the key', () => {
  expect(explain(failure('INVALID_CONFIG', 'config', 'node.id'))).toEqual({
    text: 'It failed. (node.id)\nDo this.',
    exitCode: 2,
  });
});

test('what the machine lacks ends with 3', () => {
  expect(explain(failure('PORT_IN_USE', 'config')).exitCode).toBe(3);
});

test('what failed while running ends with 1', () => {
  expect(explain(failure('CONNECTION_LOST', 'transient')).exitCode).toBe(1);
});

test('anything else is called a bug, with its stack', () => {
  const { text, exitCode } = explain(new TypeError('x is not a function'));
  expect(exitCode).toBe(1);
  expect(text).toContain('bug');
  expect(text).toContain('explain.test.ts');
});
