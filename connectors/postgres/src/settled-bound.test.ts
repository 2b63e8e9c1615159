import { describe, expect, it } from 'vitest';
import { SettledBound } from './settled-bound.ts';

const look = (bound: number, running: readonly string[], prepared: readonly string[] = []) => ({
  bound,
  running: new Set([...running, ...prepared]),
  prepared: new Set(prepared),
});

describe('a settled bound', () => {
  it('is given at once where nothing runs', () => {
    expect(new SettledBound<number>().observe(look(7, []))).toBe(7);
  });

  it('waits for those that ran when it was taken, and for nobody who came later', () => {
    const bound = new SettledBound<number>();
    expect(bound.observe(look(7, ['a', 'b']))).toBeNull();
    expect(bound.observe(look(8, ['b', 'c']))).toBeNull();
    expect([...bound.waitsFor]).toEqual(['b']);
    expect(bound.observe(look(9, ['c', 'd']))).toBe(7);
    expect(bound.observe(look(10, ['d']))).toBeNull();
  });

  it('waits for a transaction that goes on as a prepared one', () => {
    const bound = new SettledBound<number>();
    expect(bound.observe(look(7, ['a']))).toBeNull();
    expect(bound.observe(look(8, [], ['p']))).toBeNull();
    expect(bound.observe(look(9, [], ['p', 'q']))).toBeNull();
    expect(bound.observe(look(10, [], ['q']))).toBe(7);
  });

  it('waits for those that were prepared when it was taken', () => {
    const bound = new SettledBound<number>();
    expect(bound.observe(look(7, [], ['p']))).toBeNull();
    expect(bound.observe(look(8, []))).toBe(7);
  });
});
