import { listAllPlugins, type PluginRow } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import type { ConnectorInsight } from '../insight-ports.ts';
import type { Herder } from '../ports.ts';
import { ok } from '../reply.ts';

/** Config keys whose values name plugins. */
const NAMES_PLUGIN =
  /^(?:connector\.class|(?:key|value|header)\.converter|(?:transforms|predicates)\.[^.]+\.type)$/;

export function allPluginRoutes(doors: Doors, insight: ConnectorInsight, herder: Herder): void {
  doors.operation(listAllPlugins, async () => {
    const { plugins, failures } = await insight.plugins();
    const uses = usesByName(herder);
    return ok({
      plugins: plugins.map((plugin) => ({ ...plugin, usedBy: usersOf(plugin, uses) })),
      failures,
    });
  });
}

function usesByName(herder: Herder): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>();
  for (const connector of herder.hasRead() ? herder.connectors() : []) {
    for (const [key, value] of Object.entries(herder.connector(connector).config)) {
      if (!NAMES_PLUGIN.test(key)) continue;
      const users = uses.get(shortName(value)) ?? [];
      users.push(connector);
      uses.set(shortName(value), users);
    }
  }
  return uses;
}

function usersOf(plugin: Omit<PluginRow, 'usedBy'>, uses: ReadonlyMap<string, readonly string[]>): string[] {
  const names = [plugin.class, ...plugin.aliases].map(shortName);
  return [...new Set(names.flatMap((name) => uses.get(name) ?? []))].sort();
}

/** Configs may leave out the package of a class and the ending `Connector`, and transforms may end with which part they change. */
function shortName(name: string): string {
  const last = name.trim().split('.').at(-1) ?? name;
  return last.replace(/\$(?:Key|Value)$/, '').replace(/Connector$/, '');
}
