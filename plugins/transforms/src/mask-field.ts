import { defineConfig, kindOf, logicalType, type Schema } from '@millrace/sdk';
import { castValue } from './cast-value.ts';
import { poison } from './failures.ts';
import { checksPaths, fieldSyntaxOption, nullOption, parseFieldPath } from './field-path.ts';
import { changeFields, fieldTree, planStruct } from './field-tree.ts';
import { defineSided, perSchema, requireFields, requireStruct } from './record-side.ts';

const DECIMAL: Schema = { type: 'bytes', name: logicalType.decimal };
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const WHOLE = /^[+-]?\d+$/;

/** Kafka Connect's MaskField, for nested fields too. */
export const maskField = defineSided({
  name: 'MaskField',
  docs: 'Replaces fields of the {side} by the empty value of their type, or by a value of your own.',
  config: defineConfig({
    fields: {
      type: 'list',
      importance: 'high',
      docs: 'The fields to mask.',
      validate: Object.assign(checksPaths(), { allows: 'a list of fields' }),
    },
    replacement: {
      type: 'string',
      default: null,
      importance: 'low',
      docs: 'What stands in their place: for text and numbers.',
      validate: Object.assign((value: unknown) => (value === '' ? 'must not be empty' : null), {
        allows: 'non-empty',
      }),
    },
    'field.syntax.version': fieldSyntaxOption,
    'replace.null.with.default': nullOption,
  }),
  create: (config, side) => {
    const { fields, replacement } = config;
    const tree = fieldTree(
      fields.map((path) => [parseFieldPath(path, config['field.syntax.version']), path] as const),
    );
    const mask = (schema: Schema | undefined, value: unknown, path: string): unknown =>
      value === null || value === undefined
        ? null
        : replacement === null
          ? emptyOf(schema, value, path)
          : replaced(schema, value, replacement, path);
    const plan = perSchema((schema) =>
      planStruct(
        schema,
        tree,
        (field, path) => ({ schema: field, change: (value) => mask(field, value, path) }),
        config['replace.null.with.default'],
      ),
    );
    return (record) => {
      const value = side.value(record);
      const schema = side.schema(record);
      if (schema === undefined) {
        const masked = changeFields(requireFields(side.transform, value), tree, (field, path) =>
          mask(undefined, field, path),
        );
        return side.replace(record, masked, undefined);
      }
      return side.replace(record, plan(schema).change(requireStruct(side.transform, schema, value)), schema);
    };
  },
});

function emptyOf(schema: Schema | undefined, value: unknown, path: string): unknown {
  switch (typeof value) {
    case 'boolean':
      return false;
    case 'number':
    case 'bigint':
      return 0;
    case 'string':
      return schema?.name === logicalType.decimal ? '0' : '';
    default:
      break;
  }
  if (value instanceof Date) return new Date(0);
  if (Array.isArray(value)) return [];
  const isMap = schema === undefined ? !(value instanceof Uint8Array) : schema.type === 'map';
  if (!isMap) throw notMasked(value, path);
  return value instanceof Map ? new Map() : {};
}

function replaced(schema: Schema | undefined, value: unknown, replacement: string, path: string): unknown {
  if (typeof value === 'string' && schema?.name !== logicalType.decimal) return replacement;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
    throw notMasked(value, path);
  if (!NUMBER.test(replacement)) {
    throw poison(
      'MASK_NOT_A_NUMBER',
      `MaskField can't put its replacement into the field "${path}", which holds a number.`,
      'Give a replacement that is a number, or mask text and numbers by two transforms.',
      path,
    );
  }
  if (schema?.name === logicalType.decimal) return replacement;
  const type = schema?.type ?? (Number.isInteger(value) || typeof value === 'bigint' ? 'int64' : 'double');
  if (type === 'float' || type === 'double')
    return castValue(undefined, replacement, type === 'float' ? 'float32' : 'float64');
  const whole = WHOLE.test(replacement) ? replacement : BigInt(Math.trunc(Number(replacement))).toString();
  return castValue(DECIMAL, whole.replace('+', ''), type as 'int8' | 'int16' | 'int32' | 'int64');
}

const notMasked = (value: unknown, path: string) =>
  poison(
    'FIELD_NOT_MASKED',
    `MaskField can't mask the field "${path}", which holds ${kindOf(value)}.`,
    'Text, numbers, booleans, dates, lists and maps can be masked; a replacement fits text and numbers.',
    path,
  );
