import type { ConfigProblem } from '@millrace/sdk';
import type { Document, MongoClient } from 'mongodb';
import type { SinkConfig } from './config.ts';
import { toMongoError } from './errors.ts';

const ACTIONS = ['find', 'insert', 'update', 'remove'] as const;

interface Privilege {
  readonly resource: { readonly db?: string; readonly collection?: string; readonly anyResource?: boolean };
  readonly actions: readonly string[];
}

/**
 * Problems that only the server knows: rights that are missing, transactions that it does not have.
 * @param userKey the config key that says who logs in
 * @throws {MillraceError} where the server can't be asked
 */
export async function sinkProblems(
  client: MongoClient,
  config: SinkConfig,
  userKey: string,
): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  try {
    const hello = await client.db('admin').command({ hello: 1 });
    if (config['delivery.guarantee'] === 'exactly_once' && !hello.setName && hello.msg !== 'isdbgrid') {
      const message =
        '"delivery.guarantee" is exactly_once, which needs transactions, and the server is no member of a replica set.';
      problems.push({ key: 'delivery.guarantee', message });
    }
    const missing = await missingActions(client, config);
    if (missing.length > 0) {
      const message = `The user may not ${missing.join(', ')} in database ${config.database}. Grant the role readWrite.`;
      problems.push({ key: userKey, message });
    }
  } catch (error) {
    throw toMongoError(error, 'Asking the server what it allows', userKey);
  }
  return problems;
}

/** By the server's own list of what the user may do; a server without access control lists nobody, and allows everything. */
async function missingActions(client: MongoClient, config: SinkConfig): Promise<readonly string[]> {
  const { authInfo } = await client.db('admin').command({ connectionStatus: 1, showPrivileges: true });
  const { authenticatedUsers, authenticatedUserPrivileges } = authInfo as Document;
  if ((authenticatedUsers as readonly unknown[]).length === 0) {
    // Where nobody has logged in and somebody had to, this is refused.
    await client.db(config.database).command({ listCollections: 1, nameOnly: true });
    return [];
  }
  const allowed = (authenticatedUserPrivileges as readonly Privilege[])
    .filter(({ resource }) => covers(resource, config.database, config.collection || null))
    .flatMap(({ actions }) => actions);
  return ACTIONS.filter((action) => !allowed.includes(action));
}

/** @param collection null: it is the topics that name collections, and any of the database may be meant */
const covers = (resource: Privilege['resource'], db: string, collection: string | null): boolean =>
  resource.anyResource === true ||
  (resource.db !== undefined &&
    (resource.db === '' || resource.db === db) &&
    (collection === null || resource.collection === '' || resource.collection === collection));
