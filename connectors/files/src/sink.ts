import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type ConfigOf,
  type ConfigProblem,
  MillraceError,
  type SinkRecord,
  type SinkTask,
  type TaskContext,
} from '@millrace/sdk';
import { AppendFile } from './append-file.ts';
import type { sinkConfig } from './config.ts';
import { codeOf, fileError } from './file-error.ts';
import { reason } from './file-pattern.ts';
import { LineBuffer } from './line-buffer.ts';
import { type LineFormat, recordLine } from './record-line.ts';

/** How many files one task keeps open at most, where `${topic}` makes many. */
const OPEN_FILES_MAX = 100;

const TOPIC_PLACEHOLDER = '$' + '{topic}';
export const TASK_PLACEHOLDER = '$' + '{task}';

/**
 * Appends records to files as lines. At least once: a batch that is written again stands there twice. A file that was renamed (by a
 * rotation) or removed is made anew.
 */
export class FileSinkTask implements SinkTask {
  readonly #config: ConfigOf<typeof sinkConfig>;
  readonly #task: number;
  readonly #format: LineFormat;
  /** The one written to last comes last. */
  readonly #files = new Map<string, AppendFile>();
  readonly #lines = new LineBuffer();

  constructor({ config, task }: TaskContext<typeof sinkConfig>) {
    this.#config = config;
    this.#task = task;
    this.#format = config.format === 'lines' ? 'text' : config['include.metadata'] ? 'metadata' : 'value';
  }

  async start(): Promise<void> {
    const problem = (await writeProblems(this.#config.file))[0];
    if (problem) {
      throw new MillraceError(problem.message, {
        code: 'FILE_NOT_USABLE',
        class: 'config',
        path: 'file',
        hint: 'Make the folder, correct the path, or give the worker the right to write there.',
      });
    }
    if (!this.#config.file.includes(TOPIC_PLACEHOLDER)) await this.#fileAt(this.#pathFor(''));
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    const linesOf = new Map<string, LineBuffer>();
    let topic: string | null = null;
    let lines = this.#lines;
    this.#lines.clear();
    for (const record of batch) {
      const line = recordLine(record, this.#format);
      if (line === null) continue;
      // Records of one topic come together.
      if (record.topic !== topic) lines = this.#linesFor(this.#pathFor(record.topic), linesOf);
      topic = record.topic;
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

  #pathFor(topic: string): string {
    // Brokers allow no such names; a path must not hang on that.
    if (/[/\\]|^\.{1,2}$/.test(topic)) {
      throw new MillraceError(`The topic name "${topic}" can't be part of a file's name.`, {
        code: 'TOPIC_NOT_A_FILE_NAME',
        class: 'poison',
        hint: 'Leave the topic out of "file", or out of "topics".',
      });
    }
    return resolve(
      this.#config.file
        .replaceAll(TOPIC_PLACEHOLDER, () => topic)
        .replaceAll(TASK_PLACEHOLDER, String(this.#task)),
    );
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

/** What stands in the way of writing to this path. */
export async function writeProblems(file: string): Promise<readonly ConfigProblem[]> {
  const path = resolve(file);
  const folder = dirname(path);
  const problem =
    (await reason(folder, async () => {
      await access(folder, constants.W_OK | constants.X_OK);
      return (await stat(folder)).isDirectory() ? null : `${folder} is no folder`;
    })) ?? (await reason(path, () => fileProblem(path)));
  return problem === null ? [] : [{ key: 'file', message: `"file": ${problem}.` }];
}

async function fileProblem(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).isDirectory()) return `${path} is a folder, not a file`;
    await access(path, constants.W_OK);
    return null;
  } catch (error) {
    // It is made on start.
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
