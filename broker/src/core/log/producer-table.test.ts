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

  it('of nobody who is known may begin anywhere, but not in an epoch that there cannot be', () => {
    expect(tableWith().check({ ...batch(7), producerEpoch: -1 })).toEqual({ kind: 'next' });
    expect(tableWith().check({ ...batch(0), producerEpoch: -2 })).toMatchObject({
      kind: 'refused',
      error: 'INVALID_PRODUCER_EPOCH',
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

describe('transactions of producers', () => {
  const MARKER = { producerId: 1, producerEpoch: 0, isAbort: false, coordinatorEpoch: 2 };

  function withOpen(): ProducerTable {
    const table = new ProducerTable();
    table.replay({ kind: 'batch', batch: batch(0, 3, 0, 10), isTransactional: true });
    return table;
  }

  function ended(table: ProducerTable, more: Partial<typeof MARKER> = {}, offset = 13) {
    return table.replay({ kind: 'marker', marker: { ...MARKER, ...more }, offset, timestampMs: 20 });
  }

  it('begin with their first batch and end with a marker', () => {
    const table = withOpen();
    table.replay({ kind: 'batch', batch: batch(3, 1, 0, 13), isTransactional: true });
    expect(table.hasOpenTransaction(1, 0)).toBe(true);
    expect(table.hasOpenTransaction(1, 1)).toBe(false);
    expect(table.firstUnstable(100)).toBe(10);
    expect(ended(table, { isAbort: true }, 14)).toEqual({
      producerId: 1,
      firstOffset: 10,
      lastOffset: 14,
      isAborted: true,
      lastStableOffset: 15,
    });
    expect(table.firstUnstable(100)).toBeNull();
    expect(ended(table, {}, 15)).toBeNull();
  });

  it('keep others back that begin behind them', () => {
    const table = withOpen();
    table.replay({
      kind: 'batch',
      batch: { ...batch(0, 1, 0, 13), producerId: 2 },
      isTransactional: true,
    });
    expect(ended(table, { producerId: 2 }, 14)).toMatchObject({ firstOffset: 13, lastStableOffset: 10 });
    expect(ended(table, {}, 15)).toMatchObject({ firstOffset: 10, lastStableOffset: 16 });
  });

  it('take no batch of theirs that is not in them', () => {
    const next = batch(3);
    expect(withOpen().check(next)).toMatchObject({ error: 'INVALID_TXN_STATE' });
    expect(withOpen().check({ ...next, isTransactional: true })).toEqual({ kind: 'next' });
  });

  it('go on with the sequence behind a marker of their epoch, and anew behind one of the next', () => {
    const same = withOpen();
    ended(same);
    expect(same.check(batch(3))).toEqual({ kind: 'next' });
    const next = withOpen();
    ended(next, { producerEpoch: 1 });
    expect(next.check(batch(3, 1, 1))).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
    expect(next.check(batch(0, 1, 1))).toEqual({ kind: 'next' });
    expect(next.check(batch(3))).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' });
  });

  it('begin at 0 where the broker is told so', () => {
    const table = new ProducerTable();
    expect(table.check(batch(4), true)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
    expect(table.check(batch(0), true)).toEqual({ kind: 'next' });
  });

  it.each([
    ['of an older epoch', { producerEpoch: 1 }, { producerEpoch: 0 }, 0, 'INVALID_PRODUCER_EPOCH'],
    ['of an older coordinator', {}, { coordinatorEpoch: 1 }, 0, 'TRANSACTION_COORDINATOR_FENCED'],
  ])('refuse a marker %s', (_what, first, second, version, error) => {
    const table = withOpen();
    ended(table, first);
    expect(table.checkMarker({ ...MARKER, ...first, ...second }, version)).toMatchObject({ error });
  });

  it('with an epoch for each refuse a marker of the epoch that is open, and pass one that comes again', () => {
    const table = withOpen();
    expect(table.checkMarker(MARKER, 2)).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' });
    expect(table.checkMarker(MARKER, 1)).toEqual({ kind: 'next' });
    ended(table, { producerEpoch: 1 });
    expect(table.checkMarker({ ...MARKER, producerEpoch: 1 }, 2)).toEqual({ kind: 'next' });
  });

  it('of batches without sequences are judged by the epoch alone', () => {
    const table = withOpen();
    const offsets = { producerId: 1, producerEpoch: 0, firstSequence: -1, lastSequence: -1 };
    expect(table.checkCoordinatorBatch(offsets)).toEqual({ kind: 'next' });
    expect(lastSequenceOf(-1, 5)).toBe(-1);
    ended(table, { producerEpoch: 1 });
    expect(table.checkCoordinatorBatch(offsets)).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' });
  });

  it('that are open are not forgotten', () => {
    const table = withOpen();
    table.expire(1e9);
    expect(table.size).toBe(1);
    ended(table);
    table.expire(1e9);
    expect(table.size).toBe(0);
  });
});
