import { Misfit } from '@millrace/sdk';

/** An Avro schema as its JSON says it. */
export type AvroJson = string | readonly AvroJson[] | AvroObject;

export interface AvroObject {
  readonly type: AvroJson;
  readonly [property: string]: unknown;
}

export interface AvroField {
  readonly name: string;
  readonly node: AvroNode;
  readonly doc?: string | undefined;
  /** As Avro's JSON says it; undefined: a writer must not leave it out. */
  readonly default: unknown;
}

/** An Avro schema with its names resolved: one object for each named type, wherever it is named. */
export interface AvroNode {
  readonly kind:
    | 'null'
    | 'boolean'
    | 'int'
    | 'long'
    | 'float'
    | 'double'
    | 'bytes'
    | 'string'
    | 'record'
    | 'enum'
    | 'array'
    | 'map'
    | 'fixed'
    | 'union';
  /** Of records, enums and fixed: with the namespace. */
  readonly name?: string;
  /** What stands in the schema besides, such as `logicalType` and `connect.name`. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Filled once all is read, as a record may hold itself. */
  readonly fields: AvroField[];
  readonly branches: readonly AvroNode[];
  readonly items?: AvroNode;
  readonly symbols: readonly string[];
}

const PRIMITIVES: ReadonlySet<string> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);
/** Levels of nesting that a schema may have. */
const DEPTH_MAX = 100;

/** How a union names its branch. */
export const branchName = (node: AvroNode): string => node.name ?? node.kind;

/** @throws {Misfit} where it is no Avro schema */
export function avroNode(json: AvroJson): AvroNode {
  return read(json, '', new Map(), 0);
}

function read(json: unknown, namespace: string, names: Map<string, AvroNode>, depth: number): AvroNode {
  if (depth > DEPTH_MAX) throw new Misfit(`is nested deeper than ${DEPTH_MAX} levels`);
  if (typeof json === 'string') return named(json, namespace, names);
  if (Array.isArray(json))
    return { ...leaf('union', {}), branches: json.map((one) => read(one, namespace, names, depth + 1)) };
  if (typeof json !== 'object' || json === null) throw new Misfit('is no Avro schema');
  const object = json as AvroObject;
  if (typeof object.type !== 'string') return read(object.type, namespace, names, depth + 1);
  switch (object.type) {
    case 'record':
    case 'error':
      return record(object, namespace, names, depth);
    case 'enum':
      return define(
        { ...leaf('enum', object), symbols: (object.symbols as string[]) ?? [] },
        namespace,
        names,
      );
    case 'fixed':
      return define(leaf('fixed', object), namespace, names);
    case 'array':
      return { ...leaf('array', object), items: read(object.items, namespace, names, depth + 1) };
    case 'map':
      return { ...leaf('map', object), items: read(object.values, namespace, names, depth + 1) };
    default:
      return PRIMITIVES.has(object.type)
        ? leaf(object.type as AvroNode['kind'], object)
        : named(object.type, namespace, names);
  }
}

const leaf = (kind: AvroNode['kind'], properties: Readonly<Record<string, unknown>>): AvroNode => ({
  kind,
  properties,
  fields: [],
  branches: [],
  symbols: [],
});

function named(name: string, namespace: string, names: ReadonlyMap<string, AvroNode>): AvroNode {
  if (PRIMITIVES.has(name)) return leaf(name as AvroNode['kind'], {});
  const found =
    names.get(name.includes('.') || namespace === '' ? name : `${namespace}.${name}`) ?? names.get(name);
  if (found === undefined) throw new Misfit(`names the type "${name.slice(0, 80)}", which is not defined`);
  return found;
}

function fullName({ name, namespace }: Readonly<Record<string, unknown>>, outer: string): string {
  const text = String(name);
  const space = typeof namespace === 'string' ? namespace : outer;
  return text.includes('.') || space === '' ? text : `${space}.${text}`;
}

function define(node: AvroNode, namespace: string, names: Map<string, AvroNode>): AvroNode {
  const name = fullName(node.properties, namespace);
  const defined = { ...node, name };
  names.set(name, defined);
  return defined;
}

function record(
  object: AvroObject,
  namespace: string,
  names: Map<string, AvroNode>,
  depth: number,
): AvroNode {
  const node = define(leaf('record', object), namespace, names);
  const inner = (node.name ?? '').split('.').slice(0, -1).join('.');
  for (const field of (object.fields as readonly AvroObject[]) ?? []) {
    node.fields.push({
      name: String(field.name),
      node: read(field.type, inner, names, depth + 1),
      doc: typeof field.doc === 'string' ? field.doc : undefined,
      default: field.default,
    });
  }
  return node;
}
