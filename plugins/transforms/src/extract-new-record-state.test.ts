import { type ConnectRecord, parseConfig } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import { extractNewRecordState } from './extract-new-record-state.ts';

const event = (op: string, before: unknown, after: unknown): ConnectRecord => ({
  topic: 'pens',
  partition: null,
  key: { id: 1 },
  value: { before, after, op, ts_ms: 5, source: { table: 'pens', lsn: 9 }, transaction: null },
  headers: [],
  timestamp: null,
});
const OLD = { id: 1, name: 'old' };
const NEW = { id: 1, name: 'new' };
const tombstone: ConnectRecord = { ...event('d', null, null), value: null };

async function apply(config: Readonly<Record<string, string>>, record: ConnectRecord) {
  const { values, problems } = parseConfig(extractNewRecordState.config, config);
  expect(problems).toEqual([]);
  const transform = await extractNewRecordState.create(values, { connector: 'c', name: 't' });
  return (await transform.apply(record)) as ConnectRecord | null;
}

describe('without a schema', () => {
  it('an event becomes its row', async () => {
    expect((await apply({}, event('c', null, NEW)))?.value).toEqual(NEW);
    expect((await apply({}, event('u', OLD, NEW)))?.value).toEqual(NEW);
    expect(await apply({}, event('t', null, null))).toBeNull();
  });

  it('fields go along as fields and headers, the missing ones excepted', async () => {
    const config = {
      'add.fields': 'op,lsn,id,nothing',
      'add.headers': 'table:of',
      'add.headers.prefix': 'x.',
    };
    const record = await apply(config, event('u', OLD, NEW));
    expect(record?.value).toEqual({ ...NEW, __op: 'u', __lsn: 9, __id: null });
    expect(record?.headers).toEqual([{ key: 'x.of', value: 'pens', schema: undefined }]);
  });

  it('other records pass', async () => {
    const other = { ...event('u', null, null), value: { id: 1 } };
    expect(await apply({}, other)).toBe(other);
  });
});

describe('the options of older versions', () => {
  it.each<[Record<string, string>, unknown, boolean]>([
    [{ 'drop.tombstones': 'false' }, null, true],
    [{ 'delete.handling.mode': 'none' }, 'null', false],
    [{ 'delete.handling.mode': 'rewrite' }, { ...OLD, __deleted: 'true' }, false],
    [{ 'delete.handling.mode': 'drop', 'drop.tombstones': 'false' }, null, true],
  ])('%j', async (config, deleted, tombstonePasses) => {
    const record = await apply(config, event('d', OLD, null));
    expect(deleted === 'null' ? record?.value : (record?.value ?? record)).toEqual(
      deleted === 'null' ? null : deleted,
    );
    expect((await apply(config, tombstone)) !== null).toBe(tombstonePasses);
  });
});
