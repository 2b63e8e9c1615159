import { logicalType, type Schema } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import { missingOf, propertiesOf } from './mapping.ts';

const schema: Schema = {
  type: 'struct',
  fields: [
    { field: 'id', type: 'int64' },
    { field: 'price', type: 'bytes', name: logicalType.decimal },
    { field: 'at', type: 'int64', name: logicalType.timestamp },
    { field: 'uid', type: 'string', name: 'io.debezium.data.Uuid' },
    { field: 'tags', type: 'array', items: { type: 'int32' } },
    { field: 'who', type: 'struct', fields: [{ field: 'age', type: 'int8' }] },
  ],
};

describe('a mapping of a schema', () => {
  it('has a type for each field', () => {
    expect(propertiesOf(schema)).toEqual({
      id: { type: 'long' },
      price: { type: 'double' },
      at: { type: 'date' },
      uid: { type: 'keyword' },
      tags: { type: 'integer' },
      who: { properties: { age: { type: 'byte' } } },
    });
    expect(propertiesOf({ type: 'string' })).toBeNull();
    expect(propertiesOf(undefined)).toBeNull();
  });

  it('adds what is lacking, also within objects, and leaves what is there', () => {
    const there = { id: { type: 'keyword' }, who: { properties: { name: { type: 'text' } } } };
    const wanted = {
      id: { type: 'long' },
      at: { type: 'date' },
      who: { properties: { age: { type: 'byte' } } },
    };
    expect(missingOf(wanted, there)).toEqual({
      at: { type: 'date' },
      who: { properties: { age: { type: 'byte' } } },
    });
    expect(missingOf({ id: { type: 'long' } }, there)).toBeNull();
  });
});
