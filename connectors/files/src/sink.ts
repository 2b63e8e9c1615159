import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  MillraceError,
  type RateLimiter,
  rateLimiterOf,
  type SinkRecord,
  type SinkTask,
  type TaskContext,
} from '@millrace/sdk';
import { AppendFile } from './append-file.ts';
import type { SinkConfig, sinkConfig } from './config.ts';
import { fileError } from './file-error.ts';
import { LineBuffer } from './line-buffer.ts';
import { constantPart, filledPath } from './path-template.ts';
import { type LineFormat, lineFormat, recordLine } from './record-line.ts';
import { writeProblems } from './sink-paths.ts';

/** How many files one task keeps open at most, where records choose the path. */
const OPEN_FILES_MAX = 100;

/**
 * Appends records to files as lines. At least once: a batch that is written again stands there twice. A file that was renamed (by a
 * rotation) or removed is made anew.
 */
export class FileSinkTask implements SinkTask {
  readonly #config: SinkConfig;
  /** Whether all records go to one file. */
  readonly #isOneFile: boolean;
  readonly #task: number;
  readonly #format: LineFormat;
  /** The one written to last comes last. */
  readonly #files = new Map<string, AppendFile>();
  readonly #lines = new LineBuffer();
  readonly #limiter: RateLimiter | null;
  readonly #signal: AbortSignal;

  constructor({ config, task, signal }: TaskContext<typeof sinkConfig>) {
    this.#config = config;
    this.#signal = signal;
    this.#limiter = rateLimiterOf(config);
    this.#task = task;
    this.#format = lineFormat(config);
    this.#isOneFile = constantPart(config.file) === config.file;
  }

  async start(): Promise<void> {
    const problem = (await writeProblems(this.#config))[0];
    if (problem) {
      throw new MillraceError(problem.message, {
        code: 'FILE_NOT_USABLE',
        class: 'config',
        path: problem.key,
        hint: 'Make the folder, correct the path, or give the worker the right to write there.',
      });
    }
    if (this.#isOneFile) await this.#fileAt(resolve(this.#config.file));
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    await this.#limiter?.take(batch.length, this.#signal);
    const linesOf = new Map<string, LineBuffer>();
    const onePath = this.#isOneFile ? resolve(this.#config.file) : null;
    let last: string | null = null;
    let lines = this.#lines;
    this.#lines.clear();
    for (const record of batch) {
      const line = recordLine(record, this.#format);
      if (line === null) continue;
      const path = onePath ?? resolve(filledPath(this.#config.file, record, this.#task, ''));
      if (path !== last) lines = this.#linesFor(path, linesOf);
      last = path;
      lines.add(line);
    }
    for (const [path, { bytes }] of linesOf) {
      const { file, sizeBytes } = await this.#fileAt(path);
      try {
        await file.append(bytes, sizeBytes);
        if (await file.isRemoved()) throw new Error('it was removed while it was written');
      } catch (error) {
        throw fileError(error, path, 'file');
      }
    }
  }

  async stop(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) await file.close();
  }

  #linesFor(path: string, linesOf: Map<string, LineBuffer>): LineBuffer {
    // Mostly there is one file, whose buffer is used for batch after batch.
    const lines = linesOf.get(path) ?? (linesOf.size === 0 ? this.#lines : new LineBuffer());
    linesOf.set(path, lines);
    return lines;
  }

  /** The open file, and how much is in it. */
  async #fileAt(path: string): Promise<{ readonly file: AppendFile; readonly sizeBytes: number }> {
    let file = this.#files.get(path);
    let sizeBytes: number | null = null;
    this.#files.delete(path);
    try {
      sizeBytes = (await file?.sizeAt(path)) ?? null;
      if (file && sizeBytes === null) {
        const before = file;
        file = undefined;
        await before.close();
      }
      if (!file && !this.#isOneFile) await mkdir(dirname(path), { recursive: true });
      file ??= await AppendFile.open(path, this.#config.flush === 'none' ? 'none' : 'sync');
      sizeBytes ??= (await file.sizeAt(path)) ?? 0;
    } catch (error) {
      throw fileError(error, path, 'file');
    }
    this.#files.set(path, file);
    const oldest = this.#files.entries().next().value;
    if (this.#files.size > OPEN_FILES_MAX && oldest) {
      this.#files.delete(oldest[0]);
      await oldest[1].close();
    }
    return { file, sizeBytes };
  }
}
