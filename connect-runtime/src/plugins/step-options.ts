import {
  type ConfigDef,
  type ConfigProblem,
  type ConfigValue,
  isMillraceError,
  parseConfig,
} from '@millrace/foundation';
import type { AnyPlugin } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import { type ChainPlugin, chainOf } from './chain-config.ts';
import { CONVERTERS } from './connector-config.ts';
import type { PluginDirectory, PluginQuestion, StepType } from './plugin-directory.ts';

/** Options of one part of a connector: its own, or those of a transform, predicate or converter under their prefix. */
export interface OptionSection {
  readonly prefix: string;
  readonly definition: ConfigDef;
  /** As they were written, without the prefix. */
  readonly raw: ConnectorConfig;
  readonly values: Readonly<Record<string, ConfigValue>>;
  /** Keys with the prefix. */
  readonly problems: readonly ConfigProblem[];
}

/** What loads a plugin that was asked for; in a task host. */
export interface StepFinder {
  find(
    type: StepType,
    installed: PluginDirectory,
    question: Omit<PluginQuestion, 'types'>,
  ): Promise<AnyPlugin>;
}

export interface StepCheck {
  readonly config: ConnectorConfig;
  readonly installed: PluginDirectory;
  readonly loader: StepFinder;
  /** Whether code that stands in a config may run. */
  readonly inlineAllowed: boolean;
}

interface Step extends Pick<ChainPlugin, 'name' | 'path' | 'class' | 'version' | 'versionPath' | 'prefix'> {
  readonly type: StepType;
  /** Keys that every step of this kind has, without the prefix. */
  readonly shared: ConfigDef;
  readonly group: string | null;
}

/**
 * The options of the transforms, predicates and converters that a connector names, each by the definition of the plugin version that it
 * asks for: as Kafka Connect's validation shows them, under `transforms.NAME.` and so on. Beyond the definitions, transforms and predicates
 * are made once and thrown away, so that what only they can know (an expression, a function) is found before anything runs.
 */
export async function stepOptions(check: StepCheck): Promise<readonly OptionSection[]> {
  const { config } = check;
  const chain = chainOf(config);
  const steps = [
    ...chain.steps.map((step) => chainStep('transform', step)),
    ...chain.predicates.map((predicate) => chainStep('predicate', predicate)),
    ...CONVERTERS.filter((key) => config[key]?.trim()).map((key) => converterStep(key, config)),
  ];
  return Promise.all(steps.map((step) => sectionOf(step, check)));
}

function chainStep(type: 'transform' | 'predicate', plugin: ChainPlugin): Step {
  const word = type === 'transform' ? 'Transformation' : 'Predicate';
  const group = `${type === 'transform' ? 'Transforms' : 'Predicates'}: ${plugin.name}`;
  const typeKey: ConfigDef[string] = {
    type: 'class',
    importance: 'high',
    group,
    width: 'long',
    displayName: `${word} type for ${plugin.name}`,
    docs: `Class for the '${plugin.name}' ${word.toLowerCase()}.`,
  };
  const guards = type === 'transform' ? guardKeys(group) : {};
  return { ...plugin, type, group, shared: { type: typeKey, ...versionKey(group), ...guards } };
}

/** Whether a predicate guards a transform (KIP-585). What is wrong with them is said where the chain is read. */
function guardKeys(group: string): ConfigDef {
  return {
    predicate: {
      ...{ type: 'string', default: null, importance: 'medium', group },
      docs: 'The name of the predicate that says to which records this transform applies; all of them where it is not given.',
    },
    negate: {
      ...{ type: 'string', default: 'false', importance: 'medium', group, recommend: ['true', 'false'] },
      docs: 'Whether the transform applies where the predicate does not hold.',
    },
  };
}

function converterStep(key: string, config: ConnectorConfig): Step {
  const versionPath = `${key}.plugin.version`;
  return {
    ...{ type: 'converter', name: key, path: key, class: config[key]?.trim() ?? '', prefix: `${key}.` },
    ...{ version: config[versionPath], versionPath, group: null, shared: versionKey(null) },
  };
}

function versionKey(group: string | null): ConfigDef {
  return {
    'plugin.version': {
      type: 'string',
      default: null,
      importance: 'medium',
      docs: "The version to use, or a range in Maven's syntax such as [1.0,2.0); the newest that is installed where it is not given.",
      ...(group === null ? {} : { group }),
    },
  };
}

async function sectionOf(step: Step, check: StepCheck): Promise<OptionSection> {
  const raw = optionsUnder(step.prefix, check.config);
  const { values } = parseConfig(step.shared, raw);
  const bare = { prefix: step.prefix, definition: step.shared, raw, values, problems: [] };
  if (step.class === '') {
    const message = `"${step.path}" is required and has no value.`;
    return { ...bare, problems: [{ key: step.path, message }] };
  }
  try {
    return await knownSection(step, raw, check);
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    const { path = step.path, hint } = error.details;
    return { ...bare, problems: [{ key: path, message: hint ? `${error.message} ${hint}` : error.message }] };
  }
}

/** @throws {MillraceError} where there is no such plugin, or it can't be loaded */
async function knownSection(step: Step, raw: ConnectorConfig, check: StepCheck): Promise<OptionSection> {
  const plugin = await check.loader.find(step.type, check.installed, step);
  const own: ConfigDef = plugin.config;
  const grouped = Object.entries(own).map(([key, entry]) => [
    key,
    step.group === null ? entry : { ...entry, group: step.group },
  ]);
  const definition: ConfigDef = { ...step.shared, ...Object.fromEntries(grouped) };
  const { values, problems } = parseConfig(definition, raw);
  const found = problems.length > 0 ? problems : await madeProblems(plugin, raw, step, check);
  return {
    ...{ prefix: step.prefix, definition, raw, values },
    problems: found.map(({ key, message }) => ({
      key: `${step.prefix}${key}`,
      message: message.replace(`"${key}"`, `"${step.prefix}${key}"`),
    })),
  };
}

/** What a transform or a predicate says when it is made of these options. */
async function madeProblems(
  plugin: AnyPlugin,
  raw: ConnectorConfig,
  step: Step,
  { config: { name: connector = '' }, inlineAllowed }: StepCheck,
): Promise<readonly ConfigProblem[]> {
  try {
    const config = parseConfig(plugin.config, raw).values;
    if (plugin.type === 'predicate') plugin.create(config);
    if (plugin.type === 'transform')
      await (await plugin.create(config, { connector, name: step.name, inlineAllowed })).close?.();
    return [];
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return [{ key: error.details.path ?? 'type', message: error.message }];
  }
}

function optionsUnder(prefix: string, config: ConnectorConfig): ConnectorConfig {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}
