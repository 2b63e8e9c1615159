import { describe, expect, it } from 'vitest';
import { lastSequenceOf, ProducerTable } from './producer-table.ts';

const MAX = 0x7fffffff;

function batch(firstSequence: number, count = 1, producerEpoch = 0, firstOffset = 0) {
  const lastSequence = lastSequenceOf(firstSequence, count);
  const lastOffset = firstOffset + count - 1;
  return {
    producerId: 1,
    producerEpoch,
    firstSequence,
    lastSequence,
    firstOffset,
    lastOffset,
    timestampMs: 10,
  };
}

function tableWith(...batches: ReturnType<typeof batch>[]): ProducerTable {
  const table = new ProducerTable();
  for (const one of batches) table.replay({ kind: 'batch', batch: one, isTransactional: false });
  return table;
}

describe('the producers of a log', () => {
  it('may begin anywhere when they are not known', () => {
    expect(new ProducerTable().check(batch(77))).toEqual({ kind: 'next' });
  });

  it('go on with the next sequence, which wraps', () => {
    expect(tableWith(batch(0, 5)).check(batch(5))).toEqual({ kind: 'next' });
    expect(tableWith(batch(MAX)).check(batch(0))).toEqual({ kind: 'next' });
    expect(lastSequenceOf(MAX - 1, 4)).toBe(1);
    expect(tableWith(batch(MAX - 1, 4)).check(batch(2))).toEqual({ kind: 'next' });
  });

  it.each([
    ['a gap', batch(7), 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    ['a part of the last batch', batch(3, 2), 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    ['an older epoch', batch(5, 1, 1), 'INVALID_PRODUCER_EPOCH'],
    ['a new epoch that does not begin at 0', batch(5, 1, 3), 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
  ])('are refused with %s', (_what, next, error) => {
    const table = tableWith(batch(0, 5, 2));
    expect(
      table.check({ ...next, producerEpoch: next.producerEpoch === 0 ? 2 : next.producerEpoch }),
    ).toMatchObject({
      kind: 'refused',
      error,
    });
  });

  it('are known by their last five batches', () => {
    const sent = Array.from({ length: 7 }, (_, index) => batch(index * 2, 2, 0, 100 + index * 2));
    const table = tableWith(...sent);
    for (const known of sent.slice(2)) expect(table.check(known)).toEqual({ kind: 'duplicate', of: known });
    for (const old of sent.slice(0, 2)) {
      expect(table.check(old)).toMatchObject({ kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
    }
  });

  it('begin anew with a new epoch', () => {
    const table = tableWith(batch(0, 5), batch(0, 3, 1));
    expect(table.get(1)?.batches).toHaveLength(1);
    expect(table.check(batch(3, 1, 1))).toEqual({ kind: 'next' });
    expect(table.check(batch(5, 1, 0))).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' });
  });

  it('are forgotten when they are not heard of', () => {
    const table = tableWith(batch(0));
    table.expire(10);
    expect(table.size).toBe(1);
    table.expire(11);
    expect(table.size).toBe(0);
  });
});
