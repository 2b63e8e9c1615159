import { listAllPlugins, listPlugins, type PluginList, type PluginRow } from '@millrace/rest-api/contract';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { CodeWords } from '../components/code-words.tsx';
import { type Column, DataTable } from '../components/data-table.tsx';
import { Choice, FilterField } from '../components/filter-field.tsx';
import { Failure } from '../components/notice.tsx';
import { PageHead } from '../components/page-head.tsx';
import { PluginFailures } from '../components/plugin-failures.tsx';
import { SomeLinks } from '../components/some-links.tsx';
import { counted } from '../format/numbers.ts';
import { Link, useInQuery } from '../router.tsx';

const KINDS: Readonly<Record<PluginRow['type'], string>> = {
  source: 'source connector',
  sink: 'sink connector',
  converter: 'converter',
  header_converter: 'header converter',
  transformation: 'transform',
  predicate: 'predicate',
  config_provider: 'config provider',
};

/** Plugins of all kinds: what each does, who uses it, and those that could not be loaded. */
export default function PluginsPage() {
  const [filter] = useInQuery('filter');
  const [kind] = useInQuery('kind');
  const { data, error } = useLoaded('plugins', readPlugins, 15_000);
  if (data === null && error !== null) return <Failure error={error} />;
  const text = filter.toLowerCase();
  const shown = data?.plugins.filter(
    (plugin) =>
      (kind === '' || plugin.type === kind) &&
      `${plugin.class} ${plugin.docs} ${plugin.aliases.join(' ')}`.toLowerCase().includes(text),
  );
  return (
    <>
      <PageHead title="Plugins">
        {data === null ? null : <span>{counted(data.plugins.length, 'plugin')}</span>}
      </PageHead>
      {data === null ? null : <PluginFailures failures={data.failures} />}
      <div className="tools">
        <FilterField label="Filter plugins" placeholder="Filter: name, what it does  /" />
        <Choice
          label="Kind"
          name="kind"
          options={Object.entries(KINDS).map(([value, title]) => ({ value, title }))}
        />
      </div>
      <DataTable
        label="Plugins"
        columns={COLUMNS}
        rows={shown ?? null}
        keyOf={(plugin) => `${plugin.type} ${plugin.class} ${plugin.version}`}
        toOf={(plugin) => ({ page: 'plugin', name: plugin.class })}
        defaultOrder="name"
      />
      {shown?.length === 0 ? <p className="quiet below">No plugin matches.</p> : null}
    </>
  );
}

/** All that is known of plugins; from a server of before, what Kafka Connect's list says. */
export async function readPlugins(signal: AbortSignal): Promise<PluginList> {
  try {
    return await call(listAllPlugins, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const plugins = await call(listPlugins, { query: { connectorsOnly: false }, signal });
    return {
      plugins: plugins.map((plugin) => ({
        ...plugin,
        docs: plugin.docs ?? '',
        aliases: [],
        module: '',
        usedBy: [],
      })),
      failures: [],
    };
  }
}

const COLUMNS: readonly Column<PluginRow>[] = [
  {
    id: 'name',
    title: 'Name',
    width: '24%',
    by: (plugin) => shortName(plugin.class),
    cell: (plugin) => (
      <Link className="strong" to={{ page: 'plugin', name: plugin.class }} title={plugin.class}>
        {shortName(plugin.class)}
      </Link>
    ),
  },
  {
    id: 'kind',
    title: 'Kind',
    width: '140px',
    by: ({ type }) => KINDS[type],
    cell: ({ type }) => <span className="quiet">{KINDS[type]}</span>,
  },
  {
    id: 'version',
    title: 'Version',
    width: '90px',
    cell: ({ version }) => <span className="mono quiet">{version}</span>,
  },
  {
    id: 'docs',
    title: 'What it does',
    cell: ({ docs }) => (
      <span title={docs}>
        <CodeWords text={docs.split('\n')[0] ?? ''} />
      </span>
    ),
  },
  {
    id: 'used',
    title: 'Used by',
    width: '18%',
    by: ({ usedBy }) => -usedBy.length,
    spare: true,
    cell: ({ usedBy }) => <SomeLinks names={usedBy} shown={1} to={(name) => ({ page: 'connector', name })} />,
  },
];

function shortName(pluginClass: string): string {
  return pluginClass.split('.').at(-1) ?? pluginClass;
}
