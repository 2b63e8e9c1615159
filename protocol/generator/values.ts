import { ZERO_UUID } from '@millrace/foundation/types';
import { INT64_MAX } from '../src/codec/int64.ts';
import type { ResolvedField, ResolvedStructure, ResolvedType } from '../src/schema/resolve.ts';
import type { PrimitiveType } from '../src/schema/schema.ts';
import { contains, covers, isEmpty, type VersionRange } from '../src/schema/versions.ts';

const TYPES: Readonly<Record<PrimitiveType, string>> = {
  bool: 'boolean',
  int8: 'number',
  int16: 'number',
  uint16: 'number',
  int32: 'number',
  uint32: 'number',
  int64: 'number',
  float64: 'number',
  string: 'string',
  uuid: 'Uuid',
  bytes: 'Buffer',
  records: 'Buffer',
};

/** Bytes of the primitives whose size is fixed. */
const FIXED_BYTES: Readonly<Partial<Record<PrimitiveType, number>>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
};

export type Side = 'value' | 'init';

/** The TypeScript type of a field, null aside. */
export function typeText(type: ResolvedType, side: Side): string {
  switch (type.kind) {
    case 'primitive':
      return TYPES[type.primitive];
    case 'structure':
      return type.structure.typeName + (side === 'init' ? 'Init' : '');
    case 'array':
      return `readonly ${typeText(type.element, side)}[]`;
  }
}

export function isNullable(field: ResolvedField): boolean {
  return !isEmpty(field.nullable);
}

/** Whether whoever encodes may leave the field out. */
export function isOptional(field: ResolvedField, owner: ResolvedStructure): boolean {
  return field.hasDefault || field.tag !== null || !covers(field.range, owner.range);
}

/** The default as an expression. */
export function defaultText(field: ResolvedField): string {
  if (field.default === null) return 'null';
  if (field.default === INT64_MAX) return 'INT64_MAX';
  if (field.default === ZERO_UUID) return 'ZERO_UUID';
  if (typeof field.default === 'string') return `'${field.default}'`;
  if (field.default !== undefined) return String(field.default);
  if (field.type.kind === 'array') return '[]';
  if (field.type.kind === 'structure') return `DEFAULT_${field.type.structure.typeName}`;
  return 'EMPTY';
}

/** Whether `expression`, of the field's Init type, has a value other than the default: an expression. */
export function differsText(field: ResolvedField, expression: string): string {
  if (field.default === null) return `${expression} !== null`;
  const maybeNull = isNullable(field) ? `${expression} === null || ` : '';
  const tested = (test: string) => (maybeNull ? `(${maybeNull}${test})` : test);
  if (field.default !== undefined) return `${expression} !== ${defaultText(field)}`;
  if (field.type.kind === 'structure')
    return tested(`!isDefault${field.type.structure.typeName}(${expression})`);
  return tested(`${expression}.length !== 0`);
}

/**
 * Least bytes that one element of an array takes in any of `versions`, which are all flexible or all not: bounds the
 * array's length on reading.
 */
export function minElementBytes(element: ResolvedType, versions: VersionRange, flexible: boolean): number {
  const each = Array.from({ length: versions.max - versions.min + 1 }, (_, index) =>
    minBytes(element, versions.min + index, flexible),
  );
  return Math.max(1, Math.min(...each));
}

function minBytes(type: ResolvedType, version: number, flexible: boolean): number {
  switch (type.kind) {
    case 'primitive':
      return FIXED_BYTES[type.primitive] ?? (flexible ? 1 : type.primitive === 'string' ? 2 : 4);
    case 'array':
      return flexible ? 1 : 4;
    case 'structure': {
      const carried = type.structure.fields.filter(
        (field) => field.tag === null && contains(field.range, version),
      );
      const sizes = carried.map((field) => minFieldBytes(field, version, flexible));
      return sizes.reduce((sum, size) => sum + size, flexible ? 1 : 0);
    }
  }
}

function minFieldBytes(field: ResolvedField, version: number, flexible: boolean): number {
  const nullStructure = field.type.kind === 'structure' && contains(field.nullable, version);
  return nullStructure ? 1 : minBytes(field.type, version, flexible);
}
