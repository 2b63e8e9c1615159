import { type FSWatcher, watch } from 'node:fs';
import {
  type ConfigOf,
  MillraceError,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import type { sourceConfig } from './config.ts';
import { fileOffset } from './file-offset.ts';
import { matchingPaths, patternsOf, readProblems } from './file-pattern.ts';
import { FileTail, type TailedLines } from './file-tail.ts';
import { lineRecord } from './line-record.ts';

type Config = ConfigOf<typeof sourceConfig>;

/** How often the progress through a file is told at most, ms. */
const PROGRESS_INTERVAL_MS = 1_000;

/** Follows files and gives their lines as records; one partition a path, with position and identity as the offset. */
export class FileSourceTask implements SourceTask {
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  readonly #config: Config;
  readonly #patterns;
  readonly #tails = new Map<string, FileTail>();
  readonly #watchers = new Map<string, FSWatcher>();
  /** A line at fault, thrown by the poll after the one that gave the lines before it. */
  #failure: MillraceError | null = null;
  #matchedAtMs = Number.NEGATIVE_INFINITY;
  #next = 0;
  /** The file whose progress was told last. */
  #toldFor: FileTail | null = null;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => undefined;
  #changed = false;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#patterns = patternsOf(context.config);
  }

  async start(): Promise<void> {
    const problem = (await readProblems(this.#patterns))[0];
    if (problem) {
      throw new MillraceError(problem.message, {
        code: 'FILE_NOT_USABLE',
        class: 'config',
        path: problem.key,
        hint: 'Correct the path, or make the folder and give the worker the right to read it.',
      });
    }
    for (const { folder } of this.#patterns) this.#watch(folder);
  }

  async poll(): Promise<readonly SourceRecord[]> {
    const { signal } = this.#context;
    while (!signal.aborted) {
      if (this.#failure) throw this.#failure;
      this.#changed = false;
      await this.#match();
      const records = await this.#readNext();
      if (records.length > 0) return records;
      if (this.#failure === null && !this.#changed) await this.#change();
    }
    return [];
  }

  async stop(): Promise<void> {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    const tails = [...this.#tails.values()];
    this.#tails.clear();
    for (const tail of tails) await tail.close();
  }

  /** Looks which files there are, at most once an interval. */
  async #match(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#matchedAtMs < this.#config['poll.interval.ms'] && this.#tails.size > 0) return;
    this.#matchedAtMs = nowMs;
    for (const path of await matchingPaths(this.#patterns)) {
      if (this.#tails.has(path)) continue;
      const stored = await this.#context.offset({ filename: path });
      this.#tails.set(
        path,
        new FileTail(path, fileOffset(stored), {
          lineMax: this.#config['max.line.bytes'],
          rotateWaitMs: this.#config['rotate.wait.ms'],
          logger: this.#context.logger,
          isTakenElsewhere: (inode) =>
            [...this.#tails.values()].some((other) => other.path !== path && other.inode === inode),
        }),
      );
    }
  }

  /** One batch of one file; the files take turns, so that none starves the others. */
  async #readNext(): Promise<readonly SourceRecord[]> {
    const tails = [...this.#tails.values()];
    for (let tried = 0; tried < tails.length; tried++) {
      const tail = tails[this.#next++ % tails.length] as FileTail;
      const tailed = await tail.lines(this.#config['batch.size']);
      if (tailed.lines.length === 0) continue;
      await this.#tellProgress(tail, tailed);
      const records = this.#recordsOf(tail.path, tailed);
      if (records.length > 0 || this.#failure) return records;
    }
    return [];
  }

  /** A full batch has more behind it: how far along, at most once a while. */
  async #tellProgress(tail: FileTail, { lines }: TailedLines): Promise<void> {
    const isBehind = lines.length >= this.#config['batch.size'];
    const nowMs = performance.now();
    if (!isBehind && this.#toldFor === tail) {
      this.#toldFor = null;
      this.#context.progress(null);
    }
    if (!isBehind || nowMs - this.#toldAtMs < PROGRESS_INTERVAL_MS) return;
    this.#toldAtMs = nowMs;
    this.#toldFor = tail;
    const done = lines.at(-1)?.end ?? 0;
    this.#context.progress({ what: `reading ${tail.path}`, done, total: await tail.size(), unit: 'bytes' });
  }

  #recordsOf(path: string, { lines, inode, fingerprint }: TailedLines): readonly SourceRecord[] {
    const sourcePartition = { filename: path };
    const records: SourceRecord[] = [];
    for (const line of lines) {
      const parsed = lineRecord(line, this.#config);
      if (parsed === null) continue;
      if ('fault' in parsed) {
        this.#bad(path, line.start, parsed.fault, parsed.what);
        if (this.#failure) break;
        continue;
      }
      records.push({
        topic: this.#config.topic,
        partition: null,
        key: parsed.key,
        value: parsed.value,
        headers: [],
        timestamp: null,
        sourcePartition,
        sourceOffset: { position: line.end, inode, fingerprint },
      });
    }
    return records;
  }

  #bad(path: string, position: number, code: string, what: string): void {
    if (this.#config['bad.lines'] === 'skip') {
      this.#context.logger.warn({ file: path, position, code }, 'a line was skipped');
      return;
    }
    this.#failure = new MillraceError(`The line at byte ${position} of ${path} is ${what}.`, {
      code,
      class: 'poison',
      hint: 'Mend the line, or set bad.lines=skip to go on without such lines.',
      facts: { file: path, position },
    });
  }

  // Waiting for news: a watcher's word, or the interval where the file system sends none (network mounts, many of them).
  async #change(): Promise<void> {
    const { signal } = this.#context;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, this.#config['poll.interval.ms']);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
      if (signal.aborted || this.#changed) done();
    });
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        this.#changed = true;
        this.#matchedAtMs = Number.NEGATIVE_INFINITY;
        this.#wake();
      });
      watcher.on('error', () => watcher.close());
      this.#watchers.set(folder, watcher);
    } catch (error) {
      // The interval must do, where the system has no watchers left.
      this.#context.logger.warn({ folder, error: String(error) }, 'folder can’t be watched; it is polled');
    }
  }
}
