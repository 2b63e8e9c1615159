import type { Client } from '@elastic/elasticsearch';
import { type ConfigProblem, listed } from '@millrace/sdk';
import { loginKey } from './connection.ts';
import { statusOf, toElasticError } from './errors.ts';
import { indexLists } from './index-lists.ts';
import { OwnRefreshes } from './own-refreshes.ts';
import { missingPrivileges } from './privileges.ts';
import { refreshIntervals } from './refresh-interval.ts';
import type { SourceConfig } from './source-config.ts';

/**
 * Problems that only the servers know: indexes that are not there, rights that are missing, a query that nobody can read, refreshes that
 * nobody does.
 * @throws {MillraceError} where the servers can't be asked
 */
export async function sourceProblems(
  client: Client,
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const index = [...config.index];
  try {
    const rights = await rightProblems(client, config, signal);
    if (rights.length > 0) return rights;
    const { valid, error } = await client.indices.validateQuery(
      { index, query: JSON.parse(config.query) as object, explain: true },
      { signal },
    );
    const said = error ? ` (${error})` : '';
    return [
      ...(valid ? [] : [{ key: 'query', message: `"query" is not a query that the indexes take${said}.` }]),
      ...(config.refresh ? [] : await refreshProblems(client, config, signal)),
    ];
  } catch (error) {
    if (statusOf(error) === 404) {
      const message = `There is no index, alias or data stream of one of these names: ${index.join(', ')}. Make it, or give a pattern such as logs-*.`;
      return [{ key: 'index', message }];
    }
    throw toElasticError(error, 'Asking the servers what they allow', loginKey(config));
  }
}

/** On the names given, and on the indexes that aliases among them stand for: these are what is read. */
async function rightProblems(
  client: Client,
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const needed = ['read', 'monitor', 'view_index_metadata', ...(config.refresh ? ['maintenance'] : [])];
  const lacks = (missing: readonly string[], names: readonly string[]): readonly ConfigProblem[] =>
    missing.length === 0
      ? []
      : [
          {
            key: loginKey(config),
            message: `The login lacks the privileges ${missing.join(', ')} on ${listed(names)}. Grant them to its role.`,
          },
        ];
  const given = await missingPrivileges(client, config.index, needed, signal);
  if (given.length > 0) return lacks(given, config.index);
  const behind = await behindAliases(client, config.index, signal);
  const hidden = behind.length > 0 ? await missingPrivileges(client, behind, needed, signal) : [];
  return lacks(hidden, behind);
}

/** The indexes and data streams that aliases among these names stand for. */
async function behindAliases(
  client: Client,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { aliases } = await client.indices.resolveIndex({ name: [...names] }, { signal });
  return [...new Set(aliases.flatMap(({ indices }) => indices))];
}

async function refreshProblems(
  client: Client,
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const stats = await client.indices.stats(
    { index: [...config.index], metric: 'docs', filter_path: ['indices.*.uuid'] },
    { signal },
  );
  const own = new OwnRefreshes(config['refresh.wait.ms']);
  const stuck: string[] = [];
  for (const names of indexLists(Object.keys(stats.indices ?? {})))
    for (const [name, intervalMs] of await refreshIntervals(client, names, signal))
      if (!own.bears(intervalMs)) stuck.push(name);
  return stuck.length === 0 ? [] : [{ key: 'refresh', message: unrefreshed(stuck) }];
}

/** What is wrong with indexes that the servers do not refresh by themselves in time. */
export const unrefreshed = (names: readonly string[]): string =>
  `"refresh" is false, and the servers refresh ${listed(names)} more seldom than "refresh.wait.ms", or never (index.refresh_interval): changes wait there until a refresh comes behind them. Set refresh=true, or the index’s interval.`;
