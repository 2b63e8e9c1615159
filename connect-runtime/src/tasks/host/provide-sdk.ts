import { registerHooks } from 'node:module';

const SDK = new Set(['@millrace/sdk', '@millrace/sdk/testing']);
/** What `import` and `require` say where there is no such package. */
const NOT_FOUND = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * Lets plugins of any folder import the SDK: where none is installed beside the plugin, it is the one that this package depends
 * on. To be called once, before any plugin is loaded.
 */
export function provideSdk(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!SDK.has(specifier)) return nextResolve(specifier, context);
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (!NOT_FOUND.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
        return { url: import.meta.resolve(specifier), shortCircuit: true };
      }
    },
  });
}
