import { CopyButton } from '../../components/copy-button.tsx';
import { isSecret, withoutUrlPassword } from '../../format/secrets.ts';
import { Link, useInQuery } from '../../router.tsx';
import type { ConnectorParts } from './connector-parts.ts';

/** The config as it is stored; what is secret stays hidden. */
export function ConfigTab({ pipeline, info }: ConnectorParts) {
  const [filter, setFilter] = useInQuery('filter');
  const config = info.data?.config ?? null;
  if (config === null) return <p className="quiet">{info.error?.message ?? 'Loading…'}</p>;
  const keys = Object.keys(config)
    .filter((key) => key !== 'name' && `${key} ${config[key]}`.toLowerCase().includes(filter.toLowerCase()))
    .sort();
  return (
    <>
      <div className="tools">
        <input
          type="search"
          aria-label="Filter the config"
          placeholder="Filter: key, value  /"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <span className="end acts">
          <CopyButton text={JSON.stringify(config, null, 2)} what="the config as JSON" />
          <Link className="button primary" to={{ page: 'create' }} query={{ edit: pipeline.name }}>
            Change
          </Link>
        </span>
      </div>
      <table className="config">
        <thead className="unseen">
          <tr>
            <th>Key</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key}>
              <td className="key mono">
                <Link to={{ page: 'create' }} query={{ edit: pipeline.name, focus: key }}>
                  {key}
                </Link>
              </td>
              <td className="value mono">
                <Value name={key} value={config[key] ?? ''} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Value({ name, value }: { readonly name: string; readonly value: string }) {
  if (value === '') return <span className="faint">empty</span>;
  if (isSecret(name, value)) return <span title="A secret: not shown here">••••••</span>;
  return withoutUrlPassword(value);
}
