import { groupMember, groupParams, resetBody, resetOutcome } from './groups.ts';
import { page, pageQuery } from './paging.ts';
import { type Builders, type Of, route } from './route.ts';

/** Share groups (KIP-932). */

const named = 'params.group';

const shareGroupRow = (t: Builders) =>
  t.Object({
    groupId: t.String(),
    state: t.String({ description: 'Stable, Empty, Dead' }),
    members: t.Integer(),
    topics: t.Array(t.String()),
    lag: t.Union([t.Integer(), t.Null()], {
      description: 'Records that are not done with; null where brokers do not say',
    }),
    connector: t.Union([t.String(), t.Null()], { description: 'The sink connector whose group it is' }),
  });

export type ShareGroupRow = Of<typeof shareGroupRow>;

const shareGroupPage = (t: Builders) => t.Object(page(t, shareGroupRow(t)));

export type ShareGroupPage = Of<typeof shareGroupPage>;

export const listShareGroups = route({
  operationId: 'listShareGroups',
  method: 'GET',
  url: '/api/v1/share-groups',
  summary: 'Share groups by name, with their lag',
  tag: 'share groups',
  needs: { operation: 'DESCRIBE', resource: 'group' },
  refusals: [503],
  schemas: (t) => ({
    query: t.Object({ ...pageQuery(t), state: t.Optional(t.String({ maxLength: 64 })) }),
    replies: { 200: shareGroupPage(t) },
  }),
});

/** What the broker holds in memory of a share partition. Only Millrace's brokers tell; null of others. */
const inFlight = (t: Builders) =>
  t.Object({
    acquired: t.Integer({ description: 'Locked by a member now' }),
    limit: t.Integer({ description: 'group.share.partition.max.record.locks' }),
    lockDurationMs: t.Integer(),
    oldestLockMs: t.Union([t.Integer(), t.Null()], { description: 'Since when the oldest lock is held' }),
  });

const sharePartition = (t: Builders) =>
  t.Object({
    topic: t.String(),
    partition: t.Integer(),
    startOffset: t.Union([t.Integer(), t.Null()], {
      description: 'Everything before it is done with; null: not begun',
    }),
    endOffset: t.Union([t.Integer(), t.Null()]),
    lag: t.Union([t.Integer(), t.Null()]),
    deliveries: t.Union(
      [
        t.Array(
          t.Object({
            count: t.Integer({ description: 'How many times delivered' }),
            records: t.Integer({ description: 'So many, not done with' }),
          }),
        ),
        t.Null(),
      ],
      { description: 'Null: brokers do not say' },
    ),
    inFlight: t.Union([inFlight(t), t.Null()]),
  });

const shareGroupDetail = (t: Builders) =>
  t.Object({
    groupId: t.String(),
    state: t.String(),
    assignor: t.String(),
    members: t.Array(groupMember(t)),
    partitions: t.Array(sharePartition(t)),
    lag: t.Union([t.Integer(), t.Null()]),
    connector: t.Union([t.String(), t.Null()]),
  });

export type ShareGroupDetail = Of<typeof shareGroupDetail>;

export const getShareGroup = route({
  operationId: 'getShareGroup',
  method: 'GET',
  url: '/api/v1/share-groups/:group',
  summary:
    'A share group: members, and by partition its start offset, lag, records in flight and delivery counts',
  tag: 'share groups',
  needs: { operation: 'DESCRIBE', resource: 'group', named },
  refusals: [404, 503],
  schemas: (t) => ({ params: groupParams(t), replies: { 200: shareGroupDetail(t) } }),
});

/** Of a group without members: 409 otherwise, but for a preview. `again` counts what is delivered again. */
export const resetShareGroupOffsets = route({
  operationId: 'resetShareGroupOffsets',
  method: 'POST',
  url: '/api/v1/share-groups/:group/offsets',
  summary:
    'Move the start offsets of a share group that nobody is in; with `preview`, only say what would be delivered again or skipped',
  tag: 'share groups',
  needs: { operation: 'ALTER', resource: 'group', named },
  refusals: [404, 409, 413, 415, 503],
  numbers: 'kept',
  schemas: (t) => ({ params: groupParams(t), body: resetBody(t), replies: { 200: resetOutcome(t) } }),
});

export const deleteShareGroupOffsets = route({
  operationId: 'deleteShareGroupOffsets',
  method: 'DELETE',
  url: '/api/v1/share-groups/:group/offsets',
  summary: 'Forget the state of a share group that nobody is in, in one topic',
  tag: 'share groups',
  needs: { operation: 'DELETE', resource: 'group', named },
  refusals: [404, 409, 503],
  query: 'required',
  schemas: (t) => ({
    params: groupParams(t),
    query: t.Object({ topic: t.String({ minLength: 1, maxLength: 249 }) }),
    replies: { 204: t.Null() },
  }),
});

export const deleteShareGroup = route({
  operationId: 'deleteShareGroup',
  method: 'DELETE',
  url: '/api/v1/share-groups/:group',
  summary: 'Delete a share group that nobody is in',
  tag: 'share groups',
  needs: { operation: 'DELETE', resource: 'group', named },
  refusals: [404, 409, 503],
  schemas: (t) => ({ params: groupParams(t), replies: { 204: t.Null() } }),
});
