import { describe, expect, it } from 'vitest';
import { fromQueryOffset, toQueryOffset } from './query-position.ts';

describe('a position of a query', () => {
  it.each([
    {},
    { incrementing: '42' },
    { incrementing: '-42.00' },
    { incrementing: '42', generation: '16384/16390/16388' },
    { incrementing: `${'9'.repeat(60)}.5` },
    { timestamp: '2024-02-29 12:00:00.5+00', incrementing: 'NaN' },
    { read: '2024-02-29T12:00:00.000Z' },
  ])('is read again as it was stored: %j', (position) => {
    expect(fromQueryOffset(toQueryOffset(position))).toEqual(position);
  });

  it('takes numbers as such', () => {
    expect(fromQueryOffset({ incrementing: 42.5 })).toEqual({ incrementing: '42.5' });
  });

  it.each([
    { incrementing: '1; DROP TABLE t' },
    { incrementing: '1e5' },
    { incrementing: '.5' },
    { incrementing: '' },
    { timestamp: 'yesterday' },
    { incrementing: '42', generation: '16384' },
    { lsn: '0/1' },
  ])('is not %j', (offset) => {
    expect(fromQueryOffset(offset)).toBeNull();
  });
});
