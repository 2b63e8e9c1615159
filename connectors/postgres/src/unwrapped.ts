import type { ConfigProblem, TaskConfig } from '@millrace/sdk';

const UNWRAPS = /(?:^|\.)ExtractNewRecordState$/;
/** Options of the transform that change the row beyond taking it out of its envelope. */
const MORE = /^(?:add\.(?:fields|headers)|route\.by\.field|drop\.fields\..*|predicate)$/;

/**
 * A chain for Debezium's envelope as one for rows, which is the form that PostgresSource gives from the start. The transform that unwraps
 * has nothing left to do, and would take our deletions (tombstones) for those that Debezium sends after its own: it goes, except
 * where it is to drop deletions, which it still does.
 */
export function withoutUnwrap(config: TaskConfig): {
  readonly config: TaskConfig;
  readonly problems: readonly ConfigProblem[];
} {
  const names = (config.transforms ?? '').split(',').map((name) => name.trim());
  const unwrap = names.find((name) => UNWRAPS.test(config[`transforms.${name}.type`]?.trim() ?? ''));
  if (unwrap === undefined) {
    const message =
      '"transforms" has no ExtractNewRecordState, so that this config asks for Debezium\'s envelope. PostgresSource gives rows as that transform makes them: add it, or name PostgresSource as the class.';
    return { config, problems: [{ key: 'transforms', message }] };
  }
  const prefix = `transforms.${unwrap}.`;
  const problems = Object.keys(config)
    .filter((key) => key.startsWith(prefix) && MORE.test(key.slice(prefix.length)) && config[key]?.trim())
    .map((key) => ({ key, message: `"${key}" needs Debezium's envelope, and PostgresSource gives rows.` }));
  const { deletions, problem } = deletionsOf(config, prefix);
  if (problem) problems.push(problem);
  if (problems.length > 0 || deletions === 'drop') return { config, problems };
  const kept = names.filter((name) => name !== unwrap).join(',');
  const rest = Object.entries(config).filter(([key]) => !key.startsWith(prefix));
  return { config: { ...Object.fromEntries(rest), transforms: kept }, problems };
}

/** What the transform was to make of deletions, by the options of either age. Without any they become tombstones. */
function deletionsOf(
  config: TaskConfig,
  prefix: string,
): { readonly deletions: 'tombstone' | 'drop'; readonly problem?: ConfigProblem } {
  const option = (name: string) => config[prefix + name]?.trim().toLowerCase() || undefined;
  const mode = option('delete.tombstone.handling.mode');
  if (mode === 'tombstone' || mode === 'drop') return { deletions: mode };
  if (mode !== undefined)
    return { deletions: 'tombstone', problem: rewrites(`${prefix}delete.tombstone.handling.mode`) };
  const older = option('delete.handling.mode');
  const dropped = option('drop.tombstones');
  if (older === undefined && dropped === undefined) return { deletions: 'tombstone' };
  if (older !== undefined && older !== 'drop')
    return { deletions: 'tombstone', problem: rewrites(`${prefix}delete.handling.mode`) };
  return { deletions: dropped === 'false' ? 'tombstone' : 'drop' };
}

function rewrites(key: string): ConfigProblem {
  return {
    key,
    message: `"${key}" must be tombstone or drop: a deletion of PostgresSource is a tombstone, without the row that was.`,
  };
}
