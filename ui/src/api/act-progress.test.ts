import type { Pipeline } from '@millrace/rest-api/contract';
import { expect, test } from 'vitest';
import { judged, OUTCOME_LIMIT_MS, type Progress, SETTLE_MS } from './act-progress.ts';

const error = { code: 'X', class: 'auth', message: 'password rejected' } as const;
const failed = { state: 'FAILED', error } as unknown as Pipeline;
const running = { state: 'RUNNING', error: null } as unknown as Pipeline;
const starting = { state: 'UNASSIGNED', error: null } as unknown as Pipeline;

const waiting: Progress = {
  kind: 'waiting',
  act: {
    label: 'Restart',
    doing: 'Restarting',
    asked: { run: async () => null, curl: '', cli: null },
    done: (_, now) => now.state === 'RUNNING',
  },
  before: failed,
  sinceMs: 0,
};

test('an act is done when the live data say so, not before they had time to', () => {
  expect(judged(waiting, running, SETTLE_MS - 1)).toBe(waiting);
  expect(judged(waiting, running, SETTLE_MS)).toEqual({ kind: 'done', text: 'Restart: done' });
});

test('what fails again says why', () => {
  expect(judged(waiting, failed, SETTLE_MS)).toBe(waiting);
  expect(judged(waiting, failed, SETTLE_MS * 2)).toEqual({
    kind: 'failed',
    text: 'Failed again: password rejected',
  });
});

test('an act that shows no effect is not called a success', () => {
  expect(judged(waiting, starting, OUTCOME_LIMIT_MS - 1)).toBe(waiting);
  expect(judged(waiting, starting, OUTCOME_LIMIT_MS)).toMatchObject({ kind: 'failed' });
});

test('nothing is judged where nothing is waited for', () => {
  const none: Progress = { kind: 'none' };
  expect(judged(none, failed, 1e9)).toBe(none);
});
