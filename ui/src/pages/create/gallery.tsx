import type { PluginRow } from '@millrace/rest-api/contract';
import { useLoaded } from '../../api/use-loaded.ts';
import { Choice, FilterField } from '../../components/filter-field.tsx';
import { Failure } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { SystemMark } from '../../components/system-mark.tsx';
import { systemName } from '../../format/pipelines.ts';
import { Link, useInQuery } from '../../router.tsx';
import { readPlugins } from '../plugins.tsx';

/** Which system to read from or write to. */
export function Gallery() {
  const [filter] = useInQuery('filter');
  const [type] = useInQuery('type');
  const { data, error } = useLoaded('plugins', readPlugins, null);
  if (data === null && error !== null) return <Failure error={error} />;
  const connectors = (data?.plugins ?? []).filter(
    (plugin) => plugin.type === 'source' || plugin.type === 'sink',
  );
  const shown = connectors
    .filter(
      (plugin) =>
        (type === '' || plugin.type === type) &&
        `${plugin.class} ${plugin.docs} ${plugin.aliases.join(' ')}`
          .toLowerCase()
          .includes(filter.toLowerCase()),
    )
    .toSorted(
      (a, b) => systemName(a.class).localeCompare(systemName(b.class)) || b.type.localeCompare(a.type),
    );
  return (
    <>
      <PageHead crumb={{ to: { page: 'connectors' }, label: 'Connectors' }} title="New connector" />
      <div className="tools">
        <FilterField label="Filter connectors" placeholder="Filter: system  /" />
        <Choice
          label="Type"
          name="type"
          options={[
            { value: 'source', title: 'source: into the log' },
            { value: 'sink', title: 'sink: out of the log' },
          ]}
        />
      </div>
      <ul className="gallery">
        {shown.map((plugin) => (
          <li key={`${plugin.type} ${plugin.class} ${plugin.version}`}>
            <Card plugin={plugin} />
          </li>
        ))}
      </ul>
      {data !== null && shown.length === 0 ? (
        <p className="quiet">No connector matches. Plugins are installed on the workers.</p>
      ) : null}
    </>
  );
}

function Card({ plugin }: { readonly plugin: PluginRow }) {
  return (
    <Link className="gallery-card" to={{ page: 'create' }} query={{ class: plugin.class }} data-row>
      <SystemMark name={systemName(plugin.class)} />
      <span className="gallery-name">{systemName(plugin.class)}</span>
      <span className="gallery-type">
        {plugin.type === 'source' ? 'source: into the log' : 'sink: out of the log'}
      </span>
      <span className="gallery-docs">{plugin.docs.split('\n')[0]}</span>
      <span className="gallery-version mono">{plugin.version}</span>
    </Link>
  );
}
