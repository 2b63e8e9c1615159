import type { ReplyBodyOf, validatePluginConfig } from '@millrace/rest-api/contract';

export type Config = Readonly<Record<string, string>>;
export type Validation = ReplyBodyOf<typeof validatePluginConfig>;
export type Entry = Validation['configs'][number];

/** A group of the form: what matters, and what is folded away. */
export interface FormGroup {
  readonly name: string;
  readonly shown: readonly Entry[];
  readonly folded: readonly Entry[];
  /** Keys that are wrong, and those that are needed and not there yet. */
  readonly wrong: number;
  readonly needed: number;
}

/** Keys that the wizard itself asks for, in other places than the form. */
const ELSEWHERE = new Set([
  'name',
  'connector.class',
  'connector.plugin.version',
  'transforms',
  'predicates',
]);
/** Groups of the worker come behind those of the plugin. */
const LAST = ['Common', 'Error Handling', 'Exactly Once Support', 'Topic Creation'];
const SHAPE = /^(?:Transforms|Predicates)(?:: |$)/;

/** Groups of the form in their order: the plugin's own first. What a person set, must set, or should see is not folded. */
export function formGroups(validation: Validation, config: Config): readonly FormGroup[] {
  const names = [...new Set([...validation.groups, ...validation.configs.map(groupOf)])].filter(
    (name) => !SHAPE.test(name),
  );
  const rank = (name: string) => LAST.indexOf(name);
  return names
    .toSorted((a, b) => rank(a) - rank(b))
    .map((name) => groupNamed(name, validation, config))
    .filter(({ shown, folded }) => shown.length + folded.length > 0);
}

function groupNamed(name: string, validation: Validation, config: Config): FormGroup {
  const entries = validation.configs
    .filter(
      (entry) => groupOf(entry) === name && entry.value.visible && !ELSEWHERE.has(entry.definition.name),
    )
    .toSorted((a, b) => a.definition.order_in_group - b.definition.order_in_group);
  const own = !LAST.includes(name);
  const matters = ({ definition, value }: Entry) =>
    definition.required ||
    (definition.importance === 'HIGH' && own) ||
    config[definition.name] !== undefined ||
    value.errors.length > 0;
  return {
    name,
    shown: entries.filter(matters),
    folded: entries.filter((entry) => !matters(entry)),
    wrong: entries.filter((entry) => entry.value.errors.length > 0 && !isNeeded(entry, config)).length,
    needed: entries.filter((entry) => isNeeded(entry, config)).length,
  };
}

function groupOf({ definition }: Entry): string {
  return definition.group ?? 'Other';
}

export interface Problem {
  readonly key: string;
  readonly message: string;
}

/** Problems by key, in the order of the form: what is wrong, and what is only not there yet. */
export function problemsOf(
  validation: Validation,
  config: Config,
): { readonly wrong: readonly Problem[]; readonly needed: readonly Problem[] } {
  const problems = (entries: readonly Entry[]) =>
    entries.flatMap(({ definition, value }) =>
      value.errors.map((message) => ({ key: definition.name, message })),
    );
  return {
    wrong: problems(validation.configs.filter((entry) => !isNeeded(entry, config))),
    needed: problems(validation.configs.filter((entry) => isNeeded(entry, config))),
  };
}

/** Whether nothing is wrong with a key but that its value was not given yet. */
export function isNeeded({ definition, value }: Entry, config: Config): boolean {
  return definition.required && value.errors.length > 0 && (config[definition.name] ?? '') === '';
}

/** A config with one key set; an empty value takes the key away. */
export function withKey(config: Config, key: string, value: string): Config {
  if (value !== '') return { ...config, [key]: value };
  const { [key]: _, ...rest } = config;
  return rest;
}

/** Names of a list, such as the transforms. */
export function listOf(config: Config, key: string): readonly string[] {
  return (config[key] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** The config without a transform and all of its keys. */
export function withoutStep(config: Config, list: 'transforms' | 'predicates', name: string): Config {
  const kept = Object.entries(config).filter(([key]) => !key.startsWith(`${list}.${name}.`));
  const names = listOf(config, list).filter((one) => one !== name);
  return withKey(Object.fromEntries(kept), list, names.join(','));
}

/** The config with a step moved by so many places. */
export function withStepMoved(config: Config, name: string, by: -1 | 1): Config {
  const names = [...listOf(config, 'transforms')];
  const at = names.indexOf(name);
  const other = names[at + by];
  if (at === -1 || other === undefined) return config;
  names[at + by] = name;
  names[at] = other;
  return withKey(config, 'transforms', names.join(','));
}

/** JSON text of a config, and a config of JSON text: a text where it is none, in a sentence. */
export function parsedConfig(text: string): { readonly config: Config } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'This is no JSON.' };
  }
  // What was copied from the REST API has the config one level down.
  const inner = value !== null && typeof value === 'object' && 'config' in value ? value.config : value;
  if (inner === null || typeof inner !== 'object' || Array.isArray(inner))
    return { problem: 'A config is an object of keys and texts.' };
  const config: Record<string, string> = {};
  for (const [key, one] of Object.entries(inner)) {
    if (one !== null && typeof one === 'object') return { problem: `${key} is no text, number or boolean.` };
    if (one !== null) config[key] = String(one);
  }
  return { config };
}
