import { type ErrorClass, MillraceError } from '@millrace/foundation';
import { describe, expect, test, vi } from 'vitest';
import { Retry } from './retry.ts';
import { StepError } from './step-error.ts';

const waits = { ms: [] as number[], nowMs: 0 };
const wait = async (ms: number) => {
  waits.ms.push(ms);
  waits.nowMs += ms;
};

const step = { stage: 'put', connectStage: 'TASK_PUT', className: 'S' } as const;
const failure = (kind: ErrorClass, message = 'later') =>
  new StepError(step, new MillraceError(message, { code: 'X', class: kind }));

/** Tries until the attempt of this number; answers what came of it, and how long each wait was. */
async function tried(
  options: { readonly retryTimeoutMs: number; readonly retryDelayMaxMs?: number; readonly random?: number },
  succeedsAt = Number.POSITIVE_INFINITY,
) {
  Object.assign(waits, { ms: [], nowMs: 0 });
  vi.spyOn(performance, 'now').mockImplementation(() => waits.nowMs);
  const abort = new AbortController();
  let attempts = 1;
  const retry = new Retry({
    ...{ retryDelayMaxMs: 60_000, ...options, signal: abort.signal, wait },
    random: { float: () => options.random ?? 1, uuid: () => '' },
    onRetry: () => {
      if (attempts > 100) abort.abort();
    },
  });
  const attempt = () => {
    attempts++;
    if (attempts < succeedsAt) throw failure('throttled', `try ${attempts}`);
    return 'done';
  };
  const outcome = await retry
    .after(failure('transient'), attempt, (thrown) => thrown as StepError)
    .catch((error: StepError) => error.message);
  vi.restoreAllMocks();
  return { outcome, attempts, waits: waits.ms };
}

describe('what failed for now', () => {
  test('is tried four times in all by default, with doubling waits', async () => {
    expect(await tried({ retryTimeoutMs: 0 })).toEqual({
      ...{ outcome: 'try 4', attempts: 4, waits: [200, 400, 800] },
    });
  });

  test('ends with the first success', async () => {
    expect(await tried({ retryTimeoutMs: 0 }, 3)).toMatchObject({ outcome: 'done', attempts: 3 });
  });

  test('is tried for as long as the config says, and not longer', async () => {
    const { waits: all } = await tried({ retryTimeoutMs: 1_000 });
    expect(all).toEqual([200, 400, 400]);
  });

  test('is tried without an end where the config says so, with waits up to the longest', async () => {
    const { attempts, waits: all } = await tried({ retryTimeoutMs: -1, retryDelayMaxMs: 1_000 });
    expect(attempts).toBeGreaterThan(100);
    expect(all.slice(0, 5)).toEqual([200, 400, 800, 1_000, 1_000]);
  });

  test('spreads its waits over the upper half', async () => {
    expect((await tried({ retryTimeoutMs: 0, random: 0 })).waits).toEqual([100, 200, 400]);
  });
});

test.each([
  ['poison', failure('poison')],
  ['what must not be repeated', new StepError(step, failure('transient').error, { repeatable: false })],
])('%s is not tried again', async (_, first) => {
  const retry = new Retry({
    ...{ retryTimeoutMs: -1, retryDelayMaxMs: 1, signal: new AbortController().signal, wait },
    random: { float: () => 0, uuid: () => '' },
    onRetry: () => undefined,
  });
  const attempt = vi.fn();
  await expect(retry.after(first, attempt, (thrown) => thrown as StepError)).rejects.toBe(first);
  expect(attempt).not.toHaveBeenCalled();
});
