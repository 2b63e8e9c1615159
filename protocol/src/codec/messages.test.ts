/** What must hold for every message in every version. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOptional } from '../../generator/values.ts';
import type { ResolvedField, ResolvedStructure, ResolvedType } from '../schema/resolve.ts';
import { contains } from '../schema/versions.ts';
import { everyMessage, type MessageUnderTest, versionsOf } from '../testing/every-message.ts';
import { INT64_MAX } from './int64.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const RUNS = 12;
const messages = await everyMessage();

function encoded({ codec }: MessageUnderTest, version: number, value: unknown): Buffer {
  const writer = new Writer(16);
  codec.encode(writer, version, value);
  const parts = writer.finishParts();
  expect(writer.sizeBytes).toBe(parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat(parts);
}

function decoded({ codec }: MessageUnderTest, version: number, bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = codec.decode(reader, version);
  reader.expectEnd();
  return value;
}

/** Nothing but a ProtocolError may come out of bytes; gives it, or null where they were a message. */
function refusal(message: MessageUnderTest, version: number, bytes: Buffer): ProtocolError | null {
  try {
    message.codec.decode(new Reader(bytes), version);
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

/** The value with every field left out that may be left out and is at its default. */
function sparse(structure: ResolvedStructure, value: Record<string, unknown>): Record<string, unknown> {
  const kept = structure.fields.filter(
    (field) => !(isOptional(field, structure) && isDeepStrictEqual(value[field.name], defaultOf(field))),
  );
  return Object.fromEntries(kept.map((field) => [field.name, sparseType(field.type, value[field.name])]));
}

function sparseType(type: ResolvedType, value: unknown): unknown {
  if (value === null || type.kind === 'primitive') return value;
  if (type.kind === 'array') return (value as unknown[]).map((item) => sparseType(type.element, item));
  return sparse(type.structure, value as Record<string, unknown>);
}

const buffers = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

const PRIMITIVES: Readonly<
  Record<Extract<ResolvedType, { kind: 'primitive' }>['primitive'], fc.Arbitrary<unknown>>
> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 0xffffffff }),
  int64: fc.oneof(
    { weight: 9, arbitrary: fc.maxSafeInteger() },
    { weight: 1, arbitrary: fc.constant(INT64_MAX) },
  ),
  float64: fc.double({ noNaN: true }),
  string: fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('a'.repeat(300), 'ä'.repeat(41), '漢'.repeat(43)),
  ),
  uuid: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('base64url')),
  bytes: buffers,
  records: fc.oneof(
    { weight: 9, arbitrary: buffers },
    { weight: 1, arbitrary: fc.nat(255).map((byte) => Buffer.alloc(9_000, byte)) },
  ),
};

describe.each(messages.map((message) => ({ name: message.schema.name, message })))('$name', ({ message }) => {
  const { codec, schema } = message;

  test('reads back what it wrote, in every version', () => {
    for (const version of versionsOf(codec)) {
      const check = (value: Record<string, unknown>) => {
        const bytes = encoded(message, version, value);
        if (!isDeepStrictEqual(decoded(message, version, bytes), value)) {
          expect(decoded(message, version, bytes), `version ${version}`).toEqual(value);
        }
        expect(
          encoded(message, version, sparse(schema.root, value)).equals(bytes),
          `version ${version}`,
        ).toBe(true);
      };
      fc.assert(fc.property(messageArbitrary(schema.root, version), check), { numRuns: RUNS });
    }
  });

  test('refuses a message that is cut short anywhere', () => {
    for (const version of versionsOf(codec)) {
      for (const value of fc.sample(messageArbitrary(schema.root, version), 2)) {
        const bytes = encoded(message, version, value);
        for (let end = 0; end < bytes.length; end += 1 + Math.floor(bytes.length / 200)) {
          expect(refusal(message, version, bytes.subarray(0, end))?.code, `cut at ${end}`).toBe(
            'MALFORMED_MESSAGE',
          );
        }
      }
    }
  });

  test('answers changed bytes with a value or a ProtocolError', () => {
    for (const version of versionsOf(codec)) {
      const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
      const check = (value: Record<string, unknown>, changed: [number, number][]) => {
        const bytes = Buffer.from(encoded(message, version, value));
        if (bytes.length === 0) return;
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte;
        refusal(message, version, bytes);
      };
      fc.assert(fc.property(messageArbitrary(schema.root, version), changes, check), { numRuns: RUNS });
    }
  });

  test('takes bounded time for a megabyte of anything', () => {
    for (const byte of [0x00, 0x01, 0x02, 0x7f, 0x80, 0xff]) {
      const bytes = Buffer.alloc(1_000_000, byte);
      const version = codec.maxVersion;
      const start = performance.now();
      refusal(message, version, bytes);
      expect(performance.now() - start).toBeLessThan(2_000);
    }
  });

  test('passes over tagged fields that it does not know', () => {
    for (const version of versionsOf(codec).filter((version) => contains(schema.flexible, version))) {
      const [value] = fc.sample(messageArbitrary(schema.root, version), 1);
      const taken = new Set(schema.root.fields.map((field) => field.tag));
      if (value === undefined || hasTags(schema.root, value)) continue;
      const bytes = encoded(message, version, value);
      expect(bytes.at(-1)).toBe(0);
      const tag = [...Array(100).keys()].find((candidate) => !taken.has(candidate)) ?? 100;
      const extended = Buffer.concat([bytes.subarray(0, -1), Buffer.from([1, tag, 3, 9, 9, 9])]);
      expect(isDeepStrictEqual(decoded(message, version, extended), value)).toBe(true);
    }
  });

  test('has no version beyond its own', () => {
    const reader = new Reader(Buffer.alloc(100));
    for (const version of [codec.minVersion - 1, codec.maxVersion + 1, Number.NaN]) {
      expect(() => codec.decode(reader, version)).toThrow(ProtocolError);
      expect(() => codec.encode(new Writer(), version, {})).toThrow(ProtocolError);
    }
  });
});

/** Random values of a structure that the version can carry: fields that it lacks are at their default. */
function messageArbitrary(
  structure: ResolvedStructure,
  version: number,
): fc.Arbitrary<Record<string, unknown>> {
  const fields = structure.fields.map((field) => [field.name, fieldArbitrary(field, version)] as const);
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
}

/** What decoding gives for a field that is not carried. */
function defaultOf(field: ResolvedField): unknown {
  if (field.default !== undefined) return field.default;
  if (field.type.kind === 'array') return [];
  if (field.type.kind === 'primitive') return Buffer.alloc(0);
  return Object.fromEntries(field.type.structure.fields.map((inner) => [inner.name, defaultOf(inner)]));
}

function fieldArbitrary(field: ResolvedField, version: number): fc.Arbitrary<unknown> {
  if (!contains(field.range, version)) return fc.constant(defaultOf(field));
  const present = fc.oneof(
    { weight: 5, arbitrary: typeArbitrary(field.type, version) },
    { weight: 1, arbitrary: fc.constant(field.default === null ? undefined : defaultOf(field)) },
  );
  const filled = field.default === null ? typeArbitrary(field.type, version) : present;
  return contains(field.nullable, version) ? fc.option(filled, { nil: null, freq: 4 }) : filled;
}

function typeArbitrary(type: ResolvedType, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'array':
      return fc.array(typeArbitrary(type.element, version), { maxLength: 3 });
    case 'structure':
      return messageArbitrary(type.structure, version);
    case 'primitive':
      return PRIMITIVES[type.primitive];
  }
}

function hasTags(structure: ResolvedStructure, value: Record<string, unknown>): boolean {
  return structure.fields.some(
    (field) => field.tag !== null && !isDeepStrictEqual(value[field.name], defaultOf(field)),
  );
}

/** A field's value that is not its default. */
function otherValue(field: ResolvedField, version: number): unknown {
  const { type } = field;
  if (type.kind === 'primitive') {
    if (type.primitive === 'bool') return field.default !== true;
    if (type.primitive === 'string') return 'other';
    if (type.primitive === 'uuid') return 'AAAAAAAAAAAAAAAAAAAAAQ';
    if (type.primitive === 'bytes' || type.primitive === 'records') return Buffer.from('other');
    return 7;
  }
  if (type.kind === 'structure') {
    const inner = type.structure;
    return Object.fromEntries(inner.fields.map((part) => [part.name, otherValue(part, version)]));
  }
  return [otherValue({ ...field, type: type.element, default: undefined }, version)];
}

describe('a field that the version lacks', () => {
  const cases = messages.flatMap((message) =>
    message.schema.root.fields.flatMap((field) =>
      versionsOf(message.codec)
        .filter((version) => !contains(field.range, version))
        .map((version) => ({ message, field, version })),
    ),
  );

  test('is refused with a value of its own, or dropped where it is ignorable', () => {
    expect(cases.length).toBeGreaterThan(100);
    for (const { message, field, version } of cases) {
      const [base] = fc.sample(messageArbitrary(message.schema.root, version), 1);
      const value = { ...base, [field.name]: otherValue(field, version) };
      const name = `${message.schema.name}.${field.name} in ${version}`;
      if (field.ignorable) {
        expect(
          isDeepStrictEqual(decoded(message, version, encoded(message, version, value)), base),
          name,
        ).toBe(true);
      } else {
        expect(() => encoded(message, version, value), name).toThrow(
          expect.objectContaining({ details: expect.objectContaining({ code: 'FIELD_NOT_IN_VERSION' }) }),
        );
      }
    }
  });
});

test('null is refused where a version cannot carry it', () => {
  const cases = messages.flatMap((message) =>
    message.schema.root.fields.flatMap((field) =>
      versionsOf(message.codec)
        .filter((version) => contains(field.range, version) && !contains(field.nullable, version))
        .filter(() => field.nullable.min <= field.nullable.max)
        .map((version) => ({ message, field, version })),
    ),
  );
  expect(cases.length).toBeGreaterThan(0);
  for (const { message, field, version } of cases) {
    const [base] = fc.sample(messageArbitrary(message.schema.root, version), 1);
    expect(() => encoded(message, version, { ...base, [field.name]: null })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ code: 'FIELD_NOT_IN_VERSION' }) }),
    );
  }
});
