import { ZERO_UUID } from '@millrace/foundation/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INT64_MAX } from './int64.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

function written(write: (writer: Writer) => void): Buffer {
  const writer = new Writer(1);
  write(writer);
  return writer.finish();
}

const hex = (write: (writer: Writer) => void) => written(write).toString('hex');
const reader = (text: string) => new Reader(Buffer.from(text, 'hex'));
const code = (expected: string) =>
  expect.objectContaining({ details: expect.objectContaining({ code: expected }) });

describe('bytes of each primitive', () => {
  test.each<[string, (w: Writer) => void, string, (r: Reader) => unknown, unknown]>([
    ['bool', (w) => w.bool(true), '01', (r) => r.bool(), true],
    ['int8', (w) => w.int8(-2), 'fe', (r) => r.int8(), -2],
    ['int16', (w) => w.int16(-2), 'fffe', (r) => r.int16(), -2],
    ['uint16', (w) => w.uint16(0xfffe), 'fffe', (r) => r.uint16(), 0xfffe],
    ['int32', (w) => w.int32(-2), 'fffffffe', (r) => r.int32(), -2],
    ['uint32', (w) => w.uint32(0xfffffffe), 'fffffffe', (r) => r.uint32(), 0xfffffffe],
    ['int64', (w) => w.int64(-2), 'fffffffffffffffe', (r) => r.int64(), -2],
    ['int64, large', (w) => w.int64(2 ** 40 + 1), '0000010000000001', (r) => r.int64(), 2 ** 40 + 1],
    ['int64, no limit', (w) => w.int64(INT64_MAX), '7fffffffffffffff', (r) => r.int64(), INT64_MAX],
    ['float64', (w) => w.float64(1.5), '3ff8000000000000', (r) => r.float64(), 1.5],
    ['varint', (w) => w.varint(-65), '8101', (r) => r.varint(), -65],
    ['varlong', (w) => w.varlong(2 ** 31), '8080808010', (r) => r.varlong(), 2 ** 31],
    ['unsigned varint', (w) => w.unsignedVarint(300), 'ac02', (r) => r.unsignedVarint(), 300],
    [
      'uuid',
      (w) => w.uuid('AAECAwQFBgcICQoLDA0ODw'),
      '000102030405060708090a0b0c0d0e0f',
      (r) => r.uuid(),
      'AAECAwQFBgcICQoLDA0ODw',
    ],
    ['zero uuid', (w) => w.uuid(ZERO_UUID), '00'.repeat(16), (r) => r.uuid(), ZERO_UUID],
    ['string', (w) => w.string('hä'), '000368c3a4', (r) => r.string(), 'hä'],
    ['null string', (w) => w.nullableString(null), 'ffff', (r) => r.nullableString(), null],
    ['compact string', (w) => w.compactString('hä'), '0468c3a4', (r) => r.compactString(), 'hä'],
    [
      'compact null string',
      (w) => w.compactNullableString(null),
      '00',
      (r) => r.compactNullableString(),
      null,
    ],
    ['bytes', (w) => w.bytes(Buffer.from('ab')), '000000026162', (r) => r.bytes(), Buffer.from('ab')],
    ['null bytes', (w) => w.nullableBytes(null), 'ffffffff', (r) => r.nullableBytes(), null],
    [
      'compact bytes',
      (w) => w.compactBytes(Buffer.from('ab')),
      '036162',
      (r) => r.compactBytes(),
      Buffer.from('ab'),
    ],
    [
      'compact null records',
      (w) => w.compactNullableRecords(null),
      '00',
      (r) => r.compactNullableBytes(),
      null,
    ],
  ])('%s', (_name, write, bytes, read, value) => {
    expect(hex(write)).toBe(bytes);
    const from = reader(bytes);
    expect(read(from)).toEqual(value);
    from.expectEnd();
  });
});

test('numbers of every size come back as they were', () => {
  const check = (small: number, large: number, unsigned: number) => {
    const bytes = written((w) => {
      w.varint(small);
      w.varlong(large);
      w.varlong(small);
      w.unsignedVarint(unsigned);
      w.int64(large);
    });
    const from = new Reader(bytes);
    expect([from.varint(), from.varlong(), from.varlong(), from.unsignedVarint(), from.int64()]).toEqual([
      small,
      large,
      small,
      unsigned,
      large,
    ]);
    from.expectEnd();
  };
  const edges = [
    0,
    127,
    128,
    2 ** 28 - 1,
    2 ** 28,
    2 ** 31,
    2 ** 32,
    2 ** 35,
    2 ** 49,
    Number.MAX_SAFE_INTEGER,
  ];
  for (const edge of edges) for (const sign of [1, -1]) check(0, edge * sign || 0, 0);
  check(0, INT64_MAX, 0xffffffff);
  fc.assert(fc.property(fc.integer(), fc.maxSafeInteger(), fc.nat(), check), { numRuns: 2_000 });
});

test('a value that its type cannot hold is refused', () => {
  const refused: ((w: Writer) => void)[] = [
    (w) => w.int8(128),
    (w) => w.int16(-32_769),
    (w) => w.uint16(-1),
    (w) => w.int32(2 ** 31),
    (w) => w.int32(Number.NaN),
    (w) => w.uint32(-1),
    (w) => w.int64(2 ** 53),
    (w) => w.int64(1.5),
    (w) => w.varint(2 ** 31),
    (w) => w.varlong(-(2 ** 53)),
    (w) => w.unsignedVarint(2 ** 32),
    (w) => w.uuid('short'),
    (w) => w.uuid('!'.repeat(22)),
    (w) => w.string('a'.repeat(32_768)),
    (w) => w.string('漢'.repeat(20_000)),
    (w) => w.compactString('漢'.repeat(20_000)),
  ];
  for (const write of refused)
    expect(() => written(write), String(write)).toThrow(code('VALUE_OUT_OF_RANGE'));
});

test('an int64 beyond the safe integers is refused on reading', () => {
  expect(() => reader('0020000000000000').int64()).toThrow(code('VALUE_OUT_OF_RANGE'));
  expect(() => reader('8000000000000000').int64()).toThrow(code('VALUE_OUT_OF_RANGE'));
});

test('a length is compared with what is left before anything is made of it', () => {
  const hostile: [string, (r: Reader) => unknown][] = [
    ['7fffffff', (r) => r.bytes()],
    ['ffffffff0f', (r) => r.compactNullableBytes()],
    ['7fff', (r) => r.string()],
    ['8080010000', (r) => r.compactString()],
    ['7fffffff00000000', (r) => r.arrayLength(1)],
    ['0000000300000000', (r) => r.arrayLength(2)],
    ['ffffffff0f00', (r) => r.compactNullableArrayLength(1)],
    ['ffffffff', (r) => r.arrayLength(1)],
    ['00', (r) => r.compactArrayLength(1)],
    ['ffff', (r) => r.string()],
    ['00', (r) => r.compactString()],
    ['ffffffff', (r) => r.bytes()],
    ['010005', (r) => r.skipTags()],
    ['ffffffff0f', (r) => r.skipTags()],
    ['8080808010', (r) => r.unsignedVarint()],
    ['ffffffffff01', (r) => r.unsignedVarint()],
    ['ff'.repeat(11), (r) => r.varlong()],
    ['ffffffffffffffffff02', (r) => r.varlong()],
  ];
  for (const [bytes, read] of hostile)
    expect(() => read(reader(bytes)), bytes).toThrow(code('MALFORMED_MESSAGE'));
});

test('all arrays of a message together are bounded', () => {
  const length = Buffer.alloc(3_000_004, 0);
  length.writeInt32BE(3_000_000, 0);
  const from = new Reader(Buffer.concat([length, length]));
  expect(from.arrayLength(1)).toBe(3_000_000);
  from.raw(3_000_000);
  expect(() => from.arrayLength(1)).toThrow(code('MALFORMED_MESSAGE'));
});

test('a reader stays within its range of the input', () => {
  const bytes = Buffer.from('0102030405', 'hex');
  const from = new Reader(bytes, 1, 3);
  expect(from.int16()).toBe(0x0203);
  expect(() => from.int8()).toThrow(ProtocolError);
  expect(() => new Reader(bytes, 2, 9)).toThrow(ProtocolError);
});

test('bytes that are read are a view of the input', () => {
  const input = Buffer.from('000000026162', 'hex');
  const bytes = new Reader(input).bytes();
  input.write('z', 4);
  expect(bytes.toString()).toBe('zb');
});

describe('large records', () => {
  const large = Buffer.alloc(20_000, 7);

  test('are parts of their own, and not copied', () => {
    const writer = new Writer(4);
    writer.int32(1);
    writer.records(large);
    writer.int32(2);
    writer.compactRecords(large);
    const parts = writer.finishParts();
    expect(parts.filter((part) => part === large)).toHaveLength(2);
    const expected = [
      '00000001',
      '00004e20',
      large.toString('hex'),
      '00000002',
      'a19c01',
      large.toString('hex'),
    ];
    expect(Buffer.concat(parts).toString('hex')).toBe(expected.join(''));
    expect(writer.sizeBytes).toBe(Buffer.concat(parts).length);
  });

  test('stay whole where the buffer grows after them', () => {
    const writer = new Writer(4);
    writer.string('before');
    writer.records(large);
    for (let i = 0; i < 1_000; i++) writer.int32(i);
    const from = new Reader(writer.finish());
    expect(from.string()).toBe('before');
    expect(from.bytes().equals(large)).toBe(true);
    for (let i = 0; i < 1_000; i++) expect(from.int32()).toBe(i);
  });

  test('inside a tagged field are counted in its size', () => {
    const writer = new Writer(4);
    const outer = writer.beginTag(1);
    const inner = writer.beginTag(2);
    writer.compactRecords(large);
    writer.endTag(inner);
    writer.endTag(outer);
    const from = new Reader(writer.finish());
    expect(from.unsignedVarint()).toBe(1);
    const outerEnd = from.tagEnd();
    expect(from.unsignedVarint()).toBe(2);
    const innerEnd = from.tagEnd();
    expect(from.compactBytes().equals(large)).toBe(true);
    from.closeTag(innerEnd);
    from.closeTag(outerEnd);
    from.expectEnd();
  });
});

test.each([0, 1, 127, 128, 16_383, 16_384])('a tagged field of %i bytes', (size) => {
  const writer = new Writer(4);
  const mark = writer.beginTag(5);
  writer.raw(Buffer.alloc(size, 1));
  writer.endTag(mark);
  writer.int8(9);
  const from = new Reader(writer.finish());
  expect(from.unsignedVarint()).toBe(5);
  const end = from.tagEnd();
  expect(from.raw(size).equals(Buffer.alloc(size, 1))).toBe(true);
  from.closeTag(end);
  expect(from.int8()).toBe(9);
  from.expectEnd();
});
