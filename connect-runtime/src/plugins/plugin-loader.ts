import { MillraceError, toMillraceError } from '@millrace/foundation';
import { type AnyConnector, type AnyPlugin, type PluginManifest, SDK_VERSION } from '@millrace/sdk';
import type { PluginDirectory, PluginQuestion, StepType } from './plugin-directory.ts';
import { locatePlugin } from './plugin-location.ts';

/** Loads plugin packages. Runs in task hosts only: the worker's own process never imports plugin code. */
export class PluginLoader {
  readonly #manifests = new Map<string, Promise<PluginManifest>>();

  /**
   * The manifest of a package, path or URL; imported once.
   * @throws {MillraceError} PLUGIN_NOT_LOADED, PLUGIN_WITHOUT_MANIFEST, PLUGIN_SDK_UNSUPPORTED (class config)
   */
  manifest(module: string): Promise<PluginManifest> {
    const known = this.#manifests.get(module);
    if (known) return known;
    const loading = load(module);
    this.#manifests.set(module, loading);
    return loading;
  }

  /** @throws {MillraceError} UNKNOWN_CONNECTOR_CLASS (class config, path `connector.class`) */
  async connector(module: string, className: string): Promise<AnyConnector> {
    const { plugins } = await this.manifest(module);
    const found = plugins.find((plugin) => plugin.class === className);
    if (found?.type === 'source' || found?.type === 'sink') return found;
    throw new MillraceError(`There is no connector "${className}" in ${module}.`, {
      code: 'UNKNOWN_CONNECTOR_CLASS',
      class: 'config',
      path: 'connector.class',
    });
  }

  /**
   * Loads the plugin that a config asks for, from the package that brings it and no other.
   * @throws {MillraceError} what `PluginDirectory.find` throws, and PLUGIN_NOT_LOADED
   */
  async find<T extends StepType>(
    type: T,
    installed: PluginDirectory,
    question: Omit<PluginQuestion, 'types'>,
  ): Promise<Extract<AnyPlugin, { type: T }>> {
    const { module, class: className } = installed.find({ ...question, types: [type] });
    const { plugins } = await this.manifest(module);
    const found = plugins.find(
      (plugin): plugin is Extract<AnyPlugin, { type: T }> =>
        plugin.type === type && plugin.class === className,
    );
    if (found) return found;
    throw new MillraceError(`${module} does not bring ${className} any more.`, {
      code: 'PLUGIN_NOT_LOADED',
      class: 'transient',
      path: question.path,
      hint: 'The package was changed while it was in use; the next attempt looks again.',
    });
  }
}

export function aliasesOf(plugin: AnyPlugin): readonly string[] {
  return (plugin.aliases ?? []).map((alias) => (typeof alias === 'string' ? alias : alias.class));
}

async function load(module: string): Promise<PluginManifest> {
  let exported: unknown;
  try {
    exported = ((await import(locatePlugin(module, process.cwd()))) as { default?: unknown }).default;
  } catch (error) {
    const { message } = toMillraceError(error, { code: 'PLUGIN_NOT_LOADED', class: 'config' });
    throw new MillraceError(`The plugin ${module} could not be loaded: ${message}`, {
      code: 'PLUGIN_NOT_LOADED',
      class: 'config',
      hint: `Check the path (relative ones start at ${process.cwd()}), or that the package and its dependencies are installed.`,
      cause: error,
    });
  }
  const manifest = exported as Partial<PluginManifest> | undefined;
  if (manifest?.tag !== 'millrace-plugin' || !Array.isArray(manifest.plugins)) {
    throw new MillraceError(`${module} has no plugin manifest as its default export.`, {
      code: 'PLUGIN_WITHOUT_MANIFEST',
      class: 'config',
      hint: 'Export definePlugins({ name, plugins }) as default.',
    });
  }
  if (manifest.sdk !== SDK_VERSION) {
    throw new MillraceError(
      `${module} is written to SDK ${manifest.sdk}; this worker serves SDK ${SDK_VERSION}.`,
      {
        code: 'PLUGIN_SDK_UNSUPPORTED',
        class: 'config',
        hint: 'Install a version of the plugin for this SDK, or a newer worker.',
      },
    );
  }
  return manifest as PluginManifest;
}
