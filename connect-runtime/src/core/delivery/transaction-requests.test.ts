import { expect, test } from 'vitest';
import { TransactionRequests } from './transaction-requests.ts';

const [a, b, c] = [{ n: 1 }, { n: 2 }, { n: 3 }];

test('a batch that nobody asked about stays in the open transaction', () => {
  const requests = new TransactionRequests<object>();
  expect(requests.cut([a, b])).toEqual([{ records: [a, b], end: null }]);
  expect(requests.cut([])).toEqual([]);
});

test('a commit of the batch ends the transaction behind it, once', () => {
  const requests = new TransactionRequests<object>();
  requests.commit();
  requests.commit();
  expect(requests.cut([a])).toEqual([{ records: [a], end: 'commit' }]);
  expect(requests.cut([b])).toEqual([{ records: [b], end: null }]);
});

test('an empty batch can end the transaction too', () => {
  const requests = new TransactionRequests<object>();
  requests.abort();
  expect(requests.cut([])).toEqual([{ records: [], end: 'abort' }]);
});

test('transactions end behind the records that were named', () => {
  const requests = new TransactionRequests<object>();
  requests.commit(a);
  requests.abort(b);
  expect(requests.cut([a, b, c])).toEqual([
    { records: [a], end: 'commit' },
    { records: [b], end: 'abort' },
    { records: [c], end: null },
  ]);
});

test('a record that is not in the batch asks for nothing, not even of the next one', () => {
  const requests = new TransactionRequests<object>();
  requests.commit(c);
  expect(requests.cut([a])).toEqual([{ records: [a], end: null }]);
  expect(requests.cut([c])).toEqual([{ records: [c], end: null }]);
});

test('commit and abort at one place mean nothing, and do not outlive the batch', () => {
  const requests = new TransactionRequests<object>();
  requests.commit(a);
  requests.abort(a);
  expect(requests.cut([a])).toBe(null);
  requests.commit();
  requests.abort();
  expect(requests.cut([a])).toBe(null);
  expect(requests.cut([a])).toEqual([{ records: [a], end: null }]);
});
