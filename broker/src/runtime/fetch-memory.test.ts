import { describe, expect, it } from 'vitest';
import { FetchMemory } from './fetch-memory.ts';

const MAX_BYTES = 10_000_000;

describe('memory for answers', () => {
  it('counts what is read until it has left, in large pieces and in small ones', () => {
    const memory = new FetchMemory(MAX_BYTES);
    const [one, other] = [memory.lease(), memory.lease()];
    for (let partition = 0; partition < 1000; partition += 1) one.allocate(4000);
    other.allocate(1_000_000);
    expect(memory.usedBytes).toBeGreaterThanOrEqual(5_000_000);
    other.release();
    expect(memory.usedBytes).toBe(4_000_000);
    one.abandon();
    one.release();
    expect(memory.usedBytes).toBe(0);
  });

  it('allows an answer less the nearer it is to its bound', () => {
    const memory = new FetchMemory(MAX_BYTES);
    const allowed = memory.allowanceBytes;
    const lease = memory.lease();
    for (let partition = 0; partition < 2000; partition += 1) lease.allocate(4000);
    expect(memory.allowanceBytes).toBeLessThan(allowed / 2);
  });
});
