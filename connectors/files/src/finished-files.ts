import { access, constants, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ConfigProblem, DurableOffset, SourceOffset } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import { fileError } from './file-error.ts';
import { type FilePattern, reason } from './file-pattern.ts';
import type { FollowedFile } from './followed-file.ts';
import { linkUnderFreeName } from './free-name.ts';

/** Whether files are ever done with, and may go. */
export const endsFiles = (config: SourceConfig): boolean => config['finished.files'] !== 'leave';

/** Deletes or moves files that were read to their end, once the offsets behind their last records are durable. */
export class FinishedFiles {
  readonly #config: SourceConfig;
  /** Of each path: the offset that was given out last, and whether it is durable. */
  readonly #last = new Map<string, { readonly offset: string; durable: boolean }>();

  constructor(config: SourceConfig) {
    this.#config = config;
  }

  given(path: string, offset: SourceOffset): void {
    this.#last.set(path, { offset: idOf(offset), durable: false });
  }

  durable(offsets: readonly DurableOffset[]): void {
    for (const { partition, offset } of offsets) {
      const last = this.#last.get(String(partition.filename));
      if (last?.offset === idOf(offset)) last.durable = true;
    }
  }

  /**
   * Ends a file that is done; false where it is not, or not all of it is durable.
   * @throws {MillraceError} where it can't be deleted or moved
   */
  async end(file: FollowedFile): Promise<boolean> {
    const last = this.#last.get(file.path);
    // A file without records of this run has nothing that is not durable.
    if (last?.durable === false || !(await file.isDone()) || !(await hasName(file))) return false;
    try {
      if (this.#config['finished.files'] === 'move')
        await moveInto(this.#config['finished.folder'] ?? '', file.path);
      await unlink(file.path);
    } catch (error) {
      throw fileError(error, file.path, 'finished.files');
    }
    this.#last.delete(file.path);
    return true;
  }
}

const idOf = ({ position, inode, fingerprint }: SourceOffset): string =>
  `${position} ${inode} ${fingerprint}`;

async function hasName({ path, inode }: FollowedFile): Promise<boolean> {
  const there = await stat(path, { bigint: true }).catch(() => null);
  return there !== null && String(there.ino) === inode;
}

// A second name, then the first one goes: a crash in between leaves the file to be moved again.
async function moveInto(folder: string, path: string): Promise<void> {
  const target = join(resolve(folder), basename(path));
  await linkUnderFreeName(path, (count) => (count === 0 ? target : `${target}.${count}`));
}

/** What stands in the way of ending files. */
export async function finishProblems(
  config: SourceConfig,
  patterns: readonly FilePattern[],
): Promise<readonly ConfigProblem[]> {
  if (!endsFiles(config)) return [];
  for (const { folder } of patterns) {
    const problem = await reason(folder, async () => {
      await access(folder, constants.W_OK | constants.X_OK);
      return null;
    });
    if (problem !== null)
      return [
        { key: 'finished.files', message: `"finished.files": no file can leave its folder: ${problem}.` },
      ];
  }
  return config['finished.files'] === 'move' ? await folderProblems(config['finished.folder'], patterns) : [];
}

async function folderProblems(
  given: string | null,
  patterns: readonly FilePattern[],
): Promise<readonly ConfigProblem[]> {
  const key = 'finished.folder';
  if (given === null || given === '')
    return [{ key, message: '"finished.folder" is missing: finished.files=move needs it.' }];
  const folder = resolve(given);
  const problem = await reason(folder, async () => {
    await access(folder, constants.W_OK | constants.X_OK);
    const there = await stat(folder);
    if (!there.isDirectory()) return `${folder} is no folder`;
    for (const pattern of patterns) {
      const takes = pattern.pattern?.test(join(folder, basename(pattern.path).replaceAll(/[*?]/g, 'x')));
      if (takes ?? pattern.folder === folder) return `${folder} is where the files come from`;
      if ((await stat(pattern.folder)).dev !== there.dev)
        return `${folder} is on another file system than ${dirname(pattern.path)}`;
    }
    return null;
  });
  return problem === null ? [] : [{ key, message: `"${key}": ${problem}.` }];
}
