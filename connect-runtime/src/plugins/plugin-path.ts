import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ErrorReport, MillraceError } from '@millrace/foundation';
import { SDK_VERSION } from '@millrace/sdk';

/** Packages that are looked at under one entry of `plugin.path`; what lies beyond is left out. */
const FOLDERS_MAX = 1_000;
const MANIFEST_MAX_BYTES = 1024 * 1024;
const KEYWORD = 'millrace-plugin';

/** A plugin package that was found, without loading any of its code. */
export interface FoundPlugin {
  readonly folder: string;
  /** What to import, as a file URL. */
  readonly module: string;
  /** Changes when the package is replaced in its place. */
  readonly stamp: string;
  /** Why it can't be loaded at all. */
  readonly error?: ErrorReport;
}

interface PackageManifest {
  readonly name?: string;
  readonly main?: string;
  readonly exports?: unknown;
  readonly keywords?: unknown;
  readonly millrace?: { readonly sdk?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * The plugins below the folders of `plugin.path`, as Kafka Connect lays them out: each subfolder is a plugin with all that it needs.
 * A subfolder is a package with `"millrace": {"sdk": "1"}` (or the keyword `millrace-plugin`) in its package.json, or a folder in
 * which such packages were installed by npm. The order is the one of names.
 */
export async function findPlugins(path: readonly string[]): Promise<readonly FoundPlugin[]> {
  const found = new Map<string, FoundPlugin>();
  for (const entry of path) {
    const root = resolve(entry.trim());
    const own = await pluginsIn(root);
    const folders = own.length > 0 ? [] : await subfolders(root);
    const below = await Promise.all(folders.map(pluginsIn));
    for (const plugin of [...own, ...below.flat()]) found.set(plugin.folder, plugin);
  }
  return [...found.values()];
}

/** The package in this folder, or those that its package.json depends on and that are installed in it. */
async function pluginsIn(folder: string): Promise<readonly FoundPlugin[]> {
  const manifest = await manifestOf(folder);
  if (manifest === null) return [];
  if (isPlugin(manifest)) return [await found(folder, manifest)];
  const installed = Object.keys(manifest.dependencies ?? {}).slice(0, FOLDERS_MAX);
  const plugins = installed.map(async (name) => {
    const at = join(folder, 'node_modules', name);
    const dependency = await manifestOf(at);
    return dependency && isPlugin(dependency) ? [await found(at, dependency)] : [];
  });
  return (await Promise.all(plugins)).flat();
}

/** Folders in this one, those of a scope (`@acme`) included; none where it can't be read. */
async function subfolders(root: string): Promise<readonly string[]> {
  const names = await foldersIn(root);
  const nested = await Promise.all(
    names.map(async (name) =>
      name.startsWith('@') ? (await foldersIn(join(root, name))).map((inner) => join(name, inner)) : [name],
    ),
  );
  return nested
    .flat()
    .slice(0, FOLDERS_MAX)
    .map((name) => join(root, name));
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  return entries
    .filter(
      (entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !/^(?:\.|node_modules$)/.test(entry.name),
    )
    .map((entry) => entry.name)
    .sort();
}

async function manifestOf(folder: string): Promise<PackageManifest | null> {
  const path = join(folder, 'package.json');
  try {
    if ((await stat(path)).size > MANIFEST_MAX_BYTES) return null;
    const manifest: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof manifest === 'object' ? (manifest as PackageManifest | null) : null;
  } catch {
    // No package, one that is being written, or none of ours: the next look may find more.
    return null;
  }
}

function isPlugin({ millrace, keywords }: PackageManifest): boolean {
  return typeof millrace === 'object' || (Array.isArray(keywords) && keywords.includes(KEYWORD));
}

async function found(folder: string, manifest: PackageManifest): Promise<FoundPlugin> {
  const entry = join(folder, entryOf(manifest));
  const stamp = await stampOf([join(folder, 'package.json'), entry]);
  const plugin = { folder, module: pathToFileURL(entry).href, stamp };
  const sdk = manifest.millrace?.sdk ?? SDK_VERSION;
  return sdk === SDK_VERSION ? plugin : { ...plugin, error: unsupported(manifest.name ?? folder, sdk) };
}

/** The module that `import` of the package would name. */
function entryOf({ exports, main }: PackageManifest): string {
  return target(exports) ?? main ?? 'index.js';
}

function target(exports: unknown): string | null {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(target).find((found) => found !== null) ?? null;
  if (typeof exports !== 'object' || exports === null) return null;
  const conditions = exports as Readonly<Record<string, unknown>>;
  if (Object.keys(conditions).some((key) => key.startsWith('.'))) return target(conditions['.']);
  const chosen = Object.keys(conditions).find((key) =>
    ['node', 'import', 'module-sync', 'default'].includes(key),
  );
  return chosen === undefined ? null : target(conditions[chosen]);
}

async function stampOf(files: readonly string[]): Promise<string> {
  const states = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => null)));
  return states.map((state) => (state ? `${state.ino}.${state.mtimeNs}.${state.size}` : '-')).join('/');
}

function unsupported(name: string, sdk: string): ErrorReport {
  return new MillraceError(`${name} is written to SDK ${sdk}; this worker serves SDK ${SDK_VERSION}.`, {
    code: 'PLUGIN_SDK_UNSUPPORTED',
    class: 'config',
    hint: 'Install a version of the plugin for this SDK, or a newer worker.',
  }).report();
}
