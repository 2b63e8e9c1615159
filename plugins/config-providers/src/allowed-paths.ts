import { realpath } from 'node:fs/promises';
import { isAbsolute, normalize, sep } from 'node:path';
import { type ConfigValue, MillraceError } from '@millrace/sdk';

/** The option of both providers that read files. */
export const allowedPathsOption = {
  type: 'list',
  default: null,
  importance: 'medium',
  docs: 'Files and directories that may be read, and all that is below them. Unset: any.',
  validate: Object.assign(
    (value: ConfigValue) =>
      value === null || (value as readonly string[]).every((path) => isAbsolute(path))
        ? null
        : 'must hold absolute paths',
    { allows: 'absolute paths' },
  ),
} as const;

/** The error of a path that can't be read. It never holds what is in a file. */
export function unreadable(provider: string, path: string, reason: string, hint: string): MillraceError {
  return new MillraceError(`${provider} can't read "${path}": ${reason}.`, {
    code: 'CONFIG_PROVIDER_FAILED',
    class: 'config',
    hint,
  });
}

/**
 * The path itself, with what links point to, where it may be read. Neither `..` nor a link leads out of what is allowed.
 * @throws {MillraceError} class config
 */
export async function allowedPath(
  provider: string,
  path: string,
  allowed: readonly string[] | null,
): Promise<string> {
  if (!isAbsolute(path)) throw unreadable(provider, path, 'it is no absolute path', 'Give the whole path.');
  const notAllowed = () =>
    unreadable(
      provider,
      path,
      'allowed.paths does not hold it',
      'Add its directory to config.providers.NAME.param.allowed.paths of the worker, or move the file there.',
    );
  const plain = normalize(path);
  if (allowed !== null && !allowed.some((one) => isWithin(plain, normalize(one)))) throw notAllowed();
  const real = await realpath(plain).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(provider, path, reasonOf(error), 'See that it exists, and that the worker may read it.');
  });
  if (allowed === null) return real;
  for (const one of allowed) {
    const place = await realpath(one).catch(() => null);
    if (place !== null && isWithin(real, place)) return real;
  }
  throw notAllowed();
}

function isWithin(path: string, place: string): boolean {
  const folder = place.endsWith(sep) ? place : place + sep;
  return path === place || path === folder.slice(0, -1) || path.startsWith(folder);
}

/** What a failure of the file system means, without its path. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    EACCES: 'the worker may not read it',
    EISDIR: 'it is a directory',
    ENOTDIR: 'it is no directory',
  };
  return reasons[error.code ?? ''] ?? `the system says ${error.code ?? 'no'}`;
}
