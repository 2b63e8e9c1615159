import { page, pageQuery } from './paging.ts';
import { type Builders, type Of, route } from './route.ts';

const named = 'params.group';
const describe = { operation: 'DESCRIBE', resource: 'group', named } as const;

export const groupParams = (t: Builders) => t.Object({ group: t.String() });

const groupRow = (t: Builders) =>
  t.Object({
    groupId: t.String(),
    state: t.String({ description: 'Kafka’s word: Stable, Empty, PreparingRebalance, …' }),
    protocolType: t.String({ description: '`consumer`, `connect`, or what its members call it' }),
    members: t.Union([t.Integer(), t.Null()], { description: 'Null: its coordinator does not say' }),
    topics: t.Array(t.String(), { description: 'In which it has committed offsets' }),
    lag: t.Union([t.Integer(), t.Null()], { description: 'Records; null where it has committed nothing' }),
    connector: t.Union([t.String(), t.Null()], { description: 'The sink connector whose group it is' }),
  });

export type GroupRow = Of<typeof groupRow>;

const groupPage = (t: Builders) => t.Object(page(t, groupRow(t)));

export type GroupPage = Of<typeof groupPage>;

export const listGroups = route({
  operationId: 'listGroups',
  method: 'GET',
  url: '/api/v1/groups',
  summary: 'Consumer groups by name, with their lag',
  tag: 'groups',
  needs: { operation: 'DESCRIBE', resource: 'group' },
  refusals: [503],
  schemas: (t) => ({
    query: t.Object({ ...pageQuery(t), state: t.Optional(t.String({ maxLength: 64 })) }),
    replies: { 200: groupPage(t) },
  }),
});

/** A member of a group, and what it reads. */
export const groupMember = (t: Builders) =>
  t.Object({
    memberId: t.String(),
    groupInstanceId: t.Union([t.String(), t.Null()]),
    clientId: t.String(),
    clientHost: t.String(),
    assignment: t.Array(t.Object({ topic: t.String(), partitions: t.Array(t.Integer()) })),
  });

const groupOffset = (t: Builders) =>
  t.Object({
    topic: t.String(),
    partition: t.Integer(),
    committedOffset: t.Union([t.Integer(), t.Null()], {
      description: 'Null: assigned, nothing committed yet',
    }),
    metadata: t.Union([t.String(), t.Null()]),
    startOffset: t.Union([t.Integer(), t.Null()], {
      description: 'Null: the topic is gone, or the partition offline',
    }),
    endOffset: t.Union([t.Integer(), t.Null()]),
    lag: t.Union([t.Integer(), t.Null()], { description: 'Records' }),
    lagMs: t.Union([t.Integer(), t.Null()], {
      description:
        'How long ago the end of the partition was where the group stands now; null where the history does not tell',
    }),
    memberId: t.Union([t.String(), t.Null()]),
  });

const groupDetail = (t: Builders) =>
  t.Object({
    groupId: t.String(),
    state: t.String(),
    protocolType: t.String(),
    protocol: t.String({ description: 'The assignor' }),
    members: t.Array(groupMember(t)),
    offsets: t.Array(groupOffset(t)),
    lag: t.Union([t.Integer(), t.Null()]),
    lagMs: t.Union([t.Integer(), t.Null()], { description: 'Of the partition that is furthest behind' }),
    connector: t.Union([t.String(), t.Null()]),
  });

export type GroupDetail = Of<typeof groupDetail>;

export const getGroup = route({
  operationId: 'getGroup',
  method: 'GET',
  url: '/api/v1/groups/:group',
  summary: 'A consumer group: members with their partitions, and lag by partition',
  tag: 'groups',
  needs: describe,
  refusals: [404, 503],
  schemas: (t) => ({ params: groupParams(t), replies: { 200: groupDetail(t) } }),
});

/** Where to. `shift` counts from the committed offset; what lies outside of a partition is moved to its start or end. */
const target = (t: Builders) =>
  t.Union([
    t.Object({ to: t.Literal('earliest') }, { additionalProperties: false }),
    t.Object({ to: t.Literal('latest') }, { additionalProperties: false }),
    t.Object({ to: t.Literal('offset'), offset: t.Integer({ minimum: 0 }) }, { additionalProperties: false }),
    t.Object(
      { to: t.Literal('time'), timestamp: t.Integer({ minimum: 0 }) },
      { additionalProperties: false },
    ),
    t.Object({ to: t.Literal('shift'), by: t.Integer() }, { additionalProperties: false }),
  ]);

export type OffsetTarget = Of<typeof target>;

/** Which positions to move: all that the group has, those of some topics, or some partitions of these. */
export const resetBody = (t: Builders) =>
  t.Object(
    {
      target: target(t),
      topics: t.Optional(
        t.Array(
          t.Object(
            {
              topic: t.String({ minLength: 1, maxLength: 249 }),
              partitions: t.Optional(t.Array(t.Integer({ minimum: 0 }), { minItems: 1, maxItems: 100_000 })),
            },
            { additionalProperties: false },
          ),
          { minItems: 1, maxItems: 10_000 },
        ),
      ),
      preview: t.Optional(t.Boolean({ description: 'Only say what would change' })),
    },
    { additionalProperties: false },
  );

export const resetOutcome = (t: Builders) =>
  t.Object({
    applied: t.Boolean(),
    again: t.Integer({ description: 'Records that are read again' }),
    skipped: t.Integer({ description: 'Records that are never read' }),
    changes: t.Array(
      t.Object({
        topic: t.String(),
        partition: t.Integer(),
        before: t.Union([t.Integer(), t.Null()]),
        after: t.Integer(),
        startOffset: t.Integer(),
        endOffset: t.Integer(),
      }),
    ),
  });

export type ResetOutcome = Of<typeof resetOutcome>;

/** Of a group without members: 409 otherwise, but for a preview. */
export const resetGroupOffsets = route({
  operationId: 'resetGroupOffsets',
  method: 'POST',
  url: '/api/v1/groups/:group/offsets',
  summary:
    'Move the positions of a group that nobody is in; with `preview`, only say what would be read again or skipped',
  tag: 'groups',
  needs: { operation: 'ALTER', resource: 'group', named },
  refusals: [404, 409, 413, 415, 503],
  numbers: 'kept',
  schemas: (t) => ({ params: groupParams(t), body: resetBody(t), replies: { 200: resetOutcome(t) } }),
});

export const deleteGroupOffsets = route({
  operationId: 'deleteGroupOffsets',
  method: 'DELETE',
  url: '/api/v1/groups/:group/offsets',
  summary: 'Forget the positions of a group in one topic that no member reads',
  tag: 'groups',
  needs: { operation: 'DELETE', resource: 'group', named },
  refusals: [404, 409, 503],
  query: 'required',
  schemas: (t) => ({
    params: groupParams(t),
    query: t.Object({ topic: t.String({ minLength: 1, maxLength: 249 }) }),
    replies: { 204: t.Null() },
  }),
});

export const deleteGroup = route({
  operationId: 'deleteGroup',
  method: 'DELETE',
  url: '/api/v1/groups/:group',
  summary: 'Delete a group that nobody is in, with its positions',
  tag: 'groups',
  needs: { operation: 'DELETE', resource: 'group', named },
  refusals: [404, 409, 503],
  schemas: (t) => ({ params: groupParams(t), replies: { 204: t.Null() } }),
});
