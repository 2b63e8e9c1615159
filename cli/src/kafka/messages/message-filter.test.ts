import { expect, test } from 'vitest';
import { compileFilter, type FilteredRecord } from './message-filter.ts';

const value = {
  total: 120,
  'ship-to': 'Porto',
  items: [{ sku: 'A1' }, { sku: 'B2' }],
  paid: false,
  note: null,
  id: '42',
};

const record: FilteredRecord = {
  partition: 3,
  offset: 1000,
  timestamp: Date.parse('2026-11-21T10:00:00Z'),
  key: () => 'eu-7',
  value: () => value,
  headers: () => ({ trace: 'abc' }),
  text: () => `eu-7 ${JSON.stringify(value)} trace abc`.toLowerCase(),
};

test.each(
  [
    'porto',
    'EU-7',
    '"total"',
    '"value.total > 1000" or', // no expression: a text that is not there
  ].map((filter) => [filter, !filter.endsWith('or')] as const),
)('the text %s is looked for: %s', (filter, found) => {
  expect(compileFilter(filter)(record)).toBe(found);
});

test.each([
  ['value.total > 100', true],
  ['value.total>=120 and value.total<=120', true],
  ['value.total < 120', false],
  ['value.total == "120"', true],
  ['value.id == 42', true],
  ['value.id != 42', false],
  ['key ~ "EU-"', true],
  ['key !~ "eu-"', false],
  ['value ~ "porto"', true],
  ['value["ship-to"] == "Porto"', true],
  ['value.ship-to == "Porto"', true],
  ["value.items[1].sku == 'B2'", true],
  ['value.items[9].sku == "B2"', false],
  ['value.note == null', true],
  ['value.nothing == null', true],
  ['value.paid == false', true],
  ['value.paid', false],
  ['not value.paid', true],
  ['! value.paid && headers.trace == "abc"', true],
  ['value.total > 500 or (key ~ "eu" and not partition == 2)', true],
  ['partition == 3 and offset < 1001', true],
  ['timestamp >= "2026-11-21T10:00:00Z" and timestamp < "2026-11-22"', true],
  ['timestamp < "2026-11-21T10:00:00Z"', false],
  ['value.constructor == null and value.__proto__ == null', true],
  ['value.ship-to < "Q"', true],
  ['value.items > 1', false],
])('%s is %s', (filter, expected) => {
  expect(compileFilter(filter)(record)).toBe(expected);
});

test.each([
  ['value.total >', 'character 14'],
  ['value.total > total', '"total" is no field'],
  ['value. > 1', 'is no name of a field'],
  ['(value.total > 1', 'stands where ")" must'],
  ['value.total > 1 value', '"value" is not expected here'],
  ['value.total > #', 'is not understood'],
  [`${'('.repeat(60)}value.a == 1${')'.repeat(60)}`, 'nested too deeply'],
  ['  ', 'empty'],
])('%s is refused', (filter, message) => {
  expect(() => compileFilter(filter)).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(message) }),
  );
});
