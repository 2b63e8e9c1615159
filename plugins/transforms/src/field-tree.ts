import type { Schema, SchemaField } from '@millrace/sdk';
import { wrongShape } from './failures.ts';
import type { FieldPath } from './field-path.ts';
import { type Fields, fieldOf, fieldsOrNull } from './record-side.ts';

/** Several paths as one tree, so that a record is walked once. A node with a target is the end of a path. */
export interface FieldTree<T> {
  readonly target: T | undefined;
  readonly steps: ReadonlyMap<string, FieldTree<T>>;
}

interface Node<T> {
  target: T | undefined;
  readonly steps: Map<string, Node<T>>;
}

/** The last one holds where a path is there twice. */
export function fieldTree<T>(paths: Iterable<readonly [FieldPath, T]>): FieldTree<T> {
  const root: Node<T> = { target: undefined, steps: new Map() };
  for (const [path, target] of paths) {
    let node = root;
    for (const step of path) {
      let next = node.steps.get(step);
      if (next === undefined) {
        next = { target: undefined, steps: new Map() };
        node.steps.set(step, next);
      }
      node = next;
    }
    node.target = target;
  }
  return root;
}

/** Makes a new value of an old one. */
export type Change = (value: unknown) => unknown;

/** What becomes of a field that a path leads to. */
export interface FieldChange {
  readonly schema: Schema;
  readonly change: Change;
}

/** A struct's new schema, and what makes its new value. */
export interface StructPlan {
  readonly schema: Schema;
  readonly change: (struct: Fields) => Fields;
}

/**
 * Plans the change of the fields that a tree names, with everything else as it is. Fields that are not there are passed over.
 * With `nullsToDefaults`, nulls become defaults in each struct that is rebuilt.
 */
export function planStruct<T>(
  schema: Schema,
  tree: FieldTree<T>,
  changeOf: (field: SchemaField, target: T) => FieldChange,
  nullsToDefaults: boolean,
): StructPlan {
  const changes: [name: string, change: Change][] = [];
  const fields = (schema.fields ?? []).map((field): SchemaField => {
    const node = tree.steps.get(field.field);
    const planned = node && planField(field, node, changeOf, nullsToDefaults);
    const preset = nullsToDefaults ? (field.default ?? null) : null;
    const change = planned?.change ?? ((value: unknown) => value);
    if (preset !== null) changes.push([field.field, (value) => change(value ?? preset)]);
    else if (planned) changes.push([field.field, change]);
    return planned ? { ...planned.schema, field: field.field } : field;
  });
  const change = (struct: Fields): Fields => {
    const out: Record<string, unknown> = { ...struct };
    for (const [name, changed] of changes) out[name] = changed(struct[name] ?? null);
    return out;
  };
  const preset = fieldsOrNull(schema.default);
  return { schema: { ...schema, fields, ...(preset ? { default: change(preset) } : {}) }, change };
}

function planField<T>(
  field: SchemaField,
  node: FieldTree<T>,
  changeOf: (field: SchemaField, target: T) => FieldChange,
  nullsToDefaults: boolean,
): FieldChange | undefined {
  if (node.target !== undefined) return changeOf(field, node.target);
  if (field.type !== 'struct') return undefined;
  const nested = planStruct(field, node, changeOf, nullsToDefaults);
  return {
    schema: nested.schema,
    change: (value) => (value === null || value === undefined ? null : nested.change(value as Fields)),
  };
}

/**
 * Changes the fields that a tree names in a map without a schema. As in Kafka's transforms a field that is not there is taken
 * for null, and so comes to be; the maps on the way to it don't.
 */
export function changeFields<T>(
  fields: Fields,
  tree: FieldTree<T>,
  change: (value: unknown, target: T) => unknown,
): Fields {
  const out: Record<string, unknown> = { ...fields };
  for (const [name, node] of tree.steps) {
    const value = fieldOf(fields, name);
    if (node.target !== undefined) out[name] = change(value, node.target);
    else {
      const nested = fieldsOrNull(value);
      if (nested) out[name] = changeFields(nested, node, change);
    }
  }
  return out;
}

/** The schema of a field; undefined where there is none. */
export function schemaAt(schema: Schema, path: FieldPath): SchemaField | undefined {
  let current: Schema | undefined = schema;
  for (const step of path) current = current?.fields?.find(({ field }) => field === step);
  return current as SchemaField | undefined;
}

/**
 * The value of a field; null where it or a map or struct on the way to it is missing.
 * @throws {MillraceError} class poison where something else is on the way
 */
export function valueAt(fields: Fields | null, path: FieldPath): unknown {
  let current: unknown = fields;
  for (const step of path) {
    if (current === null) return null;
    const at = fieldsOrNull(current);
    if (at === null) throw wrongShape('The transform', `fields on the way to "${path.join('.')}"`, current);
    current = fieldOf(at, step);
  }
  return current;
}

/** A schema as Kafka's transforms copy it: without being optional and without a default. */
export function copyBasics(schema: Schema, more: Partial<Schema>): Schema {
  const { optional: _optional, default: _default, ...basics } = schema;
  return { ...basics, ...more };
}
