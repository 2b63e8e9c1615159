import { type Builders, type Of, route } from './route.ts';
import { connectorInfo, connectorParams, sentConfig, storedConfig } from './shapes.ts';

const describe = { operation: 'DESCRIBE', resource: 'connector', named: 'params.connector' } as const;
const alter = { operation: 'ALTER', resource: 'connector', named: 'params.connector' } as const;

const configChange = (t: Builders) =>
  t.Object({
    key: t.String(),
    op: t.Enum(['add', 'remove', 'replace']),
    before: t.Optional(t.String()),
    after: t.Optional(t.String()),
  });

export type ConfigChangeRow = Of<typeof configChange>;

const configVersion = (t: Builders) =>
  t.Object({
    version: t.Integer({ description: 'Counts from 1 for each connector name, also over its deletion' }),
    atMs: t.Integer(),
    by: t.String({ description: 'Who: ANONYMOUS where nobody has to say, empty where nobody knows' }),
    what: t.Enum(['create', 'update', 'restore', 'delete', 'found'], {
      description: '`found`: it was there before anybody kept its history',
    }),
    restored: t.Optional(t.Integer({ description: 'Of a restore: the version that it took back' })),
    /** Empty for a deletion. As stored: secrets that were given inline are placeholders. */
    config: storedConfig(t),
    changes: t.Array(configChange(t), { description: 'From the version before, where that is still kept' }),
    current: t.Boolean(),
  });

export type ConfigVersion = Of<typeof configVersion>;

const configHistory = (t: Builders) =>
  t.Object({
    connector: t.String(),
    versions: t.Array(configVersion(t), { description: 'Newest first; the last 50 are kept' }),
  });

export type ConfigHistory = Of<typeof configHistory>;

export const getConfigHistory = route({
  operationId: 'getConfigHistory',
  method: 'GET',
  url: '/api/v1/connectors/:connector/history',
  summary: 'The configs that a connector had: when, by whom, what changed; of deleted connectors too',
  tag: 'connectors',
  needs: describe,
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 200: configHistory(t) } }),
});

/** A connector that was deleted is made anew. With `If-Match` only where the config is the one that was looked at. */
export const restoreConfig = route({
  operationId: 'restoreConfig',
  method: 'POST',
  url: '/api/v1/connectors/:connector/history/:version/restore',
  summary: 'Give a connector a config back that it had',
  tag: 'connectors',
  needs: alter,
  refusals: [404, 409, 412],
  schemas: (t) => ({
    params: t.Object({ connector: t.String(), version: t.String() }),
    replies: { 200: connectorInfo(t), 201: connectorInfo(t) },
  }),
});

const configPlan = (t: Builders) =>
  t.Object({
    exists: t.Boolean(),
    changes: t.Array(configChange(t)),
    errors: t.Array(t.Object({ key: t.String(), message: t.String() }), {
      description: 'What validation says: with any, the config is not taken',
    }),
    tasks: t.Object({
      now: t.Integer(),
      restarted: t.Union([t.Integer(), t.Null()], {
        description: 'Tasks that start anew with it; null where only the plugin can tell',
      }),
    }),
    etag: t.Union([t.String(), t.Null()], {
      description: 'Of the config that it was compared with, for If-Match',
    }),
  });

export type ConfigPlan = Of<typeof configPlan>;

export const planConfig = route({
  operationId: 'planConfig',
  method: 'POST',
  url: '/api/v1/connectors/:connector/plan',
  summary: 'What would change if a connector got this config; nothing is stored',
  tag: 'connectors',
  needs: describe,
  refusals: [413, 415],
  schemas: (t) => ({
    params: connectorParams(t),
    body: sentConfig(t),
    replies: { 200: configPlan(t) },
  }),
});
