import fc from 'fast-check';
import { INT64_MAX } from '../codec/int64.ts';
import type { ResolvedField, ResolvedStructure, ResolvedType } from '../schema/resolve.ts';
import { contains } from '../schema/versions.ts';

/** Random values of a structure that the version can carry: fields that it lacks are at their default. */
export function messageArbitrary(
  structure: ResolvedStructure,
  version: number,
): fc.Arbitrary<Record<string, unknown>> {
  const fields = structure.fields.map((field) => [field.name, fieldArbitrary(field, version)] as const);
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
}

/** What decoding gives for a field that is not carried. */
export function defaultOf(field: ResolvedField): unknown {
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
