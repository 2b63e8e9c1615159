import { isMillraceError } from '@millrace/foundation';
import type { Cluster } from '../cluster/cluster.ts';
import { type GroupCoordinator, hasCoordinatorMoved } from '../cluster/coordinator.ts';
import { retrying } from '../cluster/retry.ts';
import type { Connection } from '../connection/index.ts';

/**
 * Asks a group's coordinator, looks it up anew when it has moved, and tries until the deadline. `ask` throws what the
 * answer's error codes say.
 */
export function askCoordinator<T>(
  cluster: Cluster,
  coordinator: GroupCoordinator,
  deadlineMs: number,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  return retrying(cluster.config, { deadlineMs, signal: cluster.closing }, async () => {
    try {
      return await ask(await coordinator.connection());
    } catch (error) {
      if (isMillraceError(error) && hasCoordinatorMoved(error.code)) coordinator.forget();
      throw error;
    }
  });
}
