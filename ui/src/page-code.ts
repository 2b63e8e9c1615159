const RETRY_MS = 1_000;
/** A server that was restarted is back by then; what is missing longer is missing for good. */
const TRIES = 60;

/**
 * The code of a page, asked for again while the server is away: a page that is opened then comes when it is back.
 * @throws what the browser says, where it does not come
 */
export async function pageCode<T>(
  load: () => Promise<T>,
  pause = () => new Promise<void>((resolve) => void setTimeout(resolve, RETRY_MS)),
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await load();
    } catch (error) {
      if (tries >= TRIES) throw error;
      await pause();
    }
  }
}
