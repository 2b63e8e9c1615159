import type { ConfigChangeRow } from './contract/index.ts';
import type { ConnectorConfig } from './ports.ts';

/** What differs between two configs, by key. */
export function changesBetween(before: ConnectorConfig, after: ConnectorConfig): readonly ConfigChangeRow[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key): ConfigChangeRow[] => {
    const [old, now] = [before[key], after[key]];
    if (old === now) return [];
    if (old === undefined) return [{ key, op: 'add', after: now ?? '' }];
    return now === undefined
      ? [{ key, op: 'remove', before: old }]
      : [{ key, op: 'replace', before: old, after: now }];
  });
}
