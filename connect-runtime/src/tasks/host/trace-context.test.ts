import { describe, expect, it } from 'vitest';
import { traced, traceparentOf } from './trace-context.ts';

const GIVEN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const record = { topic: 't', key: null, value: null };

describe('the trace of a record', () => {
  it('begins with a record that has none, and is another one each time', () => {
    const traces = Array.from({ length: 1_000 }, () => traceparentOf(traced(record)));
    expect(new Set(traces).size).toBe(1_000);
    for (const trace of traces) expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('stays the one that the record came with', () => {
    const headers = [
      { key: 'a', value: Buffer.from('b') },
      { key: 'traceparent', value: Buffer.from(GIVEN) },
    ];
    expect(traced({ ...record, headers })).toEqual({ ...record, headers });
    expect(traceparentOf({ headers })).toBe(GIVEN);
  });

  it('is read from text, also in quotes, and from nothing else', () => {
    expect(traceparentOf({ headers: [{ key: 'traceparent', value: GIVEN }] })).toBe(GIVEN);
    expect(traceparentOf({ headers: [{ key: 'traceparent', value: JSON.stringify(GIVEN) }] })).toBe(GIVEN);
    for (const value of [null, 7, 'secret', Buffer.from('00-zz')])
      expect(traceparentOf({ headers: [{ key: 'traceparent', value }] })).toBeNull();
    expect(traceparentOf({})).toBeNull();
  });
});
