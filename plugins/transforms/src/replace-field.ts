import { type ConfigValue, defineConfig, type Schema, type SchemaField } from '@millrace/sdk';
import { checksPaths, type FieldPath, fieldSyntaxOption, nullOption, parseFieldPath } from './field-path.ts';
import { copyBasics, type FieldTree, fieldTree } from './field-tree.ts';
import {
  defineSided,
  type Fields,
  fieldsOrNull,
  perSchema,
  requireFields,
  requireStruct,
} from './record-side.ts';

/** `field:name`; V2 paths may hold colons. */
function parseRename(item: string, version: string): readonly [path: string, name: string] | null {
  const colon = version.toUpperCase() === 'V1' ? item.indexOf(':') : item.lastIndexOf(':');
  const [path, name] = [item.slice(0, colon), item.slice(colon + 1)];
  return colon <= 0 || name === '' || name.includes(':') ? null : [path, name];
}

function checkRenames(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  const version = String(all['field.syntax.version']);
  return checksPaths(
    (item) => parseRename(item, version)?.[0] ?? { problem: 'must hold pairs such as old:new' },
  )(value, all);
}

const list = (docs: string) =>
  ({
    type: 'list',
    default: [],
    importance: 'medium',
    docs,
    validate: Object.assign(checksPaths(), { allows: 'a list of fields' }),
  }) as const;

/** Kafka Connect's ReplaceField, for nested fields too. */
export const replaceField = defineSided({
  name: 'ReplaceField',
  docs: 'Drops, keeps or renames fields of the {side}.',
  config: defineConfig({
    exclude: list('Fields to drop; they are dropped also where include names them.'),
    include: list('Fields to keep; all others are dropped. Empty: all are kept.'),
    renames: {
      type: 'list',
      default: [],
      importance: 'medium',
      docs: 'old:new pairs. With V2 the new one is the last step alone, as in address.zip:postcode.',
      validate: Object.assign(checkRenames, { allows: 'old:new pairs' }),
    },
    'field.syntax.version': fieldSyntaxOption,
    'replace.null.with.default': nullOption,
  }),
  create: (config, side) => {
    const version = config['field.syntax.version'];
    const tree = (paths: readonly string[]) =>
      fieldTree(paths.map((path) => [parseFieldPath(path, version), true] as const));
    const rules: Rules = {
      exclude: tree(config.exclude),
      include: config.include.length === 0 ? null : tree(config.include),
      renames: fieldTree(
        config.renames.flatMap((item) => {
          const pair = parseRename(item, version);
          return pair ? [[parseFieldPath(pair[0], version), pair[1]] as const] : [];
        }),
      ),
      known: new Map(),
    };
    const plan = perSchema((schema) => planFields(schema, rules, config['replace.null.with.default']));
    return (record) => {
      const value = side.value(record);
      if (value === null || value === undefined) return record;
      const schema = side.schema(record);
      if (schema === undefined)
        return side.replace(record, pickFields(requireFields(side.transform, value), rules), undefined);
      const struct = requireStruct(side.transform, schema, value);
      const planned = plan(schema);
      return side.replace(record, planned.pick(struct), planned.schema);
    };
  },
});

/** Drops fields, for transforms that put them elsewhere. */
export class FieldRemoval {
  readonly #rules: Rules;
  readonly #plan: (schema: Schema) => Plan;

  constructor(paths: readonly FieldPath[], nullsToDefaults: boolean) {
    const exclude = fieldTree(paths.map((path) => [path, true] as const));
    this.#rules = { exclude, include: null, renames: null, known: new Map() };
    this.#plan = perSchema((schema) => planFields(schema, this.#rules, nullsToDefaults));
  }

  apply(
    schema: Schema | undefined,
    fields: Fields,
  ): { readonly schema: Schema | undefined; readonly fields: Fields } {
    if (schema === undefined) return { schema, fields: pickFields(fields, this.#rules) };
    const plan = this.#plan(schema);
    return { schema: plan.schema, fields: plan.pick(fields) };
  }
}

/** What holds for the fields of one struct; null for what says nothing about them. */
interface Rules {
  readonly exclude: FieldTree<true> | null;
  /** Null: all are kept. */
  readonly include: FieldTree<true> | null;
  readonly renames: FieldTree<string> | null;
  readonly known: Map<string, Rule | null>;
}

/** What becomes of a field: its new name, and the rules for what is in it, if there are any. */
interface Rule {
  readonly name: string;
  readonly inner: Rules | null;
}

/** How many names of fields are remembered with their rules: maps without a schema may have any number of them. */
const KNOWN_NAMES_MAX = 1_000;

/** As `ruleOf`, found once for each name. */
function knownRuleOf(name: string, rules: Rules): Rule | null {
  let rule = rules.known.get(name);
  if (rule === undefined) {
    rule = ruleOf(name, rules);
    if (rules.known.size < KNOWN_NAMES_MAX) rules.known.set(name, rule);
  }
  return rule;
}

/** Null where a field is dropped. */
function ruleOf(name: string, rules: Rules): Rule | null {
  const exclude = rules.exclude?.steps.get(name);
  const include = rules.include?.steps.get(name);
  const renames = rules.renames?.steps.get(name);
  if (exclude?.target || (rules.include && include === undefined)) return null;
  const inner: Rules = {
    exclude: exclude ?? null,
    include: include?.target ? null : (include ?? null),
    renames: renames ?? null,
    known: new Map(),
  };
  const deep = (tree: FieldTree<unknown> | null) => tree !== null && tree.steps.size > 0;
  const goesOn = deep(inner.exclude) || deep(inner.include) || deep(inner.renames);
  return { name: renames?.target ?? name, inner: goesOn ? inner : null };
}

function pickFields(fields: Fields, rules: Rules): Fields {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const rule = knownRuleOf(key, rules);
    if (rule === null) continue;
    const value = fields[key];
    const nested = rule.inner && fieldsOrNull(value);
    out[rule.name] = nested && rule.inner ? pickFields(nested, rule.inner) : value;
  }
  return out;
}

interface Plan {
  readonly schema: Schema;
  readonly pick: (struct: Fields) => Fields;
}

function planFields(schema: Schema, rules: Rules, nullsToDefaults: boolean, nested = false): Plan {
  const picks: { readonly from: string; readonly to: string; readonly pick: (value: unknown) => unknown }[] =
    [];
  const fields: SchemaField[] = [];
  for (const field of schema.fields ?? []) {
    const rule = ruleOf(field.field, rules);
    if (rule === null) continue;
    const inner =
      rule.inner && field.type === 'struct' ? planFields(field, rule.inner, nullsToDefaults, true) : null;
    const preset = nullsToDefaults ? (field.default ?? null) : null;
    fields.push({ ...(inner?.schema ?? field), field: rule.name });
    picks.push({
      from: field.field,
      to: rule.name,
      pick: (value) => {
        const given = value ?? preset;
        return inner && given !== null ? inner.pick(given as Fields) : given;
      },
    });
  }
  const pick = (struct: Fields): Fields => {
    const out: Record<string, unknown> = {};
    for (const one of picks) out[one.to] = one.pick(struct[one.from]);
    return out;
  };
  const preset = fieldsOrNull(schema.default);
  const kept = nested && schema.optional === true ? { optional: true } : {};
  return {
    schema: copyBasics(schema, { fields, ...kept, ...(nested && preset ? { default: pick(preset) } : {}) }),
    pick,
  };
}
