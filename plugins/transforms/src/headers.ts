import { defineConfig, parseValue } from '@millrace/sdk';
import { defineWhole } from './record-side.ts';

/** Kafka Connect's InsertHeader. */
export const insertHeader = defineWhole({
  name: 'InsertHeader',
  docs: 'Adds a header with a fixed value.',
  config: defineConfig({
    header: { type: 'string', importance: 'high', docs: 'The name of the header.' },
    'value.literal': {
      type: 'string',
      importance: 'high',
      docs: 'Its value; numbers, booleans, dates, lists and maps are recognised.',
    },
  }),
  create: ({ header: key, 'value.literal': text }) => {
    const parsed = parseValue(text);
    const header = { key, value: parsed?.value ?? null, schema: parsed?.schema };
    return (record) => ({ ...record, headers: [...record.headers, header] });
  },
});

/** Kafka Connect's DropHeaders. */
export const dropHeaders = defineWhole({
  name: 'DropHeaders',
  docs: 'Removes headers by name.',
  config: defineConfig({
    headers: { type: 'list', importance: 'high', docs: 'The names of the headers.' },
  }),
  create: ({ headers }) => {
    const dropped = new Set(headers);
    return (record) =>
      record.headers.some(({ key }) => dropped.has(key))
        ? { ...record, headers: record.headers.filter(({ key }) => !dropped.has(key)) }
        : record;
  },
});

/** Kafka Connect's Filter. */
export const filter = defineWhole({
  name: 'Filter',
  docs: 'Drops every record: give it a predicate.',
  config: defineConfig({}),
  create: () => () => null,
});
