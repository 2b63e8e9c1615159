import type { PluginList } from '@millrace/rest-api/contract';
import { counted } from '../format/numbers.ts';

type PluginFailure = PluginList['failures'][number];

/** Plugin packages that could not be loaded, and why; those with one cause told once. */
export function PluginFailures({ failures }: { readonly failures: readonly PluginFailure[] }) {
  const causes = Map.groupBy(failures, ({ error }) => `${error.message} ${error.hint ?? ''}`);
  return [...causes].map(([cause, of]) => (
    <div key={cause} className="wrong-box" role="status">
      <strong>
        {of.length === 1 ? of[0]?.module : counted(of.length, 'plugin package')} could not be loaded.
      </strong>{' '}
      {cause}
      {of[0]?.error.class === 'transient' ? ' It is tried again.' : null}
      {of.length === 1 ? null : (
        <details>
          <summary>Which</summary>
          <ul className="mono">
            {of.map(({ module }) => (
              <li key={module}>{module}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  ));
}
