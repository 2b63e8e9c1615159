import { type Builders, route } from './route.ts';
import { sentConfig } from './shapes.ts';

const pluginParams = (t: Builders) => t.Object({ plugin: t.String() });

const configKey = (t: Builders) =>
  t.Object({
    name: t.String(),
    type: t.Enum(['STRING', 'INT', 'LONG', 'DOUBLE', 'BOOLEAN', 'LIST', 'CLASS', 'PASSWORD']),
    required: t.Boolean(),
    default_value: t.Union([t.String(), t.Null()]),
    importance: t.Enum(['HIGH', 'MEDIUM', 'LOW']),
    documentation: t.String(),
    group: t.Union([t.String(), t.Null()]),
    order_in_group: t.Integer(),
    width: t.Enum(['NONE', 'SHORT', 'MEDIUM', 'LONG']),
    display_name: t.String(),
    dependents: t.Array(t.String()),
  });

const configValue = (t: Builders) =>
  t.Object({
    name: t.String(),
    value: t.Union([t.String(), t.Null()]),
    recommended_values: t.Array(t.String()),
    errors: t.Array(t.String()),
    visible: t.Boolean(),
  });

export const listPlugins = route({
  operationId: 'listPlugins',
  method: 'GET',
  url: '/connector-plugins',
  summary: 'Plugins of this worker; connectorsOnly=false lists the other kinds too (KIP-769)',
  tag: 'plugins',
  needs: { operation: 'DESCRIBE', resource: 'plugin' },
  schemas: (t) => ({
    query: t.Object({ connectorsOnly: t.Optional(t.Boolean()) }),
    replies: {
      200: t.Array(
        t.Object({
          class: t.String(),
          type: t.Enum(['source', 'sink', 'converter', 'header_converter', 'transformation', 'predicate']),
          version: t.String(),
          docs: t.Optional(t.String()),
        }),
      ),
    },
  }),
});

export const getPluginConfig = route({
  operationId: 'getPluginConfig',
  method: 'GET',
  url: '/connector-plugins/:plugin/config',
  summary: 'The config definition of a plugin; of the newest version where none is named (KIP-891)',
  tag: 'plugins',
  needs: { operation: 'DESCRIBE', resource: 'plugin', named: 'params.plugin' },
  refusals: [404],
  schemas: (t) => ({
    params: pluginParams(t),
    query: t.Object({ version: t.Optional(t.String()) }),
    replies: { 200: t.Array(configKey(t)) },
  }),
});

/** Answers 200 for a config with errors too: `error_count` says so. */
export const validatePluginConfig = route({
  operationId: 'validatePluginConfig',
  method: 'PUT',
  url: '/connector-plugins/:plugin/config/validate',
  summary: 'Check a connector config without creating anything',
  tag: 'plugins',
  needs: { operation: 'DESCRIBE', resource: 'plugin', named: 'params.plugin' },
  refusals: [404, 413, 415],
  schemas: (t) => ({
    params: pluginParams(t),
    body: sentConfig(t),
    replies: {
      200: t.Object({
        name: t.String(),
        error_count: t.Integer(),
        groups: t.Array(t.String()),
        configs: t.Array(t.Object({ definition: configKey(t), value: configValue(t) })),
      }),
    },
  }),
});
