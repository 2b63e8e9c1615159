import { isSecret, withoutUrlPassword } from '../format/secrets.ts';

/** A config as it is stored, by key; what is secret stays hidden. */
export function ConfigTable({ config }: { readonly config: { readonly [key: string]: string } }) {
  const keys = Object.keys(config)
    .filter((key) => key !== 'name')
    .sort();
  return (
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
            <td className="key mono">{key}</td>
            <td className="value mono">
              <Value name={key} value={config[key] ?? ''} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ name, value }: { readonly name: string; readonly value: string }) {
  if (value === '') return <span className="faint">empty</span>;
  if (isSecret(name, value)) return <span title="A secret: not shown here">••••••</span>;
  return withoutUrlPassword(value);
}
