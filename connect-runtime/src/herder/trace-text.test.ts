import { MillraceError } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { traceText } from './trace-text.ts';

test('says what happened, where, and what to do before the stack', () => {
  const error = new MillraceError('It is refused.', {
    code: 'REFUSED',
    class: 'poison',
    hint: 'Mend the record.',
    path: 'topics',
    stage: 'put',
    record: { topic: 't', partition: 1, offset: 5 },
  });
  expect(traceText(error, 'Error: It is refused.\n    at x')).toBe(
    'It is refused. [REFUSED, poison, stage put, config key topics, record t-1@5]\nHint: Mend the record.\nError: It is refused.\n    at x',
  );
});

test('leaves out what is not known', () => {
  const error = new MillraceError('Gone.', { code: 'GONE', class: 'transient' });
  expect(traceText(error, 'Gone.')).toBe('Gone. [GONE, transient]');
});
