import { access, constants, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ConfigProblem } from '@millrace/sdk';
import { codeOf, fileError, pathProblem } from './file-error.ts';

/** How many folders a pattern looks into at most. */
const FOLDERS_MAX = 10_000;

/** A path whose parts may hold `*` and `?`; a part `**` stands for any number of folders. */
export interface FilePattern {
  readonly option: 'file' | 'files';
  /** The folder that is there whatever the pattern matches. */
  readonly folder: string;
  /** Of the whole path; null where the path is meant as it is. */
  readonly pattern: RegExp | null;
  /** What comes behind the folder. */
  readonly parts: readonly string[];
  readonly path: string;
}

const isWild = (part: string): boolean => /[*?]/.test(part);

function filePattern(option: 'file' | 'files', given: string): FilePattern {
  const path = resolve(given);
  const all = path.split(sep);
  const wild = option === 'files' ? all.findIndex(isWild) : -1;
  if (wild === -1) return { option, folder: dirname(path), pattern: null, parts: [basename(path)], path };
  const parts = all.slice(wild);
  const folder = all.slice(0, wild).join(sep) || sep;
  const prefix = folder === sep ? '' : RegExp.escape(folder);
  return {
    option,
    folder,
    pattern: new RegExp(`^${prefix}${parts.map(partSource).join('')}$`, 'su'),
    parts,
    path,
  };
}

function partSource(part: string): string {
  return part === '**' ? '(?:/[^/]+)*' : `/${nameSource(part)}`;
}

const nameSource = (part: string): string =>
  [...part].map((char) => (char === '*' ? '[^/]*' : char === '?' ? '[^/]' : RegExp.escape(char))).join('');

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
 * Folders that are gone hold nothing.
 * @param onUnreadable told of folders below that may not be read
 * @throws {MillraceError} where the folder of a pattern itself can't be
 */
export async function matchingPaths(
  patterns: readonly FilePattern[],
  onUnreadable: (folder: string) => void = () => undefined,
): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    if (pattern.pattern === null) paths.add(pattern.path);
    else for (const path of (await filesUnder(pattern, onUnreadable)).sort()) paths.add(path);
  }
  return [...paths];
}

async function filesUnder(
  { folder, parts, option }: FilePattern,
  onUnreadable: (folder: string) => void,
): Promise<string[]> {
  const files: string[] = [];
  const open: { readonly folder: string; readonly parts: readonly string[] }[] = [{ folder, parts }];
  for (let looked = 0; looked < FOLDERS_MAX; looked++) {
    const next = open.pop();
    if (next === undefined) break;
    const [part = '', ...rest] = next.parts;
    const entries = await entriesIn(next.folder).catch((error: unknown) => {
      if (next.folder === folder || pathProblem(error) === null) throw fileError(error, next.folder, option);
      onUnreadable(next.folder);
      return { files: [], folders: [] };
    });
    if (part === '**') {
      open.push({ folder: next.folder, parts: rest });
      for (const each of entries.folders) open.push({ folder: join(next.folder, each), parts: next.parts });
      continue;
    }
    const name = new RegExp(`^${nameSource(part)}$`, 'su');
    const found = (rest.length === 0 ? entries.files : entries.folders).filter((each) => name.test(each));
    for (const each of found) {
      const path = join(next.folder, each);
      if (rest.length === 0) files.push(path);
      else open.push({ folder: path, parts: rest });
    }
  }
  return files;
}

async function entriesIn(folder: string): Promise<{ readonly files: string[]; readonly folders: string[] }> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    // Opening a pipe or a device could wait for ever.
    const files = found.filter((entry) => entry.isFile() || entry.isSymbolicLink());
    const folders = found.filter((entry) => entry.isDirectory());
    return { files: files.map(({ name }) => name), folders: folders.map(({ name }) => name) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { files: [], folders: [] };
    throw error;
  }
}

/** The files of a folder by name; none where there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await entriesIn(folder)).files;
}

/** What rotation puts behind a name: `.1`, `-20260131`, `.2026-01-31`, also of files that were packed then. */
const ROTATION = /[._-]\d[\d._-]*(?:\.gz|\.zst)?$/;

/** Which of so many tasks reads a path: the same one for a file and those that were rotated from it. */
export function taskOf(path: string, tasks: number): number {
  return crc32(path.replace(ROTATION, '')) % tasks;
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
