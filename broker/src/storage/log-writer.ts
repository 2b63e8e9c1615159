import { writevSync, writev as writevWithCallback } from 'node:fs';
import { promisify } from 'node:util';
import type { Logger } from '@millrace/foundation';

const writev = promisify(writevWithCallback);
/** So many quick asynchronous writes in a row bring the synchronous ones back. */
const QUICK_WRITES_TO_RETURN = 200;

/** A log with bytes to write: called once at the end of the loop turn in which it asked. */
export interface WriteTurn {
  writePending(): void;
}

/**
 * Writes what the logs of a data folder took in during one turn of the event loop, all at its end: one `writev` a log.
 * Synchronous, which costs half of a trip through the thread pool; when one has taken longer than `syncWriteMaxMs`, the
 * disk is not well, and writes are asynchronous until it is.
 */
export class LogWriter {
  readonly #syncWriteMaxMs: number;
  readonly #logger: Logger;
  readonly #asking = new Set<WriteTurn>();
  #quickWritesMissing = 0;

  constructor(options: { syncWriteMaxMs: number; logger: Logger }) {
    this.#syncWriteMaxMs = options.syncWriteMaxMs;
    this.#logger = options.logger;
  }

  get isSynchronous(): boolean {
    return this.#quickWritesMissing === 0;
  }

  /** `log.writePending` is called when everything that this turn of the loop brought in has been handled. */
  ask(log: WriteTurn): void {
    if (this.#asking.size === 0) setImmediate(() => this.#run());
    this.#asking.add(log);
  }

  /** @throws what the file system threw; some of the bytes may be written then */
  writeNow(fd: number, buffers: readonly Buffer[], position: number): void {
    const startedMs = performance.now();
    let rest = buffers;
    let at = position;
    while (rest.length > 0) {
      const written = writevSync(fd, rest, at);
      at += written;
      rest = unwritten(rest, written);
    }
    this.#observe(performance.now() - startedMs);
  }

  /** As `writeNow`, through the thread pool. */
  async write(fd: number, buffers: readonly Buffer[], position: number): Promise<void> {
    const startedMs = performance.now();
    let rest = buffers;
    let at = position;
    while (rest.length > 0) {
      const { bytesWritten } = await writev(fd, rest, at);
      at += bytesWritten;
      rest = unwritten(rest, bytesWritten);
    }
    this.#observe(performance.now() - startedMs);
  }

  #run(): void {
    const logs = [...this.#asking];
    this.#asking.clear();
    for (const log of logs) log.writePending();
  }

  #observe(tookMs: number): void {
    if (tookMs > this.#syncWriteMaxMs) {
      if (this.isSynchronous) {
        this.#logger.warn(
          { tookMs: Math.round(tookMs) },
          'the disk is slow: log writes are asynchronous now',
        );
      }
      this.#quickWritesMissing = QUICK_WRITES_TO_RETURN;
    } else if (this.#quickWritesMissing > 0) {
      this.#quickWritesMissing -= 1;
      if (this.isSynchronous) this.#logger.info('the disk is quick again: log writes are synchronous');
    }
  }
}

function unwritten(buffers: readonly Buffer[], written: number): readonly Buffer[] {
  let skip = written;
  let index = 0;
  for (let first = buffers[0]; first !== undefined && skip >= first.length; first = buffers[index]) {
    skip -= first.length;
    index += 1;
  }
  const [partly, ...rest] = buffers.slice(index);
  if (partly === undefined) return [];
  return skip === 0 ? [partly, ...rest] : [partly.subarray(skip), ...rest];
}
