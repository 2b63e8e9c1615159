import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemTimers } from './system-ports.ts';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a timer may be longer than a timeout of Node', () => {
  const fired = vi.fn();
  systemTimers.after(60 * DAY_MS, fired);
  vi.advanceTimersByTime(60 * DAY_MS - 1);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2);
  expect(fired).toHaveBeenCalledOnce();
});

it('a long timer can be cancelled at any time', () => {
  const fired = vi.fn();
  const timer = systemTimers.after(60 * DAY_MS, fired);
  vi.advanceTimersByTime(40 * DAY_MS);
  timer.cancel();
  vi.advanceTimersByTime(40 * DAY_MS);
  expect(fired).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
