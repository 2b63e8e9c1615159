import { describe, expect, it } from 'vitest';
import { formatLsn, parseLsn } from './lsn.ts';
import { ConfirmedPosition, comparePositions, fromOffset, type Position, toOffset } from './position.ts';

const at = (lsn: bigint, event = 0): Position => ({ lsn, event });
const reading: Position = { lsn: 10n, event: 0, snapshot: { reads: [{ table: 'public.a', key: ['1'] }] } };

describe('a position', () => {
  it('survives the offset topic', () => {
    const finished: Position = {
      lsn: 0x16_b374_d848n,
      event: 3,
      snapshot: {
        reads: [
          { table: 'a.b', done: true },
          { seen: '1:2:', until: '0/9' },
        ],
        finished: true,
      },
    };
    for (const position of [at(1n), at(7n, 2), reading, finished]) {
      expect(fromOffset(JSON.parse(JSON.stringify(toOffset(position))))).toEqual(position);
    }
  });

  it.each([
    { lsn: 17 },
    { lsn: 'x' },
    { lsn: '0/1', event: -1 },
    { lsn: '0/1', snapshot: true },
    { lsn: '0/1', snapshot: { reads: [{ key: [1] }] } },
  ])('is not read from %j', (offset) => {
    expect(fromOffset(offset)).toBeNull();
  });

  it('lies in the snapshot, then where the slot begins, then in the stream', () => {
    const order = [reading, at(10n), at(10n, 1), at(11n)];
    for (const [index, position] of order.entries()) {
      expect(order.map((other) => Math.sign(comparePositions(position, other)))).toEqual(
        order.map((_, other) => Math.sign(index - other)),
      );
    }
  });

  it('writes LSNs as PostgreSQL does', () => {
    expect(formatLsn(0x16_b374_d848n)).toBe('16/B374D848');
    expect(parseLsn('FFFFFFFF/FFFFFFFF')).toBe(2n ** 64n - 1n);
    expect(parseLsn('1/2/3')).toBeNull();
  });
});

describe('the confirmed position', () => {
  it('follows what is durable', () => {
    const confirmed = new ConfirmedPosition(at(10n));
    confirmed.emitted(at(20n, 1));
    confirmed.emitted(at(25n));
    expect(confirmed.lsn).toBe(10n);
    confirmed.durable(at(20n, 1));
    expect(confirmed.lsn).toBe(20n);
    confirmed.durable(at(25n));
    expect(confirmed.lsn).toBe(25n);
    confirmed.durable(at(20n));
    expect(confirmed.lsn).toBe(25n);
  });

  it('passes an idle stretch only when all before it is durable', () => {
    const confirmed = new ConfirmedPosition(at(10n));
    confirmed.idle(15n);
    expect(confirmed.lsn).toBe(15n);
    confirmed.emitted(at(20n));
    confirmed.idle(30n);
    expect(confirmed.lsn).toBe(10n);
    confirmed.durable(at(20n));
    expect(confirmed.lsn).toBe(30n);
  });

  it('does not wait for records after the idle stretch', () => {
    const confirmed = new ConfirmedPosition(at(10n));
    confirmed.emitted(at(20n));
    confirmed.idle(30n);
    confirmed.emitted(at(40n));
    confirmed.durable(at(20n));
    expect(confirmed.lsn).toBe(30n);
  });

  it('stays where the slot begins while the snapshot is not durable', () => {
    const confirmed = new ConfirmedPosition({ ...at(10n), snapshot: { reads: [] } });
    confirmed.emitted(at(10n));
    confirmed.idle(50n);
    confirmed.durable(reading);
    expect(confirmed.lsn).toBe(10n);
    confirmed.durable(at(10n));
    expect(confirmed.lsn).toBe(50n);
  });
});
