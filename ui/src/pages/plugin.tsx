import { getPluginConfig, type ReplyBodyOf } from '@millrace/rest-api/contract';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { CodeWords } from '../components/code-words.tsx';
import { type Column, DataTable } from '../components/data-table.tsx';
import { FilterField } from '../components/filter-field.tsx';
import { Failure } from '../components/notice.tsx';
import { PageHead } from '../components/page-head.tsx';
import { SomeLinks } from '../components/some-links.tsx';
import { Link, useInQuery } from '../router.tsx';
import type { PageProps } from './page-props.ts';
import { readPlugins } from './plugins.tsx';

type ConfigKey = ReplyBodyOf<typeof getPluginConfig>[number];

/** What a plugin does, and all that it can be configured with. */
export default function PluginPage({ name }: PageProps) {
  const [filter] = useInQuery('filter');
  const plugins = useLoaded('plugins', readPlugins, null);
  const config = useLoaded(
    `config of plugin ${name}`,
    (signal) => call(getPluginConfig, { params: { plugin: name }, signal }),
    null,
  );
  const plugin = plugins.data?.plugins.find(
    (one) => one.class === name || one.class.endsWith(`.${name}`) || one.aliases.includes(name),
  );
  if (config.error !== null && plugin === undefined && plugins.data !== null) {
    return (
      <Failure error={config.error}>
        <Link to={{ page: 'plugins' }}>To the plugins</Link>
      </Failure>
    );
  }
  const connector = plugin?.type === 'source' || plugin?.type === 'sink';
  const shown = config.data?.filter((key) =>
    `${key.name} ${key.documentation}`.toLowerCase().includes(filter.toLowerCase()),
  );
  return (
    <>
      <PageHead
        crumb={{ to: { page: 'plugins' }, label: 'Plugins' }}
        title={name.split('.').at(-1) ?? name}
        acts={
          connector ? (
            <Link className="button primary" to={{ page: 'create' }} query={{ class: name }}>
              Create a connector
            </Link>
          ) : undefined
        }
      >
        {plugin === undefined ? null : (
          <>
            <span>{plugin.type.replace('_', ' ')}</span>
            <span className="mono">{plugin.version}</span>
          </>
        )}
      </PageHead>
      {plugin === undefined ? null : (
        <dl className="facts-list plugin-facts">
          <dt>What it does</dt>
          <dd className="prose">
            <CodeWords text={plugin.docs} />
          </dd>
          {plugin.class === name && plugin.aliases.length === 0 ? null : (
            <>
              <dt>Names</dt>
              <dd className="mono">{[plugin.class, ...plugin.aliases].join(', ')}</dd>
            </>
          )}
          {plugin.module === '' ? null : (
            <>
              <dt>From</dt>
              <dd className="mono">{plugin.module}</dd>
            </>
          )}
          {plugin.usedBy.length === 0 ? null : (
            <>
              <dt>Used by</dt>
              <dd>
                <SomeLinks names={plugin.usedBy} to={(one) => ({ page: 'connector', name: one })} shown={8} />
              </dd>
            </>
          )}
        </dl>
      )}
      <div className="tools">
        <h2>Config</h2>
        <FilterField label="Filter config keys" placeholder="Filter: key, words  /" />
      </div>
      {config.error !== null && config.data === null ? (
        <p className="quiet">{config.error.message}</p>
      ) : (
        <DataTable
          label="Config keys"
          columns={COLUMNS}
          rows={shown ?? null}
          keyOf={(key) => key.name}
          wrapped
        />
      )}
    </>
  );
}

const COLUMNS: readonly Column<ConfigKey>[] = [
  {
    id: 'name',
    title: 'Key',
    width: '26%',
    by: ({ name }) => name,
    cell: ({ name, required }) => (
      <>
        <span className="mono strong">{name}</span>
        {required ? <span className="quiet"> required</span> : null}
      </>
    ),
  },
  {
    id: 'type',
    title: 'Type',
    width: '90px',
    by: ({ type }) => type,
    cell: ({ type }) => <span className="quiet">{type.toLowerCase()}</span>,
  },
  {
    id: 'default',
    title: 'Default',
    width: '150px',
    cell: ({ default_value }) =>
      default_value === null || default_value === '' ? (
        <span className="faint">none</span>
      ) : (
        <span className="mono">{default_value}</span>
      ),
  },
  {
    id: 'group',
    title: 'Group',
    width: '140px',
    by: ({ group }) => group ?? '',
    cell: ({ group }) => <span className="quiet">{group}</span>,
    spare: true,
  },
  { id: 'docs', title: 'What it does', cell: ({ documentation }) => <CodeWords text={documentation} /> },
];
