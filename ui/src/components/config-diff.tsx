import type { ConfigChangeRow } from '@millrace/rest-api/contract';
import { isSecret, withoutUrlPassword } from '../format/secrets.ts';
import { KeyName } from './key-name.tsx';

type Config = Readonly<Record<string, string>>;

/** What is different between two configs, by key. */
export function changesBetween(before: Config, after: Config): readonly ConfigChangeRow[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key): ConfigChangeRow[] => {
    const [old, now] = [before[key], after[key]];
    if (old === now) return [];
    if (old === undefined && now !== undefined) return [{ key, op: 'add', after: now }];
    if (now === undefined && old !== undefined) return [{ key, op: 'remove', before: old }];
    return old === undefined || now === undefined ? [] : [{ key, op: 'replace', before: old, after: now }];
  });
}

/** The config that `changes` lead away from, to `after`. */
function configBefore(after: Config, changes: readonly ConfigChangeRow[]): Config {
  const added = new Set(changes.flatMap(({ key, before }) => (before === undefined ? [key] : [])));
  const kept = Object.entries(after).filter(([key]) => !added.has(key));
  const old = changes.flatMap(({ key, before }): [string, string][] =>
    before === undefined ? [] : [[key, before]],
  );
  return Object.fromEntries([...kept, ...old]);
}

/**
 * Keys that somebody else has changed since a form was opened with `beginning`, and that the config of the form, which is `changes` away from what is
 * stored, would change back.
 */
export function changedElsewhere(beginning: Config, config: Config, changes: readonly ConfigChangeRow[]) {
  const stored = configBefore(config, changes);
  const keys = changesBetween(beginning, stored)
    .map(({ key }) => key)
    .filter((key) => stored[key] !== config[key]);
  /** The config with what stands there now. */
  const taken = keys.reduce((merged, key) => {
    const { [key]: _, ...rest } = merged;
    const now = stored[key];
    return now === undefined ? rest : { ...rest, [key]: now };
  }, config);
  return { keys, taken };
}

const MARK = { add: '+', remove: '−', replace: '~' } as const;
const WORD = { add: 'added', remove: 'taken away', replace: 'changed' } as const;

/** Changes of a config, old beside new. */
export function ConfigDiff({ changes }: { readonly changes: readonly ConfigChangeRow[] }) {
  if (changes.length === 0) return <p className="quiet">Nothing is different.</p>;
  return (
    <table className="plain-table diff">
      <thead className="unseen">
        <tr>
          <th>Change</th>
          <th>Key</th>
          <th>Before</th>
          <th>After</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ key, op, before, after }) => (
          <tr key={key} className={op}>
            <td className="mono">
              <span aria-hidden="true">{MARK[op]}</span>
              <span className="unseen">{WORD[op]}</span>
            </td>
            <td className="mono diff-key">
              <KeyName name={key} />
            </td>
            <td className="mono">{before === undefined ? null : <del>{shown(key, before)}</del>}</td>
            <td className="mono">{after === undefined ? null : <ins>{shown(key, after)}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shown(key: string, value: string): string {
  if (value === '') return 'empty';
  return isSecret(key, value) ? '••••••' : withoutUrlPassword(value);
}
