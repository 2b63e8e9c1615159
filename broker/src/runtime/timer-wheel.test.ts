import type { Clock, Timers } from '@millrace/foundation';
import { describe, expect, it } from 'vitest';
import { Purgatory } from './purgatory.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Time that stands still until it is moved. */
function handMovedTime() {
  let nowMs = 1000.5;
  let set: { atMs: number; callback: () => void }[] = [];
  const clock: Clock = { now: () => ({ wallMs: nowMs, monoMs: nowMs }) };
  const timers: Timers = {
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback };
      set.push(timer);
      const cancel = (): void => {
        set = set.filter((other) => other !== timer);
      };
      return { cancel };
    },
  };
  const moveTo = (atMs: number): void => {
    for (;;) {
      const next = set.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > atMs) break;
      set = set.filter((other) => other !== next);
      nowMs = Math.max(nowMs, next.atMs);
      next.callback();
    }
    nowMs = atMs;
  };
  return { clock, timers, moveTo, now: () => nowMs, running: () => set.length };
}

describe('the timer wheel', () => {
  it('fires each timer once, within a tick after its time and never before, also beyond one round', () => {
    const time = handMovedTime();
    const wheel = new TimerWheel({ ...time, tickMs: 10 });
    const delays = [0, 1, 9, 10, 11, 99, 500, 5119, 5120, 5121, 12_345];
    const fired: [number, number][] = [];
    const startMs = time.now();
    for (const delay of delays) wheel.after(delay, () => fired.push([delay, time.now() - startMs]));
    time.moveTo(startMs + 20_000);
    expect(fired.map(([delay]) => delay)).toEqual(delays);
    for (const [delay, tookMs] of fired) {
      expect(tookMs).toBeGreaterThanOrEqual(delay);
      expect(tookMs).toBeLessThanOrEqual(delay + 20);
    }
  });

  it('runs nothing while it is empty', () => {
    const time = handMovedTime();
    const wheel = new TimerWheel({ ...time, tickMs: 10 });
    const timer = wheel.after(50, () => expect.unreachable());
    expect([wheel.size, time.running()]).toEqual([1, 1]);
    timer.cancel();
    timer.cancel();
    expect([wheel.size, time.running()]).toEqual([0, 0]);
    time.moveTo(5000);
    const fired: string[] = [];
    wheel.after(5, () => fired.push('again'));
    time.moveTo(5020);
    expect(fired).toEqual(['again']);
    expect(time.running()).toBe(0);
  });

  it('sleeps until something is due, and wakes sooner for what is set later and due before', () => {
    const time = handMovedTime();
    let wakes = 0;
    const timers: Timers = {
      after: (delayMs, callback) =>
        time.timers.after(delayMs, () => {
          wakes += 1;
          callback();
        }),
    };
    const wheel = new TimerWheel({ clock: time.clock, timers, tickMs: 10 });
    const fired: string[] = [];
    wheel.after(3000, () => fired.push('first set'));
    wheel.after(500, () => fired.push('first due'));
    time.moveTo(1000 + 600);
    expect([fired, wakes]).toEqual([['first due'], 1]);
    time.moveTo(1000 + 3100);
    expect([fired, wakes]).toEqual([['first due', 'first set'], 2]);
  });

  it('fires late rather than never when the clock jumps', () => {
    const time = handMovedTime();
    const wheel = new TimerWheel({ ...time, tickMs: 10 });
    const fired: number[] = [];
    for (const delay of [30, 4000, 9000]) wheel.after(delay, () => fired.push(delay));
    time.moveTo(1_000_000);
    expect(fired).toEqual([30, 4000, 9000]);
  });
});

describe('purgatory', () => {
  const park = (purgatory: Purgatory, signal: AbortSignal, log: string[]) => {
    let complete: ((value: string) => void) | undefined;
    const parked = purgatory.park<string>({
      timeoutMs: 100,
      signal,
      begin: (done) => {
        complete = done;
        return () => void log.push('stopped');
      },
      expired: () => 'expired',
    });
    return { parked, complete: (value: string) => complete?.(value) };
  };

  it('answers once, by completion, by time or by the end of the connection', async () => {
    const time = handMovedTime();
    const purgatory = new Purgatory(new TimerWheel({ ...time, tickMs: 10 }));
    const gone = new AbortController();
    const log: string[] = [];
    const [first, second, third] = [0, 1, 2].map((index) =>
      park(purgatory, index === 2 ? gone.signal : new AbortController().signal, log),
    );
    expect(purgatory.size).toBe(3);
    first!.complete('done');
    first!.complete('again');
    gone.abort();
    time.moveTo(2000);
    second!.complete('too late');
    expect(await Promise.all([first!.parked, second!.parked, third!.parked])).toEqual([
      'done',
      'expired',
      'expired',
    ]);
    expect(log).toEqual(['stopped', 'stopped', 'stopped']);
    expect([purgatory.size, time.running()]).toEqual([0, 0]);
  });

  it('takes what is complete at once', async () => {
    const purgatory = new Purgatory(handMovedTime().timers);
    const { signal } = new AbortController();
    const begin = (complete: (value: string) => void) => {
      complete('now');
      return () => undefined;
    };
    expect(await purgatory.park({ timeoutMs: 10, signal, begin, expired: () => 'expired' })).toBe('now');
    expect(purgatory.size).toBe(0);
  });
});
