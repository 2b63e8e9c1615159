import { describe, expect, test } from 'vitest';
import { debeziumColumnType } from './debezium-types.ts';
import { formatHstore, parseHstore } from './hstore-text.ts';
import { logicalValue } from './logical-value.ts';
import { epochMicros, isoStamp, stampInUtc } from './pg-time.ts';
import type { TypeModes } from './type-map.ts';

const modes: TypeModes = {
  ...{
    form: 'envelope',
    decimals: 'precise',
    times: 'adaptive',
    intervals: 'string',
    binaries: 'bytes',
    hstores: 'json',
  },
};

/** Through one of Debezium's types and back. */
const through = (name: string, typmod: number, text: string, more: Partial<TypeModes> = {}) => {
  const type = debeziumColumnType({ name, kind: 'b', element: 0, base: 0, baseTypmod: -1 }, typmod, {
    ...modes,
    ...more,
  });
  return type && logicalValue(type.parse(text), type.schema);
};

describe('values of Debezium’s types', () => {
  test.each([
    ['date', -1, '2024-02-29', '2024-02-29'],
    ['date', -1, '0044-03-15 BC', '0044-03-15 BC'],
    ['date', -1, '12024-01-01', '12024-01-01'],
    ['date', -1, 'infinity', 'infinity'],
    ['date', -1, '-infinity', '-infinity'],
    ['time', -1, '23:59:59.999999', '23:59:59.999999'],
    ['time', 3, '23:59:59.123', '23:59:59.123000'],
    ['time', -1, '24:00:00', '24:00:00'],
    ['timestamp', -1, '1969-12-31 23:59:59.999999', '1969-12-31T23:59:59.999999'],
    ['timestamp', 3, '1969-12-31 23:59:59.999', '1969-12-31T23:59:59.999000'],
    ['timestamp', -1, '0001-01-01 00:00:00 BC', '0001-01-01T00:00:00.000000 BC'],
    ['timestamp', -1, '294246-12-31 23:59:59.999999', '294246-12-31T23:59:59.999999'],
    ['timestamp', -1, '-infinity', '-infinity'],
    ['timestamptz', -1, '2024-02-29 21:59:59.1+00', '2024-02-29T21:59:59.100000Z'],
    ['timestamptz', -1, '0044-03-15 01:02:03+00 BC', '0044-03-15T01:02:03.000000Z BC'],
    ['timestamptz', -1, 'infinity', 'infinity'],
    ['timetz', -1, '03:04:05.678901+05:30', '21:34:05.678901Z'],
    ['interval', -1, 'P1Y2M-3DT4H5M6.789012S', 'P1Y2M-3DT4H5M6.789012S'],
    ['interval', -1, 'PT-0.5S', 'P0Y0M0DT0H0M-0.5S'],
    ['interval', -1, '-infinity', '-infinity'],
    ['numeric', -1, '-123456789012345678901234567890.0500', '-123456789012345678901234567890.0500'],
    ['numeric', -1, '-0.05', '-0.05'],
    ['numeric', -1, '128', '128'],
    ['numeric', -1, '0.00', '0'],
    ['bit', 5, '00101', '00101'],
    ['varbit', -1, '101', '101'],
    ['point', -1, '(1.5,-2)', '(1.5,-2)'],
  ])('%s(%i) %s comes back', (name, typmod, text, expected) => {
    expect(through(name, typmod, text)).toBe(expected);
  });

  test.each(['infinity', '-infinity'])('an interval of %s as a number is one that no other has', (text) => {
    expect(through('interval', -1, text, { intervals: 'numeric' })).toBe(text);
  });

  test('an interval as a number is one of microseconds', () => {
    expect(through('interval', -1, 'P1MT0.000001S', { intervals: 'numeric' })).toBe(
      '2629800000001 microseconds',
    );
  });

  test('every day of four centuries has its number', () => {
    for (let days = -200_000; days < 200_000; days += 97) {
      const iso = new Date(days * 86_400_000).toISOString();
      const micros = BigInt(days) * 86_400_000_000n;
      if (!/^\d{4}-/.test(iso)) continue;
      expect(isoStamp(micros, 3)).toBe(iso);
      expect(epochMicros(iso.slice(0, 10))).toBe(micros);
    }
  });

  test('a timestamp in UTC is rewritten as it would be computed', () => {
    const texts = ['1999-12-31 23:59:59.5+00', '2026-01-01 00:00:00+00', '2024-02-29 12:00:01.000123+00'];
    for (const text of [...texts, '2026-01-01 01:30:00.25+05:30', '12026-01-01 00:00:00+00'])
      for (const digits of [0, 3, 6])
        expect(stampInUtc(text, digits)).toBe(isoStamp(epochMicros(text), digits));
  });

  test('hstore keeps quotes, nulls and commas', () => {
    const text = String.raw`"a \"b\""=>"c\\d, e", "n"=>NULL, ""=>""`;
    expect([...parseHstore(text)]).toEqual([
      ['a "b"', String.raw`c\d, e`],
      ['n', null],
      ['', ''],
    ]);
    expect(formatHstore(parseHstore(text))).toBe(text);
  });
});
