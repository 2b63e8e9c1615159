import { describe, expect, it } from 'vitest';
import { BulkPace } from './bulk-pace.ts';

describe('the pace of bulk requests', () => {
  it('lets no more under way than its limit, and each that waits in the end', async () => {
    const pace = new BulkPace({ maxInFlight: 2, maxBytes: 100_000 });
    let [now, most, done] = [0, 0, 0];
    await Promise.all(
      Array.from({ length: 9 }, () =>
        pace.run(async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setImmediate(resolve));
          now--;
          done++;
        }),
      ),
    );
    expect({ most, done }).toEqual({ most: 2, done: 9 });
  });

  it('halves requests after refusals, then their size, and comes back slowly', () => {
    const pace = new BulkPace({ maxInFlight: 8, maxBytes: 100_000 });
    const limits = [1, 2, 3].map(() => {
      pace.throttled();
      return pace.limit;
    });
    expect(limits).toEqual([4, 2, 1]);
    expect(pace.bytes).toBe(100_000);
    pace.throttled();
    expect({ limit: pace.limit, bytes: pace.bytes }).toEqual({ limit: 1, bytes: 50_000 });
    pace.accepted();
    expect({ limit: pace.limit, bytes: pace.bytes }).toEqual({ limit: 2, bytes: 55_000 });
    for (let times = 0; times < 100; times++) pace.accepted();
    expect({ limit: pace.limit, bytes: pace.bytes }).toEqual({ limit: 8, bytes: 100_000 });
  });

  it('never again makes requests as large as one that was too large', () => {
    const pace = new BulkPace({ maxInFlight: 1, maxBytes: 1_000 });
    pace.tooLarge();
    for (let times = 0; times < 100; times++) pace.accepted();
    expect(pace.bytes).toBe(500);
  });

  it('goes on when what it does fails', async () => {
    const pace = new BulkPace({ maxInFlight: 1, maxBytes: 1_000 });
    const failing = pace.run(() => Promise.reject(new Error('no')));
    const next = pace.run(async () => 'done');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});
