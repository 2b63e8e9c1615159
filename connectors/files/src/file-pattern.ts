import { access, constants, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ConfigProblem } from '@millrace/sdk';
import { codeOf, pathProblem } from './file-error.ts';

/** How many files one task follows at most, each with a descriptor of its own. */
const FILES_MAX = 1_000;

/** A path whose last part may hold `*` and `?`. */
export interface FilePattern {
  readonly option: 'file' | 'files';
  readonly folder: string;
  /** The last part: a name to be matched, or null where the path is meant as it is. */
  readonly pattern: RegExp | null;
  readonly path: string;
}

function filePattern(option: 'file' | 'files', given: string): FilePattern {
  const path = resolve(given);
  const name = basename(path);
  const source = [...name]
    .map((char) => (char === '*' ? '.*' : char === '?' ? '.' : RegExp.escape(char)))
    .join('');
  const pattern = /[*?]/.test(name) && option === 'files' ? new RegExp(`^${source}$`, 'su') : null;
  return { option, folder: dirname(path), pattern, path };
}

/** All patterns of a configuration. */
export function patternsOf(config: {
  readonly file: string | null;
  readonly files: readonly string[];
}): readonly FilePattern[] {
  const single = config.file === null || config.file === '' ? [] : [filePattern('file', config.file)];
  return [...single, ...config.files.map((given) => filePattern('files', given))];
}

/**
 * The paths that the patterns stand for now, sorted within each; a plain path is there even before its file is.
 * Folders that are gone hold nothing. At most `FILES_MAX`.
 */
export async function matchingPaths(patterns: readonly FilePattern[]): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const { folder, pattern, path } of patterns) {
    if (pattern === null) {
      paths.add(path);
      continue;
    }
    const names = await namesIn(folder);
    for (const name of names.filter((each) => pattern.test(each)).sort()) paths.add(join(folder, name));
  }
  return [...paths].slice(0, FILES_MAX);
}

/** The files of a folder by name; none where there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    return found.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** What stands in the way of reading these patterns. */
export async function readProblems(patterns: readonly FilePattern[]): Promise<readonly ConfigProblem[]> {
  if (patterns.length === 0) {
    return [{ key: 'file', message: 'Neither "file" nor "files" names a file.' }];
  }
  const problems: ConfigProblem[] = [];
  for (const pattern of patterns) {
    const problem = await readProblem(pattern);
    if (problem !== null) problems.push({ key: pattern.option, message: `"${pattern.option}": ${problem}.` });
  }
  return problems;
}

async function readProblem({ folder, pattern, path }: FilePattern): Promise<string | null> {
  const inTheWay = await reason(folder, async () => {
    await access(folder, constants.R_OK | constants.X_OK);
    return (await stat(folder)).isDirectory() ? null : `${folder} is no folder`;
  });
  if (inTheWay !== null || pattern !== null) return inTheWay;
  return reason(path, async () => {
    try {
      await access(path, constants.R_OK);
      return (await stat(path)).isDirectory() ? `${path} is a folder, not a file` : null;
    } catch (error) {
      // A file that is not there yet is waited for.
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  });
}

/** Runs a check of a path; what the system says against it becomes words. */
export async function reason(path: string, check: () => Promise<string | null>): Promise<string | null> {
  try {
    return await check();
  } catch (error) {
    const problem = pathProblem(error) ?? (error instanceof Error ? error.message : String(error));
    return `${path} ${problem}`;
  }
}
