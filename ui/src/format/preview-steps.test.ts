import { expect, test } from 'vitest';
import { doingOf } from './preview-steps.ts';

const shown = { text: '1', truncated: false, schema: null };
const record = { topic: 't', partition: null, timestamp: null, key: shown, value: shown, headers: [] };
const difference = { op: 'replace', path: '/value', before: '1', after: '2' } as const;

test('a step says what it does to a record, also where it makes several of one', () => {
  expect(doingOf({ records: [], differences: [] })).toBe('drops it');
  expect(doingOf({ records: [record], differences: [] })).toBe('changes nothing');
  expect(doingOf({ records: [record], differences: [difference] })).toBe('changes 1 field');
  expect(doingOf({ records: [record, record], differences: [] })).toBe('gives 2 records');
  expect(doingOf({ records: [record], more: 9_998, differences: [] })).toBe('gives 9,999 records');
});
