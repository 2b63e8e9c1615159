import { ZERO_UUID } from '@millrace/foundation/types';
import { INT64_MAX } from '../src/codec/int64.ts';
import type { ResolvedField, ResolvedStructure, ResolvedType } from '../src/schema/resolve.ts';
import type { PrimitiveType } from '../src/schema/schema.ts';
import { covers, isEmpty } from '../src/schema/versions.ts';

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

/** Least bytes that a primitive takes in any version. */
const MIN_BYTES: Readonly<Record<PrimitiveType, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  string: 1,
  uuid: 16,
  bytes: 1,
  records: 1,
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
  if (field.type.kind === 'structure') return `default${field.type.structure.typeName}()`;
  return 'Buffer.alloc(0)';
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

/** Least bytes that one element of an array takes in any version: bounds the array's length on reading. */
export function minBytes(type: ResolvedType): number {
  switch (type.kind) {
    case 'primitive':
      return MIN_BYTES[type.primitive];
    case 'array':
      return 1;
    case 'structure': {
      const { structure } = type;
      const sizes = structure.fields.map((field) =>
        field.tag === null && covers(field.range, structure.range) ? minFieldBytes(field) : 0,
      );
      return Math.max(
        1,
        sizes.reduce((sum, size) => sum + size, 0),
      );
    }
  }
}

function minFieldBytes(field: ResolvedField): number {
  return isNullable(field) ? Math.min(1, minBytes(field.type)) : minBytes(field.type);
}
