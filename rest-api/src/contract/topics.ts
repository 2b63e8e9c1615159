import { type Builders, type Of, route } from './route.ts';

const topicSummary = (t: Builders) =>
  t.Object({
    name: t.String(),
    partitions: t.Integer(),
    internal: t.Boolean(),
    /** Connectors that write to it. */
    writtenBy: t.Array(t.String()),
    /** Connectors that read from it. */
    readBy: t.Array(t.String()),
  });

export type TopicRow = Of<typeof topicSummary>;

export const decodedBytes = (t: Builders) =>
  t.Object({
    encoding: t.Enum(['null', 'json', 'text', 'base64']),
    text: t.String(),
    sizeBytes: t.Integer(),
    truncated: t.Boolean(),
  });

export type Decoded = Of<typeof decodedBytes>;

const message = (t: Builders) =>
  t.Object({
    partition: t.Integer(),
    offset: t.Integer(),
    timestamp: t.Integer(),
    key: decodedBytes(t),
    value: decodedBytes(t),
    headers: t.Array(t.Object({ key: t.String(), value: decodedBytes(t) })),
  });

export type Message = Of<typeof message>;

export const listTopics = route({
  operationId: 'listTopics',
  method: 'GET',
  url: '/api/v1/topics',
  summary: 'Topics, with the connectors that write and read them',
  tag: 'live',
  needs: { operation: 'DESCRIBE', resource: 'topic' },
  schemas: (t) => ({ replies: { 200: t.Array(topicSummary(t)) } }),
});

export const newestMessages = route({
  operationId: 'newestMessages',
  method: 'GET',
  url: '/api/v1/topics/:topic/messages',
  summary: 'The newest messages of a topic, newest first; keys and values cut after maxBytes',
  tag: 'live',
  needs: { operation: 'READ', resource: 'topic', named: 'params.topic' },
  refusals: [404],
  schemas: (t) => ({
    params: t.Object({ topic: t.String() }),
    query: t.Object({
      limit: t.Optional(t.Integer({ minimum: 1, maximum: 500 })),
      maxBytes: t.Optional(t.Integer({ minimum: 16, maximum: 1_048_576 })),
    }),
    replies: {
      200: t.Object({
        topic: t.String(),
        partitions: t.Array(
          t.Object({ partition: t.Integer(), startOffset: t.Integer(), endOffset: t.Integer() }),
        ),
        messages: t.Array(message(t)),
      }),
    },
  }),
});
