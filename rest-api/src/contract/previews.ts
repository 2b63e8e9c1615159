import { type Builders, type Of, route } from './route.ts';
import { connectorType, errorReport, sentConfig } from './shapes.ts';

const shownValue = (t: Builders) =>
  t.Object({
    text: t.String({ description: 'JSON' }),
    truncated: t.Boolean(),
    schema: t.Union([t.String(), t.Null()]),
  });

const shownRecord = (t: Builders) =>
  t.Object({
    topic: t.String(),
    partition: t.Union([t.Integer(), t.Null()]),
    timestamp: t.Union([t.Number(), t.Null()]),
    key: shownValue(t),
    value: shownValue(t),
    headers: t.Array(t.Object({ key: t.String(), value: shownValue(t) })),
  });

const difference = (t: Builders) =>
  t.Object({
    op: t.Enum(['add', 'remove', 'replace']),
    path: t.String({
      description: 'A JSON pointer into topic, partition, timestamp, key, value, headers and schemas',
    }),
    before: t.Optional(t.String()),
    after: t.Optional(t.String()),
  });

const more = (t: Builders) =>
  t.Optional(t.Integer({ description: 'How many more there are than are shown' }));

const previewedRecord = (t: Builders) =>
  t.Object({
    readFrom: t.Union([
      t.Object({ topic: t.String(), partition: t.Integer(), offset: t.Integer() }),
      t.Null(),
    ]),
    before: t.Union([shownRecord(t), t.Null()]),
    steps: t.Array(
      t.Object({
        name: t.String({ description: 'Of the transform' }),
        records: t.Array(shownRecord(t)),
        more: more(t),
        differences: t.Array(difference(t)),
      }),
    ),
    after: t.Array(shownRecord(t)),
    more: more(t),
    sizes: t.Array(t.Object({ keyBytes: t.Integer(), valueBytes: t.Integer() })),
    error: t.Union([errorReport(t), t.Null()]),
  });

export const preview = (t: Builders) =>
  t.Object({
    class: t.String(),
    type: connectorType(t),
    withoutRecords: t.Union([t.String(), t.Null()]),
    records: t.Array(previewedRecord(t)),
    topics: t.Array(
      t.Object({ name: t.String(), exists: t.Boolean(), purpose: t.Enum(['records', 'dead letters']) }),
    ),
    plan: t.Union([t.Array(t.Object({ what: t.String(), statement: t.Optional(t.String()) })), t.Null()]),
    error: t.Union([errorReport(t), t.Null()]),
  });

export type Preview = Of<typeof preview>;

/** Of a connector that exists, by its stored config where none is sent; or of a config that is only thought of. */
export const runPreview = route({
  operationId: 'runPreview',
  method: 'POST',
  url: '/api/v1/previews',
  summary:
    'What a connector would do to real records: each transform step by step, topics, planned changes; nothing is written, no offset moves',
  tag: 'live',
  needs: { operation: 'READ', resource: 'connector', named: 'body.name' },
  refusals: [404, 413, 415, 429, 503],
  schemas: (t) => ({
    body: t.Object(
      {
        name: t.Optional(t.String()),
        config: t.Optional(sentConfig(t)),
        limit: t.Optional(t.Union([t.Integer({ minimum: 1, maximum: 100 }), t.String()])),
      },
      { additionalProperties: false },
    ),
    replies: { 200: preview(t) },
  }),
});
