import { type Builders, type Of, route } from './route.ts';
import { topicParams } from './topics.ts';

const read = { operation: 'READ', resource: 'topic', named: 'params.topic' } as const;

/** Bytes of a record, as people read them. */
export const decodedBytes = (t: Builders) =>
  t.Object({
    encoding: t.Enum(['null', 'json', 'text', 'base64', 'hex', 'avro'], {
      description: '`avro`: `text` is the JSON of what was decoded',
    }),
    text: t.String(),
    sizeBytes: t.Integer({ description: 'Of the whole, as stored' }),
    truncated: t.Boolean(),
    schema: t.Optional(t.String({ description: 'What it was decoded by, such as `orders-value, id 7`' })),
    failure: t.Optional(
      t.String({ description: 'Why it could not be decoded as asked; it comes as hex then' }),
    ),
  });

export type Decoded = Of<typeof decodedBytes>;

const message = (t: Builders) =>
  t.Object({
    partition: t.Integer(),
    offset: t.Integer(),
    timestamp: t.Integer({ description: 'Milliseconds since the epoch' }),
    key: decodedBytes(t),
    value: decodedBytes(t),
    headers: t.Array(t.Object({ key: t.String(), value: decodedBytes(t) })),
  });

export type Message = Of<typeof message>;

const format = (t: Builders) => t.Enum(['auto', 'json', 'text', 'avro', 'hex', 'base64']);

/** How to look at records: what to filter and how to decode. */
const lookQuery = (t: Builders) => ({
  partition: t.Optional(t.Integer({ minimum: 0, description: 'All where left out' })),
  filter: t.Optional(
    t.String({
      maxLength: 2_000,
      description:
        'A text that key, value or headers contain; or an expression such as `value.total > 100 and key ~ "eu-"` (see docs/reference/message-filter.md)',
    }),
  ),
  keyFormat: t.Optional(format(t)),
  valueFormat: t.Optional(format(t)),
  maxBytes: t.Optional(
    t.Integer({ minimum: 16, maximum: 1_048_576, description: 'Keys and values are cut after so many' }),
  ),
});

const messagePage = (t: Builders) =>
  t.Object({
    topic: t.String(),
    partitions: t.Array(
      t.Object({ partition: t.Integer(), startOffset: t.Integer(), endOffset: t.Integer() }),
    ),
    messages: t.Array(message(t), {
      description: 'From `newest` by time, newest first; otherwise by time, oldest first',
    }),
    scanned: t.Integer({ description: 'Records that were looked at for this page' }),
    left: t.Integer({ description: 'Offsets that are still to be looked at in this direction' }),
    next: t.Union([t.String(), t.Null()], {
      description: '`after` of the next page; null where the end in this direction was reached',
    }),
    stopped: t.Enum(['limit', 'end', 'scan', 'time'], {
      description:
        'Why this page ends: it is full, there is no more, or it has looked at enough for one request',
    }),
  });

export type MessagePage = Of<typeof messagePage>;

/**
 * A page ends early, with what it found, when it has looked at `scan` records or for two seconds: who filters asks for the next page until `next`
 * is null, sees how far it is by `left`, and stops by not asking.
 */
export const readMessages = route({
  operationId: 'readMessages',
  method: 'GET',
  url: '/api/v1/topics/:topic/messages',
  summary: 'Messages of a topic, page by page, from the newest, the oldest, an offset or a time',
  tag: 'topics',
  needs: read,
  refusals: [404, 429, 503],
  schemas: (t) => ({
    params: topicParams(t),
    query: t.Object({
      ...lookQuery(t),
      from: t.Optional(t.Enum(['newest', 'oldest', 'offset', 'time'])),
      offset: t.Optional(t.Integer({ minimum: 0, description: 'With `from=offset`' })),
      timestamp: t.Optional(
        t.Integer({ minimum: 0, description: 'With `from=time`, milliseconds since the epoch' }),
      ),
      limit: t.Optional(t.Integer({ minimum: 1, maximum: 500 })),
      scan: t.Optional(t.Integer({ minimum: 1, maximum: 1_000_000 })),
      after: t.Optional(t.String({ maxLength: 65_536, description: '`next` of the page before' })),
    }),
    replies: { 200: messagePage(t) },
  }),
});

const tail = (t: Builders) =>
  t.Object({
    atMs: t.Integer(),
    messages: t.Array(message(t)),
    seen: t.Integer({ description: 'Records that came since the event before' }),
    matched: t.Integer({ description: 'Of these, those that the filter let through' }),
    dropped: t.Integer({
      description: 'Of these, those that are not shown because there are too many, since the tail began',
    }),
  });

/** The data of the event `messages`, at most four a second. */
export type TailEvent = Of<typeof tail>;

/** `text/event-stream`; the schema is the data of the event `messages`. An `error` event carries the shape of refusals, and ends it. */
export const tailMessages = route({
  operationId: 'tailMessages',
  method: 'GET',
  url: '/api/v1/topics/:topic/tail',
  summary:
    'Server-sent events: messages as they come, from now on; what comes too fast is counted and dropped',
  tag: 'topics',
  needs: read,
  refusals: [404, 503],
  schemas: (t) => ({
    params: topicParams(t),
    query: t.Object({
      ...lookQuery(t),
      perSecond: t.Optional(
        t.Integer({
          minimum: 1,
          maximum: 500,
          description: 'Messages that are shown a second; 100 where left out',
        }),
      ),
    }),
    replies: { 200: tail(t) },
  }),
});

/** As `Decoded` gives them, so that a message can be sent again as it was read. */
const sentBytes = (t: Builders) =>
  t.Union([
    t.Object(
      { encoding: t.Enum(['json', 'text', 'base64', 'hex']), text: t.String() },
      { additionalProperties: false },
    ),
    t.Null(),
  ]);

export const produceMessages = route({
  operationId: 'produceMessages',
  method: 'POST',
  url: '/api/v1/topics/:topic/messages',
  summary: 'Send messages to a topic, acknowledged by all in-sync replicas; a value of null is a tombstone',
  tag: 'topics',
  needs: { operation: 'WRITE', resource: 'topic', named: 'params.topic' },
  refusals: [404, 413, 415, 503],
  numbers: 'kept',
  schemas: (t) => ({
    params: topicParams(t),
    body: t.Object(
      {
        messages: t.Array(
          t.Object(
            {
              partition: t.Optional(
                t.Integer({ minimum: 0, description: 'By the key where left out, as Kafka’s clients do' }),
              ),
              timestamp: t.Optional(t.Integer({ minimum: 0 })),
              key: t.Optional(sentBytes(t)),
              value: sentBytes(t),
              headers: t.Optional(
                t.Array(t.Object({ key: t.String(), value: sentBytes(t) }, { additionalProperties: false }), {
                  maxItems: 1_000,
                }),
              ),
            },
            { additionalProperties: false },
          ),
          { minItems: 1, maxItems: 1_000 },
        ),
      },
      { additionalProperties: false },
    ),
    replies: {
      201: t.Object({
        topic: t.String(),
        sent: t.Array(t.Object({ partition: t.Integer(), offset: t.Integer(), timestamp: t.Integer() })),
      }),
    },
  }),
});
