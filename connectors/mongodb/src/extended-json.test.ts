import { jsonText } from '@millrace/sdk';
import {
  Binary,
  BSON,
  BSONRegExp,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';
import { describe, expect, test } from 'vitest';
import { toDocument } from './bson-value.ts';
import { jsonModes, toJson } from './extended-json.ts';

const all = {
  _id: new ObjectId('65f000000000000000000001'),
  int: new Int32(5),
  double: new Double(5.5),
  whole: new Double(5),
  notANumber: new Double(Number.NaN),
  long: Long.fromString('9007199254740993'),
  small: Long.fromNumber(7),
  decimal: Decimal128.fromString('1.10'),
  date: new Date(1_700_000_000_123),
  past: new Date(-1),
  far: new Date(Date.UTC(12_000, 0)),
  bytes: new Binary(Buffer.from('abc')),
  uuid: new UUID('3b241101-e2bb-4255-8caf-4136c566a962').toBinary(),
  pattern: new BSONRegExp('^a', 'i'),
  code: new Code('f()'),
  timestamp: new Timestamp({ t: 4_000_000_000, i: 5 }),
  least: new MinKey(),
  most: new MaxKey(),
  nothing: null,
  yes: true,
  text: 'ü',
  nested: { list: [1, { a: new ObjectId('65f000000000000000000002') }], empty: {} },
};
const canonical = (value: unknown) => BSON.EJSON.stringify(value as never, { relaxed: false });

describe('Extended JSON', () => {
  test('canonical keeps every type, as text too', () => {
    expect(canonical(toDocument(toJson(all, 'canonical'), undefined, 'value'))).toBe(canonical(all));
    expect(canonical(toDocument(jsonText(toJson(all, 'canonical')), undefined, 'value'))).toBe(
      canonical(all),
    );
  });

  test('a whole number beyond 64 bits keeps its digits, or is refused', () => {
    const read = (text: string) => toDocument(`{"n": ${text}}`, undefined, 'value').n;
    expect(read('-9223372036854775808')).toEqual(Long.MIN_VALUE);
    expect(read('9223372036854775808')).toEqual(Decimal128.fromString('9223372036854775808'));
    expect(read(`-${'9'.repeat(34)}`)).toEqual(Decimal128.fromString(`-${'9'.repeat(34)}`));
    expect(() => read('1'.repeat(35))).toThrow('more digits than MongoDB can hold');
  });

  test.each(['relaxed', 'strict'] as const)('%s keeps every value', (mode) => {
    const read = toDocument(jsonText(toJson(all, mode)), undefined, 'value');
    // A number without fraction is an int32 where it fits, whatever it was.
    const expected = { ...all, whole: new Int32(5), ...(mode === 'relaxed' && { small: new Int32(7) }) };
    expect(canonical(read)).toBe(canonical(expected));
  });

  test('plain has texts for what JSON lacks', () => {
    expect(toJson(all, 'plain')).toMatchObject({
      _id: '65f000000000000000000001',
      decimal: '1.10',
      date: '2023-11-14T22:13:20.123Z',
      bytes: 'YWJj',
      uuid: '3b241101-e2bb-4255-8caf-4136c566a962',
      long: 9_007_199_254_740_993n,
    });
  });

  test('strict is what Java’s drivers wrote', () => {
    expect(
      toJson({ d: new Date(5), l: Long.fromNumber(5), b: new Binary(Buffer.from('abc')) }, 'strict'),
    ).toEqual({
      d: { $date: 5 },
      l: { $numberLong: '5' },
      b: { $binary: 'YWJj', $type: '00' },
    });
  });

  test.each(jsonModes)('%s is JSON', (mode) => {
    expect(() => JSON.parse(jsonText(toJson(all, mode)))).not.toThrow();
  });

  test.each(['[1]', '5', 'no json', Buffer.from('no bson'), 7, [], { $oid: 'x' }, { a: { $date: 'never' } }])(
    'is not read from %j, which is poison',
    (value) => {
      expect(() => toDocument(value, undefined, 'value')).toThrow(
        expect.objectContaining({ code: 'MONGODB_NO_DOCUMENT', class: 'poison' }),
      );
    },
  );

  test('a field of the name __proto__ stays a field', () => {
    const read = toDocument('{"__proto__": {"a": 1}, "b": 2}', undefined, 'value');
    expect(Object.keys(read)).toEqual(['__proto__', 'b']);
  });
});
