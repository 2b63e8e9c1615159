import { isMillraceError } from '@millrace/foundation';
import type { Connection } from '../connection/index.ts';
import type { Cluster } from './cluster.ts';
import type { Coordinator } from './coordinator.ts';
import { isCoordinatorLost } from './coordinator-lost.ts';
import { type RetryOptions, retrying } from './retry.ts';

/**
 * Asks a coordinator, looks it up anew when it has moved, and tries until the deadline. `ask` throws what the
 * answer's error codes say.
 */
export function askCoordinator<T>(
  cluster: Cluster,
  coordinator: Coordinator,
  deadlineMs: number,
  ask: (connection: Connection) => Promise<T>,
  pauseMs: RetryOptions['pauseMs'] = () => null,
): Promise<T> {
  return retrying(cluster.config, { deadlineMs, signal: cluster.closing, pauseMs }, async () => {
    try {
      return await ask(await coordinator.connection());
    } catch (error) {
      if (isMillraceError(error) && isCoordinatorLost(error.code)) coordinator.forget();
      throw error;
    }
  });
}
