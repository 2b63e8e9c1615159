import { configChanges, configEntry } from './cluster.ts';
import { page, pageQuery } from './paging.ts';
import { type Builders, type Of, route } from './route.ts';

const describe = { operation: 'DESCRIBE', resource: 'topic', named: 'params.topic' } as const;
const alter = { operation: 'ALTER', resource: 'topic', named: 'params.topic' } as const;

export const topicParams = (t: Builders) => t.Object({ topic: t.String() });

const topicFields = (t: Builders) => ({
  name: t.String(),
  partitions: t.Integer(),
  replicationFactor: t.Integer(),
  internal: t.Boolean({ description: 'Kept by brokers or workers for themselves' }),
  underReplicated: t.Integer({ description: 'Partitions with fewer replicas in sync than they have' }),
  offline: t.Integer({ description: 'Partitions without a leader' }),
  /** Connectors that write to it. */
  writtenBy: t.Array(t.String()),
  /** Connectors that read from it. */
  readBy: t.Array(t.String()),
});

const topicSummary = (t: Builders) =>
  t.Object({
    ...topicFields(t),
    records: t.Union([t.Integer(), t.Null()], {
      description:
        'Offsets between start and end of all partitions; null where it was not asked for, or a partition is offline',
    }),
    sizeBytes: t.Union([t.Integer(), t.Null()], {
      description: 'Of one replica of each partition; null where it was not asked for, or brokers do not say',
    }),
  });

export type TopicRow = Of<typeof topicSummary>;

const topicPage = (t: Builders) => t.Object(page(t, topicSummary(t)));

export type TopicPage = Of<typeof topicPage>;

export const listTopics = route({
  operationId: 'listTopics',
  method: 'GET',
  url: '/api/v1/topics',
  summary: 'Topics by name, with the connectors that write and read them; with `sizes`, how much each holds',
  tag: 'topics',
  needs: { operation: 'DESCRIBE', resource: 'topic' },
  refusals: [503],
  schemas: (t) => ({
    query: t.Object({
      ...pageQuery(t),
      internal: t.Optional(
        t.Boolean({ description: 'Only internal ones, or only others; all where left out' }),
      ),
      sizes: t.Optional(t.Boolean({ description: 'Ask the brokers for records and bytes of this page' })),
    }),
    replies: { 200: topicPage(t) },
  }),
});

const topicDetail = (t: Builders) =>
  t.Object({
    ...topicFields(t),
    topicId: t.Union([t.String(), t.Null()]),
    records: t.Union([t.Integer(), t.Null()]),
    sizeBytes: t.Union([t.Integer(), t.Null()]),
    cleanupPolicy: t.Union([t.String(), t.Null()]),
    retentionMs: t.Union([t.Integer(), t.Null()], { description: '-1: for ever' }),
    retentionBytes: t.Union([t.Integer(), t.Null()], { description: 'Of each partition; -1: any' }),
    partitionStates: t.Array(
      t.Object({
        partition: t.Integer(),
        leader: t.Union([t.Integer(), t.Null()]),
        replicas: t.Array(t.Integer()),
        isr: t.Array(t.Integer()),
        startOffset: t.Union([t.Integer(), t.Null()]),
        endOffset: t.Union([t.Integer(), t.Null()]),
        sizeBytes: t.Union([t.Integer(), t.Null()]),
      }),
    ),
  });

export type TopicDetail = Of<typeof topicDetail>;

export const getTopic = route({
  operationId: 'getTopic',
  method: 'GET',
  url: '/api/v1/topics/:topic',
  summary: 'A topic: its partitions with leaders, replicas, offsets and sizes, what it keeps, who uses it',
  tag: 'topics',
  needs: describe,
  refusals: [404, 503],
  schemas: (t) => ({ params: topicParams(t), replies: { 200: topicDetail(t) } }),
});

export const createTopic = route({
  operationId: 'createTopic',
  method: 'POST',
  url: '/api/v1/topics',
  summary: 'Create a topic; with `validateOnly` only see whether it could be',
  tag: 'topics',
  needs: { operation: 'CREATE', resource: 'topic', named: 'body.name' },
  refusals: [409, 413, 415, 503],
  numbers: 'kept',
  schemas: (t) => ({
    body: t.Object(
      {
        name: t.String({ minLength: 1, maxLength: 249 }),
        partitions: t.Optional(t.Integer({ minimum: 1, maximum: 100_000 })),
        replicationFactor: t.Optional(t.Integer({ minimum: 1, maximum: 32_767 })),
        configs: t.Optional(t.Record(t.String(), t.String({ maxLength: 65_536 }))),
        validateOnly: t.Optional(t.Boolean()),
      },
      { additionalProperties: false },
    ),
    replies: {
      200: t.Object({ name: t.String(), created: t.Literal(false) }),
      201: t.Object({ name: t.String(), created: t.Literal(true) }),
    },
  }),
});

export const deleteTopic = route({
  operationId: 'deleteTopic',
  method: 'DELETE',
  url: '/api/v1/topics/:topic',
  summary: 'Delete a topic with all that it holds',
  tag: 'topics',
  needs: { operation: 'DELETE', resource: 'topic', named: 'params.topic' },
  refusals: [404, 503],
  schemas: (t) => ({ params: topicParams(t), replies: { 204: t.Null() } }),
});

export const growTopic = route({
  operationId: 'growTopic',
  method: 'PUT',
  url: '/api/v1/topics/:topic/partitions',
  summary: 'Give a topic more partitions; keys may land in others than before',
  tag: 'topics',
  needs: alter,
  refusals: [404, 413, 415, 503],
  numbers: 'kept',
  schemas: (t) => ({
    params: topicParams(t),
    body: t.Object({ count: t.Integer({ minimum: 1, maximum: 100_000 }) }, { additionalProperties: false }),
    replies: { 204: t.Null() },
  }),
});

export const getTopicConfigs = route({
  operationId: 'getTopicConfigs',
  method: 'GET',
  url: '/api/v1/topics/:topic/configs',
  summary: 'The configs of a topic, and where each value comes from',
  tag: 'topics',
  needs: describe,
  refusals: [404, 503],
  schemas: (t) => ({ params: topicParams(t), replies: { 200: t.Array(configEntry(t)) } }),
});

export const patchTopicConfigs = route({
  operationId: 'patchTopicConfigs',
  method: 'PATCH',
  url: '/api/v1/topics/:topic/configs',
  summary: 'Change some configs of a topic; null takes one back to its default',
  tag: 'topics',
  needs: alter,
  refusals: [404, 413, 415, 503],
  numbers: 'kept',
  schemas: (t) => ({
    params: topicParams(t),
    body: t.Object({ configs: configChanges(t) }, { additionalProperties: false }),
    replies: { 200: t.Array(configEntry(t)) },
  }),
});

/** A partition that is not named is left as it is. */
export const deleteRecords = route({
  operationId: 'deleteRecords',
  method: 'POST',
  url: '/api/v1/topics/:topic/delete-records',
  summary: 'Delete the records of partitions up to an offset, or all; the topic stays',
  tag: 'topics',
  needs: { operation: 'DELETE', resource: 'topic', named: 'params.topic' },
  refusals: [404, 413, 415, 503],
  numbers: 'kept',
  schemas: (t) => ({
    params: topicParams(t),
    body: t.Object(
      {
        partitions: t.Array(
          t.Object(
            {
              partition: t.Integer({ minimum: 0 }),
              beforeOffset: t.Union([t.Integer({ minimum: 0 }), t.Literal('all')]),
            },
            { additionalProperties: false },
          ),
          { minItems: 1, maxItems: 10_000 },
        ),
      },
      { additionalProperties: false },
    ),
    replies: {
      200: t.Object({
        partitions: t.Array(t.Object({ partition: t.Integer(), startOffset: t.Integer() })),
      }),
    },
  }),
});

const topicReader = (t: Builders) =>
  t.Object({
    groupId: t.String(),
    kind: t.Enum(['consumer', 'share']),
    state: t.String(),
    members: t.Union([t.Integer(), t.Null()], { description: 'Of the group' }),
    lag: t.Union([t.Integer(), t.Null()], {
      description: 'In this topic; of a share group, in all that it reads',
    }),
  });

export type TopicReader = Of<typeof topicReader>;

/** Groups and share groups with a position in it. */
export const listTopicReaders = route({
  operationId: 'listTopicReaders',
  method: 'GET',
  url: '/api/v1/topics/:topic/groups',
  summary: 'The groups that read a topic, with their lag in it',
  tag: 'topics',
  needs: describe,
  refusals: [404, 503],
  schemas: (t) => ({
    params: topicParams(t),
    replies: { 200: t.Array(topicReader(t)) },
  }),
});
