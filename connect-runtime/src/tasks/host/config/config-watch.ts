import type { Logger } from '@millrace/foundation';
import type { ResolvedConfig } from './config-resolver.ts';

/** Values that hold for less are asked for so often all the same, ms; and a timer takes no more than this. */
const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 2_147_483_647;

interface ConfigWatchOptions {
  readonly resolve: () => Promise<ResolvedConfig>;
  readonly onChange: () => void;
  readonly logger: Logger;
}

/**
 * Asks again for provided values when their time is over, and says once that they are others by then: `config.action.reload`
 * of KIP-297, but for values that stayed the same, after which nothing has to start again.
 */
export class ConfigWatch {
  readonly #options: ConfigWatchOptions;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
  }

  start(resolved: ResolvedConfig): void {
    if (resolved.ttlMs === null) return;
    const waitMs = Math.min(Math.max(resolved.ttlMs, MIN_WAIT_MS), MAX_WAIT_MS);
    this.#timer = setTimeout(() => void this.#look(resolved), waitMs).unref();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #look(before: ResolvedConfig): Promise<void> {
    const { resolve, onChange, logger } = this.#options;
    let now = before;
    try {
      now = await resolve();
    } catch (error) {
      logger.warn(
        { err: error },
        'provided config values could not be asked for again; they are kept meanwhile',
      );
    }
    if (this.#stopped) return;
    if ([...now.provided].every(([text, value]) => before.provided.get(text) === value)) this.start(now);
    else onChange();
  }
}
