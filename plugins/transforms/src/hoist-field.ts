import { defineConfig } from '@millrace/sdk';
import { defineSided, perSchema } from './record-side.ts';

/** Kafka Connect's HoistField. */
export const hoistField = defineSided({
  name: 'HoistField',
  docs: 'Wraps the {side} in a struct, or a map where it has no schema, of one field.',
  config: defineConfig({
    field: { type: 'string', importance: 'medium', docs: 'The name of the field.' },
  }),
  create: ({ field }, side) => {
    const wrapped = perSchema((schema) => ({
      type: 'struct' as const,
      fields: [{ ...schema, field }],
    }));
    return (record) => {
      const schema = side.schema(record);
      return side.replace(
        record,
        { [field]: side.value(record) ?? null },
        schema === undefined ? undefined : wrapped(schema),
      );
    };
  },
});
