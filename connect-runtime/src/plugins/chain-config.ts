import { type ConfigProblem, defineConfig } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';

/** Kafka Connect's keys for the chain of transforms (KIP-66) and the predicates that guard them (KIP-585). */
export const chainConfig = defineConfig({
  transforms: {
    type: 'list',
    default: [],
    importance: 'low',
    group: 'Transforms',
    docs: 'Names of the transforms that records pass through, in this order. `transforms.NAME.type` says what each is.',
  },
  predicates: {
    type: 'list',
    default: [],
    importance: 'low',
    group: 'Predicates',
    docs: 'Names of predicates. `predicates.NAME.type` says what each is, `transforms.NAME.predicate` which one guards a transform.',
  },
});

/** A plugin that a chain names, with what the config says for it. */
export interface ChainPlugin {
  /** Its own name in the config. */
  readonly name: string;
  /** The key that names the class: `transforms.NAME.type`. */
  readonly path: string;
  readonly class: string;
  /** Version or range (KIP-891); undefined: the newest. */
  readonly version: string | undefined;
  readonly versionPath: string;
  /** What stands before its own keys: `transforms.NAME.`. */
  readonly prefix: string;
  /** Its own keys, without the prefix. */
  readonly options: ConnectorConfig;
}

export interface ChainStep extends ChainPlugin {
  /** The name of the predicate that guards it. */
  readonly predicate: string | null;
  /** Whether it applies where the predicate does not hold. */
  readonly negate: boolean;
}

/** The chain that a config describes, before any plugin was looked for. */
export interface Chain {
  readonly steps: readonly ChainStep[];
  readonly predicates: readonly ChainPlugin[];
  /** What does not fit together; each names its key. Classes and their options are for those to check who know the plugins. */
  readonly problems: readonly ConfigProblem[];
}

const STEP_KEYS = new Set(['type', 'plugin.version', 'predicate', 'negate']);
const PREDICATE_KEYS = new Set(['type', 'plugin.version']);

/** Reads the keys of a chain. */
export function chainOf(config: ConnectorConfig): Chain {
  const problems: ConfigProblem[] = [];
  const predicates = named(config, 'predicates', PREDICATE_KEYS, problems);
  const known = new Set(predicates.map(({ name }) => name));
  const steps = named(config, 'transforms', STEP_KEYS, problems).map((plugin): ChainStep => {
    const predicate = config[`${plugin.prefix}predicate`]?.trim() || null;
    const negate = config[`${plugin.prefix}negate`]?.trim().toLowerCase() ?? 'false';
    if (predicate !== null && !known.has(predicate)) {
      const key = `${plugin.prefix}predicate`;
      problems.push({ key, message: `"${key}" names ${predicate}, which "predicates" does not list.` });
    }
    if (negate !== 'true' && negate !== 'false') {
      const key = `${plugin.prefix}negate`;
      problems.push({ key, message: `"${key}" must be true or false.` });
    }
    return { ...plugin, predicate, negate: negate === 'true' };
  });
  return { steps, predicates, problems };
}

function named(
  config: ConnectorConfig,
  list: 'transforms' | 'predicates',
  runtimeKeys: ReadonlySet<string>,
  problems: ConfigProblem[],
): readonly ChainPlugin[] {
  const names = (config[list] ?? '').split(',').flatMap((name) => name.trim() || []);
  if (new Set(names).size < names.length)
    problems.push({ key: list, message: `"${list}" names one of them twice.` });
  return [...new Set(names)].map((name) => {
    const prefix = `${list}.${name}.`;
    const path = `${prefix}type`;
    const className = config[path]?.trim() ?? '';
    const options = Object.entries(config).flatMap(([key, value]) => {
      const option = key.startsWith(prefix) ? key.slice(prefix.length) : '';
      return option === '' || runtimeKeys.has(option) ? [] : [[option, value] as const];
    });
    return {
      name,
      path,
      class: className,
      version: config[`${prefix}plugin.version`]?.trim() || undefined,
      versionPath: `${prefix}plugin.version`,
      prefix,
      options: Object.fromEntries(options),
    };
  });
}
