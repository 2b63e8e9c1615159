import { type Builders, type Of, route } from './route.ts';
import { errorReport } from './shapes.ts';

const pluginRow = (t: Builders) =>
  t.Object({
    class: t.String(),
    type: t.Enum([
      'source',
      'sink',
      'converter',
      'header_converter',
      'transformation',
      'predicate',
      'config_provider',
    ]),
    version: t.String(),
    docs: t.String({ description: 'What it does, its first line a summary' }),
    aliases: t.Array(
      t.String({ description: 'Other names that configs may use, such as that of the connector in Java' }),
    ),
    module: t.String({ description: 'The package or file that brings it' }),
    usedBy: t.Array(t.String({ description: 'Connectors' })),
  });

export type PluginRow = Of<typeof pluginRow>;

const pluginList = (t: Builders) =>
  t.Object({
    plugins: t.Array(pluginRow(t)),
    failures: t.Array(t.Object({ module: t.String(), error: errorReport(t) }), {
      description: 'Packages that could not be loaded',
    }),
  });

export type PluginList = Of<typeof pluginList>;

export const listAllPlugins = route({
  operationId: 'listAllPlugins',
  method: 'GET',
  url: '/api/v1/plugins',
  summary: 'Plugins of all kinds with their docs and who uses them, and those that could not be loaded',
  tag: 'plugins',
  needs: { operation: 'DESCRIBE', resource: 'plugin' },
  schemas: (t) => ({ replies: { 200: pluginList(t) } }),
});
