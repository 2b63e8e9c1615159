import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One letter before the colon is a drive. */
const URL_SCHEME = /^[a-z][a-z\d+.-]+:/i;
const RELATIVE_PATH = /^\.{1,2}[\\/]/;

/**
 * What to import for an entry of the worker key `plugins`: a URL stays; a path becomes a file URL, relative ones start at the working
 * directory; a package is looked for from the working directory. A package that is not found there is returned as it came,
 * to be resolved from the importing module.
 * @throws what Node throws for a package that is there and can't be imported
 */
export function locatePlugin(module: string, workingDirectory: string): string {
  if (URL_SCHEME.test(module)) return module;
  const path = resolve(workingDirectory, module);
  if (isAbsolute(module) || RELATIVE_PATH.test(module)) return pathToFileURL(path).href;
  const installed = locatePackage(module, workingDirectory);
  if (installed !== null) return installed;
  return existsSync(path) ? pathToFileURL(path).href : module;
}

/** As `import` in a module of that folder would: only a hook can name another parent than this module. */
function locatePackage(name: string, folder: string): string | null {
  const parentURL = pathToFileURL(join(folder, 'importer.js')).href;
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) => nextResolve(specifier, { ...context, parentURL }),
  });
  try {
    return import.meta.resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  } finally {
    hooks.deregister();
  }
}
