import type { PluginRow } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { useLoaded } from '../../api/use-loaded.ts';
import { CodeWords } from '../../components/code-words.tsx';
import { Choice, FilterField } from '../../components/filter-field.tsx';
import { Failure } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PluginFailures } from '../../components/plugin-failures.tsx';
import { SystemMark } from '../../components/system-mark.tsx';
import { systemName } from '../../format/pipelines.ts';
import { Link, useInQuery } from '../../router.tsx';
import { readPlugins } from '../plugins.tsx';

/** So often it is seen whether plugins answer that did not, ms. */
const LATE_REFRESH_MS = 5_000;

/** Which system to read from or write to. */
export function Gallery() {
  const [filter] = useInQuery('filter');
  const [type] = useInQuery('type');
  const [late, setLate] = useState(false);
  // What could not be asked in time is asked again by the worker.
  const { data, error } = useLoaded('plugins', readPlugins, late ? LATE_REFRESH_MS : null);
  const isLate = data?.failures.some((one) => one.error.class === 'transient') ?? false;
  if (isLate !== late) setLate(isLate);
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
      {data === null ? null : <PluginFailures failures={data.failures} />}
      <ul className="gallery">
        {shown.map((plugin) => (
          <li key={`${plugin.type} ${plugin.class} ${plugin.version}`}>
            <Card plugin={plugin} />
          </li>
        ))}
      </ul>
      {data === null ? <p className="quiet">Asking the plugins…</p> : null}
      {data !== null && connectors.length > 0 && shown.length === 0 ? (
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
      <span className="gallery-docs">
        <CodeWords text={plugin.docs.split('\n')[0] ?? ''} />
      </span>
      <span className="gallery-version mono">{plugin.version}</span>
    </Link>
  );
}
