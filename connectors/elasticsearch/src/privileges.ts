import type { Client } from '@elastic/elasticsearch';
import { statusOf } from './errors.ts';

/**
 * Privileges on indexes that the login lacks; none where security is off.
 * @throws what the client throws where the servers can't be asked
 */
export async function missingPrivileges(
  client: Client,
  names: readonly string[],
  privileges: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const asked = { index: [{ names: [...names], privileges: [...privileges] }] };
  const index = (await unlessOff(client.security.hasPrivileges(asked, { signal })))?.index;
  return index ? privileges.filter((privilege) => names.some((name) => !index[name]?.[privilege])) : [];
}

/** Whether the login lacks a privilege on the cluster; false where security is off. @throws what the client throws */
export async function lacksClusterPrivilege(
  client: Client,
  privilege: string,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await unlessOff(client.security.hasPrivileges({ cluster: [privilege] }, { signal }));
  return answer !== null && !answer.cluster[privilege];
}

/** Null without security, where nobody has such a door: a wrong method, an unknown path, or a feature that is off. */
async function unlessOff<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const status = statusOf(error);
    if (status === 400 || status === 404 || status === 405 || status === 500) return null;
    throw error;
  }
}
