import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UnstoredStatuses } from './unstored-statuses.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const status = (text: string, current = true) => ({ value: Buffer.from(text), isCurrent: () => current });

function unstored() {
  const written: string[] = [];
  const state = { failing: true };
  const statuses = new UnstoredStatuses(async (key, value) => {
    if (state.failing) throw new Error('no leader');
    written.push(`${key}=${value}`);
  });
  return { statuses, written, state };
}

test('a status that could not be stored is written again until it is', async () => {
  const { statuses, written, state } = unstored();
  await expect(statuses.store('a', status('1'))).rejects.toThrow('no leader');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written).toEqual([]);
  state.failing = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual(['a=1']);
});

test('what is newer, or told by another worker since, takes the place of what was not stored', async () => {
  const { statuses, written, state } = unstored();
  await expect(statuses.store('a', status('1'))).rejects.toThrow();
  await expect(statuses.store('b', status('2', false))).rejects.toThrow();
  state.failing = false;
  await statuses.store('a', status('3'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual(['a=3']);
});

test('nothing is written after the end', async () => {
  const { statuses, written, state } = unstored();
  await expect(statuses.store('a', status('1'))).rejects.toThrow();
  state.failing = false;
  statuses.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual([]);
});
