import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = import.meta.dirname;
const DIST = join(ROOT, 'dist');
const LOCKFILE = join(ROOT, '..', 'package-lock.json');
/** What a package that is installed brings: built, without its sources. */
const PACKED = join(ROOT, 'bundle');
const KEEP_MS = 7 * 24 * 3_600_000;
const CONTRACT = join(ROOT, '..', 'rest-api', 'src', 'contract');

/** A built UI: the folder that `/ui/` serves. */
export interface UiBundle {
  readonly folder: string;
}

/**
 * The bundle of the sources as they stand, where it has been built; null where it has yet to be. Reads and hashes the
 * sources (some milliseconds), loads no bundler.
 */
export function uiBundle(): UiBundle | null {
  if (existsSync(join(PACKED, 'index.html'))) return { folder: PACKED };
  const folder = join(DIST, sourceHash());
  return existsSync(join(folder, 'index.html')) ? { folder } : null;
}

/**
 * Builds the UI, unless it is there already. Needs no network. Two at once do no harm: each builds aside and moves
 * the whole into place. Bundles of older sources go after a week.
 */
export async function buildUi(options: { readonly outDir?: string } = {}): Promise<UiBundle> {
  const outDir = options.outDir ?? DIST;
  const hash = sourceHash();
  const folder = join(outDir, hash);
  if (existsSync(join(folder, 'index.html'))) return { folder };
  await mkdir(outDir, { recursive: true });
  const aside = await mkdtemp(join(outDir, '.building-'));
  try {
    await bundle(aside);
    // mkdtemp makes a private folder; another account may be the one that serves it.
    await chmod(aside, 0o755);
    await moveIntoPlace(aside, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  await removeOld(outDir, hash);
  return { folder };
}

async function bundle(outDir: string): Promise<void> {
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  await build({
    root: ROOT,
    // Relative: the server says by <base> where the page is, behind a proxy too.
    base: './',
    configFile: false,
    logLevel: 'error',
    clearScreen: false,
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
}

/** A folder that another build put there first is as good as this one. */
async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!existsSync(join(to, 'index.html'))) throw error;
  }
}

/** A server that was started from older sources may still serve its bundle: only what is long out of use goes. */
async function removeOld(outDir: string, current: string): Promise<void> {
  const names = await readdir(outDir);
  for (const name of names) {
    if (name === current || !/^([0-9a-f]{16}|\.building-.*)$/.test(name)) continue;
    const folder = join(outDir, name);
    if (Date.now() - (await stat(folder)).mtimeMs > KEEP_MS)
      await rm(folder, { recursive: true, force: true });
  }
}

/** Of everything that goes into the bundle: sources, contract, this file, and the versions of the dependencies. */
function sourceHash(): string {
  const hash = createHash('sha256');
  const files = [join(ROOT, 'index.html'), join(ROOT, 'build.ts'), LOCKFILE].filter((file) =>
    existsSync(file),
  );
  for (const folder of [join(ROOT, 'src'), CONTRACT]) files.push(...filesIn(folder));
  for (const file of files.sort()) hash.update(`${file.slice(ROOT.length)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
