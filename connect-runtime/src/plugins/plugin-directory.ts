import { MillraceError } from '@millrace/foundation';
import type { PluginDescription, PluginType } from '../tasks/host-protocol.ts';
import { knownClass } from './known-classes.ts';
import { compareVersions, parseVersionRange } from './version-range.ts';

export interface PluginQuestion {
  readonly types: readonly PluginType[];
  /** A class, an alias, or the short name of either. */
  readonly class: string;
  /** A version or a range in Maven's syntax (KIP-891); left out: the newest. */
  readonly version?: string | undefined;
  /** The config key that names the class; the version's own key where a version is at fault. */
  readonly path: string;
  readonly versionPath?: string;
}

/** Kinds of plugins that connectors are put together with. */
export type StepType = Exclude<PluginType, 'source' | 'sink'>;

const WORDS: Readonly<Record<PluginType, string>> = {
  source: 'connector',
  sink: 'connector',
  converter: 'converter',
  transform: 'transform',
  predicate: 'predicate',
  'config-provider': 'config provider',
};
/** Kafka's own words for these, where they differ, as its short names leave them out. */
const SUFFIX: Readonly<Record<PluginType, RegExp>> = {
  source: /Connector$/,
  sink: /Connector$/,
  converter: /(?:Header)?Converter$/,
  transform: /Transformation$/,
  predicate: /Predicate$/,
  'config-provider': /ConfigProvider$/,
};

/** Which plugins are installed, in all their versions: finds one by any of its names. Pure data, the same in worker and hosts. */
export class PluginDirectory {
  readonly plugins: readonly PluginDescription[];

  constructor(plugins: readonly PluginDescription[]) {
    this.plugins = plugins;
  }

  /** Of these types, the newest version of each name first where names are the same. */
  all(types: readonly PluginType[]): readonly PluginDescription[] {
    return this.plugins.filter((plugin) => types.includes(plugin.type));
  }

  /**
   * The newest version that is asked for. A class of that name goes before an alias, an alias before a short name: Kafka Connect's
   * rule that `a.b.FooConnector` may be called `FooConnector` or `Foo`.
   * @throws {MillraceError} UNKNOWN_<TYPE>, PLUGIN_VERSION_NOT_INSTALLED, INVALID_VERSION_RANGE (class config, with the path)
   */
  find(question: PluginQuestion): PluginDescription {
    const versions = this.named(question.class, question.types);
    if (versions.length === 0) throw this.#unknown(question);
    const versionPath = question.versionPath ?? question.path;
    const range = parseVersionRange(question.version, versionPath);
    const fitting = range ? versions.filter(({ version }) => range.contains(version)) : versions;
    const newest = fitting.toSorted((a, b) => compareVersions(b.version, a.version))[0];
    if (newest) return newest;
    throw new MillraceError(
      `"${versionPath}" asks for version ${range?.text} of ${question.class}, which is not installed.`,
      {
        code: 'PLUGIN_VERSION_NOT_INSTALLED',
        class: 'config',
        path: versionPath,
        hint: `Installed versions: ${versions.map(({ version }) => version).join(', ')}.`,
      },
    );
  }

  /** Every plugin that has this name; none where there is none. */
  named(className: string, types: readonly PluginType[]): readonly PluginDescription[] {
    const known = this.all(types);
    const tiers = [
      (plugin: PluginDescription) => plugin.class === className,
      (plugin: PluginDescription) => plugin.aliases.includes(className),
      (plugin: PluginDescription) => shortNames(plugin).includes(className),
    ];
    for (const tier of tiers) {
      const named = known.filter(tier);
      if (named.length > 0) return named;
    }
    return [];
  }

  #unknown({ types, class: className, path }: PluginQuestion): MillraceError {
    const word = WORDS[types[0] ?? 'source'];
    const classes = [...new Set(this.all(types).map((plugin) => plugin.class))];
    const known = word === 'connector' ? knownClass(className) : null;
    const about = known ? ` It is ${known.product}, and nothing that is installed stands for it.` : '';
    return new MillraceError(`"${path}" names no installed ${word}: ${className}.${about}`, {
      code:
        word === 'connector' ? 'UNKNOWN_CONNECTOR_CLASS' : `UNKNOWN_${word.toUpperCase().replace(' ', '_')}`,
      class: 'config',
      path,
      hint: `${known ? `${known.instead} ` : ''}Installed ${word}s: ${classes.join(', ') || 'none'}.`,
    });
  }
}

/** Whether this alias (a full class name) is meant by a name: as it is, or shortened. */
export function answersTo(alias: string, name: string, type: PluginType): boolean {
  return alias === name || shortened(alias, type).includes(name);
}

function shortNames({ class: className, aliases, type }: PluginDescription): readonly string[] {
  return [className, ...aliases].flatMap((name) => shortened(name, type));
}

function shortened(className: string, type: PluginType): readonly string[] {
  const simple = className.slice(className.lastIndexOf('.') + 1);
  return [simple, simple.replace(SUFFIX[type], '')].filter((name) => name !== '');
}
