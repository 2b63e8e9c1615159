import { afterEach, expect, test, vi } from 'vitest';
import { HostWatchdog } from './host-watchdog.ts';

const SILENCE_MAX_MS = 1_000;

afterEach(() => void vi.useRealTimers());

function watched() {
  vi.useFakeTimers();
  const tripped: string[] = [];
  const watchdog = new HostWatchdog({
    pid: undefined,
    memoryMaxBytes: 1_000,
    silenceMaxMs: SILENCE_MAX_MS,
    onTripped: (reason) => void tripped.push(reason),
  });
  return { watchdog, tripped };
}

test('a host that takes long to start is not silent', () => {
  const { watchdog, tripped } = watched();
  vi.advanceTimersByTime(SILENCE_MAX_MS * 20);
  expect(tripped).toEqual([]);
  watchdog.heard();
  vi.advanceTimersByTime(SILENCE_MAX_MS);
  expect(tripped).toEqual([]);
});

test('a host that stops to talk is silent', () => {
  const { watchdog, tripped } = watched();
  watchdog.heard();
  vi.advanceTimersByTime(SILENCE_MAX_MS * 2);
  expect(tripped).toEqual(['silence']);
});

test('memory is watched from the start, and what went wrong is told once', () => {
  const { watchdog, tripped } = watched();
  watchdog.used(1_000);
  expect(tripped).toEqual([]);
  watchdog.used(1_001);
  watchdog.used(1_002);
  expect(tripped).toEqual(['memory']);
});
