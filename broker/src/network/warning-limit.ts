import type { Clock, Logger } from '@millrace/foundation';

const ONCE_IN_MS = 1000;

/** Messages are constants of ours: there are few. */
interface Said {
  atMs: number;
  leftOut: number;
}

/**
 * What clients do wrong is said once a second at most, with how often it was left out before: whoever does it ten thousand times
 * a second would fill the disk with it.
 */
export class WarningLimit {
  readonly #clock: Clock;
  readonly #said = new Map<string, Said>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The logger, with its warnings limited together with those of all others that are made here. */
  on(logger: Logger): Logger {
    const warn = (facts: object, message: string): void => {
      const leftOut = this.#leftOut(message);
      if (leftOut !== null) logger.warn(leftOut === 0 ? facts : { ...facts, leftOut }, message);
    };
    return Object.create(logger, { warn: { value: warn } });
  }

  /** How often the message was left out since it was said last; null where it is left out now. */
  #leftOut(message: string): number | null {
    const { monoMs } = this.#clock.now();
    const said = this.#said.get(message);
    if (said !== undefined && monoMs - said.atMs < ONCE_IN_MS) {
      said.leftOut += 1;
      return null;
    }
    this.#said.set(message, { atMs: monoMs, leftOut: 0 });
    return said?.leftOut ?? 0;
  }
}
