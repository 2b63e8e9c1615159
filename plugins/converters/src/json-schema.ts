import { kindOf, Misfit, type Schema, type SchemaField, type SchemaType, under } from '@millrace/sdk';
import { compileDecoder, type DecodeOptions } from './json-decoder.ts';
import { compileEncoder, type EncodeOptions } from './json-encoder.ts';

const TYPES: ReadonlySet<string> = new Set<SchemaType>([
  'int8',
  'int16',
  'int32',
  'int64',
  'float',
  'double',
  'boolean',
  'string',
  'bytes',
  'array',
  'map',
  'struct',
]);

/**
 * A schema as JsonConverter's envelope carries it, members in Kafka's order.
 * @throws {Misfit} when it lacks a part, or its default is not of its type
 */
export function schemaToJson(schema: Schema | undefined, options: EncodeOptions): string {
  return schema === undefined ? 'null' : `{${members(schema, options).join(',')}}`;
}

function members(schema: Schema, options: EncodeOptions): string[] {
  const out = [`"type":${JSON.stringify(schema.type)}`];
  if (schema.type === 'array') out.push(`"items":${schemaToJson(schema.items, options)}`);
  if (schema.type === 'map') {
    out.push(
      `"keys":${schemaToJson(schema.keys, options)}`,
      `"values":${schemaToJson(schema.values, options)}`,
    );
  }
  if (schema.type === 'struct') {
    const fields = (schema.fields ?? []).map((field) => {
      return `{${[...members(field, options), `"field":${JSON.stringify(field.field)}`].join(',')}}`;
    });
    out.push(`"fields":[${fields.join(',')}]`);
  }
  out.push(`"optional":${schema.optional === true}`);
  for (const name of ['name', 'version', 'doc', 'parameters'] as const) {
    if (schema[name] !== undefined) out.push(`"${name}":${JSON.stringify(schema[name])}`);
  }
  if (schema.default !== undefined && schema.default !== null) {
    out.push(`"default":${compileEncoder(schema, options)(schema.default)}`);
  }
  return out;
}

type Node = Readonly<Record<string, unknown>>;

/**
 * The inverse: checks a parsed schema and makes its default a Connect value. Null is no schema.
 * @throws {Misfit} with the pointer of the part at fault
 */
export function schemaFromJson(node: unknown, options: DecodeOptions): Schema | undefined {
  if (node === null) return undefined;
  if (typeof node !== 'object' || Array.isArray(node))
    throw new Misfit(`is a schema that is ${kindOf(node)}`);
  const { type, items, keys, values, fields } = node as Node;
  if (typeof type !== 'string') throw new Misfit('is a schema without a "type"');
  if (!TYPES.has(type)) throw new Misfit(`is a schema of the unknown type "${type.slice(0, 40)}"`);
  const schema: Schema = {
    type: type as SchemaType,
    ...(type === 'array' ? { items: part(items, 'items', options) } : {}),
    ...(type === 'map' ? { keys: part(keys, 'keys', options), values: part(values, 'values', options) } : {}),
    ...(type === 'struct' ? { fields: fieldsFromJson(fields, options) } : {}),
    ...attributes(node as Node),
  };
  const preset = (node as Node).default;
  if (preset === undefined || preset === null) return schema;
  return { ...schema, default: compileDecoder(schema, options)(preset) };
}

function part(node: unknown, name: string, options: DecodeOptions): Schema {
  try {
    const schema = schemaFromJson(node ?? null, options);
    if (schema === undefined) throw new Misfit('is missing from its schema');
    return schema;
  } catch (error) {
    throw under(name, error);
  }
}

function fieldsFromJson(nodes: unknown, options: DecodeOptions): SchemaField[] {
  if (!Array.isArray(nodes)) throw new Misfit('is a struct schema without an array of "fields"');
  return nodes.map((node, index) => {
    const schema = part(node, `fields/${index}`, options);
    const { field } = node as { field?: unknown };
    if (typeof field !== 'string') throw new Misfit('is a field without a name').under(index).under('fields');
    return { ...schema, field };
  });
}

// Members of another type than they should have are passed over, as Kafka's reader does, but for parameters.
function attributes(node: Node): Pick<Schema, 'optional' | 'name' | 'version' | 'doc' | 'parameters'> {
  const { optional, name, version, doc, parameters } = node;
  return {
    optional: optional === true,
    ...(typeof name === 'string' ? { name } : {}),
    ...(Number.isInteger(version) ? { version: version as number } : {}),
    ...(typeof doc === 'string' ? { doc } : {}),
    ...(typeof parameters === 'object' && parameters !== null ? { parameters: texts(parameters) } : {}),
  };
}

function texts(parameters: object): Readonly<Record<string, string>> {
  const odd = Object.entries(parameters).find(([, value]) => typeof value !== 'string');
  if (odd) throw new Misfit('is a schema parameter that is no string').under(odd[0]).under('parameters');
  return parameters as Readonly<Record<string, string>>;
}
