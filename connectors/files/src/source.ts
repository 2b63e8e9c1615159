import { type FSWatcher, watch } from 'node:fs';
import {
  type ConfigOf,
  MillraceError,
  parseExact,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import type { sourceConfig } from './config.ts';
import { matchingPaths, patternsOf, readProblems } from './file-pattern.ts';
import { type FileOffset, FileTail, type TailedLines } from './file-tail.ts';
import type { Line } from './line-reader.ts';

type Config = ConfigOf<typeof sourceConfig>;

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
        new FileTail(path, offsetOf(stored), {
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
      const records = this.#recordsOf(tail.path, tailed);
      if (records.length > 0 || this.#failure) return records;
    }
    return [];
  }

  #recordsOf(path: string, { lines, inode, fingerprint }: TailedLines): readonly SourceRecord[] {
    const sourcePartition = { filename: path };
    const records: SourceRecord[] = [];
    for (const line of lines) {
      const parsed = this.#parse(path, line);
      if (this.#failure) break;
      if (parsed === null) continue;
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

  /** Null: the line makes no record. */
  #parse(path: string, { text, start }: Line): { readonly key: unknown; readonly value: unknown } | null {
    if (text === null) {
      return this.#bad(path, start, 'LINE_TOO_LONG', `longer than ${this.#config['max.line.bytes']} bytes`);
    }
    if (this.#config.format === 'lines') return { key: null, value: text };
    if (text.trim() === '') return null;
    try {
      const value = parseExact(text);
      return { key: keyOf(value, this.#config['key.field']), value };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#bad(path, start, 'NOT_JSON', 'not JSON');
    }
  }

  #bad(path: string, position: number, code: string, what: string): null {
    if (this.#config['bad.lines'] === 'skip') {
      this.#context.logger.warn({ file: path, position, code }, 'a line was skipped');
      return null;
    }
    this.#failure = new MillraceError(`The line at byte ${position} of ${path} is ${what}.`, {
      code,
      class: 'poison',
      hint: 'Mend the line, or set bad.lines=skip to go on without such lines.',
      facts: { file: path, position },
    });
    return null;
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

function offsetOf(stored: Readonly<Record<string, unknown>> | null): FileOffset | null {
  if (stored === null) return null;
  const { position, inode, fingerprint } = stored;
  if (!Number.isSafeInteger(position) || typeof inode !== 'string' || typeof fingerprint !== 'string') {
    throw new MillraceError('A stored offset of the connector has no position, inode and fingerprint.', {
      code: 'OFFSET_NOT_READABLE',
      class: 'config',
      hint: 'Alter or delete the offsets of the connector.',
    });
  }
  return { position: position as number, inode, fingerprint };
}

function keyOf(value: unknown, field: string | null): unknown {
  if (field === null || typeof value !== 'object' || value === null || !Object.hasOwn(value, field))
    return null;
  return (value as Record<string, unknown>)[field];
}
