import type { SourceTaskContext } from '@millrace/sdk';
import type { sourceConfig } from './config.ts';
import type { FollowedFile, TailedLines } from './followed-file.ts';

/** How often it is told how far reading is, at most, ms. */
const TOLD_INTERVAL_MS = 1_000;

/** Tells how far the files are read: progress through a long one, and the figures `unread_bytes` and `lag_seconds`. */
export class ReadingProgress {
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  /** The file whose progress was told last. */
  #toldFor: FollowedFile | null = null;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #figuresAtMs = Number.NEGATIVE_INFINITY;
  /** When all files were last read to their ends, by the monotonic clock. */
  #caughtUpAtMs = performance.now();
  #isBehind = true;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
  }

  /** A full batch has more behind it: how far along, at most once a while. */
  async far(file: FollowedFile, { lines }: TailedLines): Promise<void> {
    const isBehind = lines.length >= this.#context.config['batch.size'];
    const nowMs = performance.now();
    if (!isBehind && this.#toldFor === file) {
      this.#toldFor = null;
      this.#context.progress(null);
    }
    if (!isBehind || nowMs - this.#toldAtMs < TOLD_INTERVAL_MS) return;
    this.#toldAtMs = nowMs;
    this.#toldFor = file;
    const total = await file.size();
    if (total === null) return;
    const done = total - (await file.unread());
    this.#context.progress({ what: `reading ${file.path}`, done, total, unit: 'bytes' });
  }

  /** The figures, once a while and when the last line was read. `isBehind`: there may be more to read. */
  async tell(files: readonly FollowedFile[], isBehind: boolean): Promise<void> {
    const nowMs = performance.now();
    if (!isBehind) this.#caughtUpAtMs = nowMs;
    const isNews = isBehind !== this.#isBehind && !isBehind;
    this.#isBehind = isBehind;
    if (!isNews && nowMs - this.#figuresAtMs < TOLD_INTERVAL_MS) return;
    this.#figuresAtMs = nowMs;
    let unread = 0;
    for (const file of files) unread += await file.unread();
    this.#context.figure('unread_bytes', unread);
    this.#context.figure('lag_seconds', Math.round((nowMs - this.#caughtUpAtMs) / 1_000));
  }
}
