import { type FSWatcher, watch } from 'node:fs';
import {
  type ConfigProblem,
  type DurableOffset,
  type Header,
  isMillraceError,
  listed,
  MillraceError,
  type RateLimiter,
  rateLimiterOf,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import type { SourceConfig, sourceConfig } from './config.ts';
import { codeOf, fileError } from './file-error.ts';
import { type FileOffset, fileOffset } from './file-offset.ts';
import { matchingPaths, patternsOf, readProblems, taskOf } from './file-pattern.ts';
import { FilesAtFault } from './files-at-fault.ts';
import { endsFiles, FinishedFiles, finishProblems } from './finished-files.ts';
import { followFile } from './follow-file.ts';
import type { FollowedFile, TailedLines } from './followed-file.ts';
import { type LineForm, lineForm } from './line-form.ts';
import { ReadingProgress } from './reading-progress.ts';

/** What stands in the way of reading by this config. */
export async function sourceProblems(config: SourceConfig): Promise<readonly ConfigProblem[]> {
  const patterns = patternsOf(config);
  const problems = await readProblems(patterns);
  return problems.length > 0 ? problems : await finishProblems(config, patterns);
}

/** How many names of files that went are remembered: who comes by one of them later is another file. */
const GONE_MAX = 10_000;

interface Followed {
  readonly file: FollowedFile;
  readonly form: LineForm;
  /** Behind what it gave last. */
  last: FileOffset | null;
  /** A line at fault, behind those that it gave. */
  fault: MillraceError | null;
}

/** Follows files and gives what is in them as records; one partition a path, with position and identity as the offset. */
export class FileSourceTask implements SourceTask {
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  readonly #config: SourceConfig;
  readonly #patterns;
  /** Which of how many tasks this is, among those that share the files. */
  readonly #share: { readonly index: number; readonly of: number };
  readonly #files = new Map<string, Followed>();
  readonly #finished: FinishedFiles | null;
  readonly #progress: ReadingProgress;
  readonly #limiter: RateLimiter | null;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #atFault: FilesAtFault;
  readonly #gone = new Set<string>();
  /** Folders below a pattern that could not be looked into last. */
  #unreadable: ReadonlySet<string> = new Set();
  #matchedAtMs = Number.NEGATIVE_INFINITY;
  #toldOfTooMany = false;
  #next = 0;
  #wake: () => void = () => undefined;
  #changed = false;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#patterns = patternsOf(context.config);
    const [index = 0, of = 1] = (context.taskConfig.share ?? '0/1').split('/').map(Number);
    this.#share = { index, of };
    this.#finished = endsFiles(context.config) ? new FinishedFiles(context.config) : null;
    this.#progress = new ReadingProgress(context);
    this.#atFault = new FilesAtFault(context);
    this.#limiter = rateLimiterOf(context.config);
  }

  async start(): Promise<void> {
    const problem = (await sourceProblems(this.#config))[0];
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
      this.#changed = false;
      await this.#match();
      const records = await this.#readNext();
      await this.#progress.tell(
        [...this.#files.values()].map(({ file }) => file),
        records.length > 0,
      );
      await this.#limiter?.take(records.length, signal);
      if (records.length > 0) return records;
      if (!this.#changed) await this.#change();
    }
    return [];
  }

  async commit(offsets: readonly DurableOffset[]): Promise<void> {
    this.#finished?.durable(offsets);
  }

  async stop(): Promise<void> {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    const followed = [...this.#files.values()];
    this.#files.clear();
    for (const { file } of followed) await file.close();
  }

  /** Looks which files there are, at most once an interval. */
  async #match(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#matchedAtMs < this.#config['poll.interval.ms'] && this.#files.size > 0) return;
    this.#matchedAtMs = nowMs;
    const unreadable = new Set<string>();
    const paths = new Set(await matchingPaths(this.#patterns, (folder) => unreadable.add(folder)));
    this.#tellUnreadable(unreadable);
    await this.#letGo(paths);
    for (const path of paths) {
      if (this.#files.has(path) || taskOf(path, this.#share.of) !== this.#share.index) continue;
      if (this.#atFault.isWaiting(path)) continue;
      if (this.#files.size >= this.#config['files.max']) return this.#tooMany();
      await this.#follow(path);
    }
    this.#toldOfTooMany = false;
    this.#context.notice('files_waiting', null);
  }

  async #follow(path: string): Promise<void> {
    let last = this.#atFault.retried(path);
    if (last === undefined)
      last = this.#gone.delete(path) ? null : fileOffset(await this.#context.offset({ filename: path }));
    const file = followFile(path, last, this.#config, {
      logger: this.#context.logger,
      isTakenElsewhere: (inode) =>
        [...this.#files.values()].some((other) => other.file.path !== path && other.file.inode === inode),
    });
    this.#files.set(path, { file, form: lineForm(this.#config, path), last, fault: null });
  }

  /** Files that are there no more and were read to their end make room for others. */
  async #letGo(paths: ReadonlySet<string>): Promise<void> {
    this.#atFault.keep(paths);
    for (const { file } of this.#files.values()) {
      if (paths.has(file.path) || !(await file.isGone())) continue;
      this.#files.delete(file.path);
      await file.close();
      this.#gone.add(file.path);
      const [oldest] = this.#gone;
      if (this.#gone.size > GONE_MAX && oldest !== undefined) this.#gone.delete(oldest);
    }
  }

  #tellUnreadable(folders: ReadonlySet<string>): void {
    for (const folder of folders.difference(this.#unreadable))
      this.#context.logger.error({ folder }, 'a folder may not be read; what is in it is not found');
    this.#unreadable = folders;
    this.#context.notice(
      'folders_unreadable',
      folders.size === 0
        ? null
        : `Folders may not be read, and what is in them is not found: ${listed([...folders])}. Give the worker's user the right to them.`,
    );
  }

  #tooMany(): void {
    if (this.#toldOfTooMany) return;
    this.#toldOfTooMany = true;
    const followed = this.#config['files.max'];
    this.#context.logger.warn({ followed }, 'more files match than files.max allows; the others wait');
    this.#context.notice(
      'files_waiting',
      `More files match than "files.max" allows, which is ${followed}: the others wait until some of these are gone. Raise it, or give the connector more tasks.`,
    );
  }

  /** One batch of one file; the files take turns, so that none starves the others. */
  async #readNext(): Promise<readonly SourceRecord[]> {
    const all = [...this.#files.values()];
    for (let tried = 0; tried < all.length; tried++) {
      const followed = all[this.#next++ % all.length] as Followed;
      try {
        const records = await this.#readSome(followed);
        if (records.length > 0) return records;
      } catch (error) {
        if (!isMillraceError(error) && codeOf(error) === '') throw error;
        await this.#setAside(followed, fileError(error, followed.file.path, 'file'));
      }
    }
    return [];
  }

  async #readSome(followed: Followed): Promise<readonly SourceRecord[]> {
    if (followed.fault) throw followed.fault;
    const tailed = await followed.file.lines(this.#config['batch.size']);
    if (tailed.lines.length === 0) {
      this.#atFault.calm(followed.file.path);
      await this.#endIfDone(followed.file);
      return [];
    }
    await this.#progress.far(followed.file, tailed);
    return this.#recordsOf(followed, tailed);
  }

  /**
   * Goes on with the other files.
   * @throws the error itself where there are no others: of one file the task says all there is to say
   */
  async #setAside({ file, last }: Followed, error: MillraceError): Promise<void> {
    const [only, ...others] = this.#patterns;
    if (others.length === 0 && only?.pattern === null) throw error;
    this.#files.delete(file.path);
    await file.close();
    this.#atFault.add(file.path, error, last);
  }

  async #endIfDone(file: FollowedFile): Promise<void> {
    if (!(await this.#finished?.end(file))) return;
    this.#files.delete(file.path);
    await file.close();
  }

  #recordsOf(followed: Followed, tailed: TailedLines): readonly SourceRecord[] {
    const { file, form } = followed;
    const { path } = file;
    const { lines, inode, fingerprint, born } = tailed;
    const sourcePartition = { filename: path };
    const { topic } = this.#config;
    const withHeaders = this.#config['file.headers'];
    const records: SourceRecord[] = [];
    form.begin?.(tailed);
    for (const line of lines) {
      const parsed = form.record(line);
      if (parsed === null) continue;
      if ('fault' in parsed) {
        followed.fault = this.#bad(path, line.start, parsed.fault, parsed.what);
        if (followed.fault) break;
        continue;
      }
      const { key, value, valueSchema } = parsed;
      const headers = withHeaders ? headersOf(path, line.start) : [];
      const position = line.end;
      // Written out: a spread for each line costs a quarter of the reading.
      const sourceOffset =
        born === undefined ? { position, inode, fingerprint } : { position, inode, fingerprint, born };
      records.push({
        topic,
        partition: null,
        key,
        value,
        // Also where there is none: transforms set it, and a member that comes later makes each copy of a record dearer.
        valueSchema,
        headers,
        timestamp: null,
        sourcePartition,
        sourceOffset,
      });
    }
    const last = records.at(-1);
    if (last) {
      followed.last = fileOffset(last.sourceOffset);
      this.#finished?.given(path, last.sourceOffset);
      this.#atFault.mended(path);
    }
    return records;
  }

  /** Null: it is passed over. */
  #bad(path: string, position: number, code: string, what: string): MillraceError | null {
    if (this.#config['bad.lines'] === 'skip') {
      this.#context.logger.warn({ file: path, position, code }, 'a line was skipped');
      return null;
    }
    return new MillraceError(`The line at byte ${position} of ${path} is ${what}.`, {
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

function headersOf(path: string, position: number): readonly Header[] {
  return [
    { key: 'file.name', value: path },
    { key: 'file.position', value: position },
  ];
}
