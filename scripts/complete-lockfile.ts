/**
 * Adds to package-lock.json the packages of other platforms that the registry in use did not know when it was written: where one
 * of them is missing, `npm ci` refuses the whole lockfile. Run it by `npm run lock`; with `--check` it writes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const PATH = join(import.meta.dirname, '..', 'package-lock.json');
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPUS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x'];

const lockfile = JSON.parse(readFileSync(PATH, 'utf8')) as { packages: Record<string, LockedPackage> };
const missing = Object.entries(lockfile.packages).flatMap(([path, locked]) =>
  Object.entries(locked.optionalDependencies ?? {})
    .filter(([name]) => placeOf(path, name) === null)
    .map(([name, version]) => ({ parent: path, name, version, dev: locked.dev === true })),
);
if (missing.length > 0 && process.argv.includes('--check')) {
  console.error(`package-lock.json lacks ${missing.map(({ name }) => name).join(', ')}; run npm run lock`);
  process.exitCode = 1;
} else if (missing.length > 0) {
  for (const { parent, name, version, dev } of missing) {
    if (!/^\d+\.\d+\.\d+$/.test(version))
      throw new Error(`${parent} wants ${name} at ${version}, not at one version`);
    lockfile.packages[`${folderOf(parent)}node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(dev ? { dev } : {}),
      optional: true,
    } as LockedPackage;
  }
  const [root, ...others] = Object.entries(lockfile.packages);
  const packages = Object.fromEntries([root ?? [], ...others.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  writeFileSync(PATH, `${JSON.stringify({ ...lockfile, packages }, null, 2)}\n`);
  console.log(`package-lock.json: ${missing.length} packages of other platforms added`);
}

/** Where Node would find a package from `path`: beside it, or in a folder above. */
function placeOf(path: string, name: string): string | null {
  for (let at = `${path}/`; ; at = folderOf(at.slice(0, -1))) {
    const place = `${at === '/' ? '' : at}node_modules/${name}`;
    if (Object.hasOwn(lockfile.packages, place)) return place;
    if (at === '' || at === '/') return null;
  }
}

/** `a/` of `a/node_modules/b`: the folder that a package shares with those beside it; empty at the top. */
function folderOf(path: string): string {
  const end = path.lastIndexOf('node_modules/');
  return end <= 0 ? '' : path.slice(0, end);
}

/** npm installs a package only where these fit; by convention the name says them. */
function platformOf(name: string): object {
  const words = name.split('/').at(-1)?.split('-') ?? [];
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = CPUS.filter((kind) => words.includes(kind));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`what platform is ${name} for?`);
  const libc = words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {};
  return { cpu, os, ...libc };
}
