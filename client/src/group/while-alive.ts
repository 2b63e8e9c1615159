import { apiVersions } from '@millrace/protocol/messages';
import { CLIENT_SOFTWARE } from '../connection/api-versions.ts';
import { type Connection, networkError } from '../connection/index.ts';

/** A broker that holds a request back. */
export interface Holder {
  /** On which the answer is to come. */
  readonly connection: Connection;
  /** Another connection to the same broker, on which nothing is held back. */
  readonly beside: () => Promise<Connection>;
  /** How often it is asked for a sign of life, and how long it may take for one. */
  readonly intervalMs: number;
}

/**
 * Waits for an answer that a broker may hold back for minutes (JoinGroup, SyncGroup), as long as it answers other questions. One that is
 * frozen says as little as one that waits for members: without the questions it would be waited for just as long.
 * @throws {MillraceError} REQUEST_TIMED_OUT_LOCALLY where the broker says nothing any more: the connection is closed then; else as `answer`
 */
export async function whileAlive<T>(
  { connection, beside, intervalMs }: Holder,
  answer: Promise<T>,
): Promise<T> {
  const silence = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | null = null;
  let isOver = false;
  const look = async (): Promise<void> => {
    try {
      await (await beside()).request(apiVersions, CLIENT_SOFTWARE, { timeoutMs: intervalMs });
      if (!isOver) lookLater();
    } catch (cause) {
      if (isOver) return;
      const message = `${connection.address} holds a request, and says nothing else any more`;
      silence.reject(networkError('REQUEST_TIMED_OUT_LOCALLY', message, cause));
      connection.close();
    }
  };
  const lookLater = (): void => {
    timer = setTimeout(() => void look(), intervalMs);
    timer.unref();
  };
  lookLater();
  try {
    return await Promise.race([answer, silence.promise]);
  } finally {
    isOver = true;
    if (timer) clearTimeout(timer);
  }
}
