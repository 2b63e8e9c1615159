import { randomFillSync } from 'node:crypto';
import type { ProducerRecord } from '@millrace/client';

/** The header that carries a trace, by W3C's Trace Context (level 1). */
const TRACEPARENT = 'traceparent';
const FORM = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}/;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
/** Random bytes are drawn for so many ids at once. */
const IDS_AT_ONCE = 256;
const ID_BYTES = TRACE_ID_BYTES + SPAN_ID_BYTES;

const pool = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
let used = pool.length;

interface Traceable {
  readonly headers?: readonly { readonly key: string; readonly value: unknown }[];
}

/** The trace that a record belongs to, as it or its bytes carry it; null where it carries none. */
export function traceparentOf({ headers = [] }: Traceable): string | null {
  const value = headers.findLast(({ key }) => key === TRACEPARENT)?.value;
  const text = Buffer.isBuffer(value) ? value.toString('latin1') : value;
  // A header converter may have put it into quotes.
  const plain = typeof text === 'string' ? text.replace(/^"|"$/g, '') : '';
  return FORM.test(plain) ? plain : null;
}

/** The record in a trace: in its own where it has one, else in one that begins with it, marked as sampled. */
export function traced(record: ProducerRecord): ProducerRecord {
  const headers = record.headers ?? [];
  if (headers.some(({ key }) => key === TRACEPARENT)) return record;
  return { ...record, headers: [...headers, { key: TRACEPARENT, value: newTraceparent() }] };
}

function newTraceparent(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const traceId = pool.toString('hex', used, used + TRACE_ID_BYTES);
  const spanId = pool.toString('hex', used + TRACE_ID_BYTES, used + ID_BYTES);
  used += ID_BYTES;
  return Buffer.from(`00-${traceId}-${spanId}-01`, 'latin1');
}
