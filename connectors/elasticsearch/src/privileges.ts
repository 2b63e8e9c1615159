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
  try {
    const { index } = await client.security.hasPrivileges(
      { index: [{ names: [...names], privileges: [...privileges] }] },
      { signal },
    );
    return privileges.filter((privilege) => names.some((name) => !index[name]?.[privilege]));
  } catch (error) {
    // Without security nobody has such a door: a wrong method, an unknown path, or a feature that is off.
    const status = statusOf(error);
    if (status === 400 || status === 404 || status === 405 || status === 500) return [];
    throw error;
  }
}
