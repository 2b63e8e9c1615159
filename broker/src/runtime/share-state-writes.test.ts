import type { ErrorName } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { ACKNOWLEDGED } from '../core/share/delivery-state.ts';
import type { StateChange } from '../core/share/share-partition.ts';
import type { StateBatch } from '../core/share/state-batches.ts';
import { ShareStateWrites } from './share-state-writes.ts';

/** Accepted is the record at that offset, the one at `startOffset` is not. */
function accepted(offset: number, startOffset = 0): StateChange {
  const batch: StateBatch = {
    ...{ firstOffset: offset, lastOffset: offset },
    ...{ deliveryState: ACKNOWLEDGED, deliveryCount: 1 },
  };
  return { startOffset, deliveryCompleteCount: offset, batches: [batch] };
}

/** Writes that are answered when the test says so. */
function setUp() {
  const written: string[] = [];
  const answers: ((error: ErrorName | null) => void)[] = [];
  const pauses: (() => void)[] = [];
  const refusals: ErrorName[] = [];
  let catchUps = 0;
  const writes = new ShareStateWrites({
    write: ({ batches }) => {
      written.push(batches.map(({ firstOffset, lastOffset }) => `${firstOffset}-${lastOffset}`).join());
      return new Promise((resolve) => answers.push(resolve));
    },
    timers: {
      after: (_delayMs, callback) => {
        pauses.push(callback);
        return { cancel: () => undefined };
      },
    },
    refused: (error) => refusals.push(error),
    caughtUp: () => {
      catchUps += 1;
    },
  });
  const quiet = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...{ writes, written, refusals, catchUps: () => catchUps },
    answer: async (error: ErrorName | null) => {
      answers.shift()?.(error);
      await quiet();
    },
    pass: async () => {
      pauses.shift()?.();
      await quiet();
    },
  };
}

describe('writes of a share partition', () => {
  it('go one after the other, and what piles up is one', async () => {
    const { writes, written, answer } = setUp();
    const told = [1, 2, 4].map((offset) => writes.store(accepted(offset)));
    expect(written).toEqual(['1-1']);
    await answer(null);
    expect(written).toEqual(['1-1', '2-2,4-4']);
    await answer(null);
    expect(await Promise.all(told)).toEqual([null, null, null]);
    expect(writes.isBehind).toBe(false);
  });

  it('that nobody takes in are told as errors, stand, and are stored later', async () => {
    const { writes, written, answer, pass, catchUps } = setUp();
    const [first, second] = [writes.store(accepted(1)), writes.store(accepted(2))];
    await answer('COORDINATOR_NOT_AVAILABLE');
    expect(await Promise.all([first, second])).toEqual([
      'COORDINATOR_NOT_AVAILABLE',
      'COORDINATOR_NOT_AVAILABLE',
    ]);
    expect(writes.isBehind).toBe(true);
    const third = writes.store(accepted(4));
    await pass();
    expect(written).toEqual(['1-1', '1-2,4-4']);
    await answer('NOT_COORDINATOR');
    expect([await third, writes.isBehind, catchUps()]).toEqual(['NOT_COORDINATOR', true, 0]);
    await pass();
    expect(written.at(-1)).toBe('1-2,4-4');
    await answer(null);
    expect([writes.isBehind, catchUps()]).toEqual([false, 1]);
  });

  it('that are refused are forgotten, with what waits behind them', async () => {
    const { writes, written, answer, refusals } = setUp();
    const told = [1, 2].map((offset) => writes.store(accepted(offset)));
    await answer('FENCED_STATE_EPOCH');
    expect(await Promise.all(told)).toEqual(['FENCED_STATE_EPOCH', 'FENCED_STATE_EPOCH']);
    expect([refusals, writes.isBehind, written.length]).toEqual([['FENCED_STATE_EPOCH'], false, 1]);
  });

  it('that wait are written before they are closed, and tried once', async () => {
    const { writes, written, answer, refusals } = setUp();
    const told = [1, 2].map((offset) => writes.store(accepted(offset)));
    const closed = writes.close();
    await answer(null);
    expect(written).toEqual(['1-1', '2-2']);
    await answer('COORDINATOR_NOT_AVAILABLE');
    await closed;
    expect(await Promise.all(told)).toEqual([null, 'COORDINATOR_NOT_AVAILABLE']);
    expect(refusals).toEqual([]);
  });

  it('that could not be stored are given up when they are closed', async () => {
    const { writes, written, answer, pass } = setUp();
    void writes.store(accepted(1));
    await answer('COORDINATOR_NOT_AVAILABLE');
    const closed = writes.close();
    await pass();
    await closed;
    expect(written).toEqual(['1-1']);
  });
});
