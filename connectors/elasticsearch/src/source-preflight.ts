import type { Client } from '@elastic/elasticsearch';
import type { ConfigProblem } from '@millrace/sdk';
import { loginKey } from './connection.ts';
import { statusOf, toElasticError } from './errors.ts';
import { missingPrivileges } from './privileges.ts';
import type { SourceConfig } from './source-config.ts';

/**
 * Problems that only the servers know: indexes that are not there, rights that are missing, a query that nobody can read.
 * @throws {MillraceError} where the servers can't be asked
 */
export async function sourceProblems(
  client: Client,
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const index = [...config.index];
  try {
    const needed = ['read', 'monitor', 'view_index_metadata', ...(config.refresh ? ['maintenance'] : [])];
    const missing = await missingPrivileges(client, index, needed, signal);
    if (missing.length > 0) {
      const message = `The login lacks the privileges ${missing.join(', ')} on ${index.join(', ')}. Grant them to its role.`;
      return [{ key: loginKey(config), message }];
    }
    const { valid, error } = await client.indices.validateQuery(
      { index, query: JSON.parse(config.query) as object, explain: true },
      { signal },
    );
    if (valid) return [];
    const said = error ? ` (${error})` : '';
    return [{ key: 'query', message: `"query" is not a query that the indexes take${said}.` }];
  } catch (error) {
    if (statusOf(error) === 404) {
      const message = `There is no index, alias or data stream of one of these names: ${index.join(', ')}. Make it, or give a pattern such as logs-*.`;
      return [{ key: 'index', message }];
    }
    throw toElasticError(error, 'Asking the servers what they allow', loginKey(config));
  }
}
