import { ZERO_UUID } from '@millrace/foundation/types';
import type { DefaultValue, Field, Fields, FieldType, PrimitiveType, Structure } from './schema.ts';
import { covers, hull, intersect, isEmpty, parseVersions, type VersionRange } from './versions.ts';

/** A message with every version range worked out and every type named: what the generator writes from. */
export interface ResolvedMessage {
  readonly name: string;
  readonly range: VersionRange;
  readonly flexible: VersionRange;
  readonly root: ResolvedStructure;
  /** Every structure once, inner ones first; the root is last. */
  readonly structures: readonly ResolvedStructure[];
}

export interface ResolvedStructure {
  /** Unique in the whole protocol. */
  readonly typeName: string;
  /** Versions in which it can occur. */
  readonly range: VersionRange;
  readonly fields: readonly ResolvedField[];
}

export type ResolvedType =
  | { readonly kind: 'primitive'; readonly primitive: PrimitiveType }
  | { readonly kind: 'structure'; readonly structure: ResolvedStructure }
  | { readonly kind: 'array'; readonly element: Exclude<ResolvedType, { kind: 'array' }> };

export interface ResolvedField {
  readonly name: string;
  readonly type: ResolvedType;
  /** Versions that carry it, within those of the structure. */
  readonly range: VersionRange;
  /** Versions in which it may be null, within `range`. */
  readonly nullable: VersionRange;
  /** Versions in which it has compact form, within `range`. */
  readonly flexible: VersionRange;
  readonly tag: number | null;
  readonly ignorable: boolean;
  /** Whether the schema states the default. */
  readonly hasDefault: boolean;
  /** The default of a primitive; null where that is the default; undefined for empty arrays and structures. */
  readonly default: DefaultValue | undefined;
}

interface MessageParts {
  readonly name: string;
  readonly versions: string;
  readonly flexible: string;
  readonly fields: Fields;
}

/**
 * Works out a message.
 * @throws {TypeError} where the schema contradicts itself
 */
export function resolveMessage(parts: MessageParts): ResolvedMessage {
  const range = parseVersions(parts.versions);
  const flexible = intersect(parseVersions(parts.flexible), range);
  const resolver = new Resolver(parts.name, flexible);
  const root = resolver.resolve(parts.fields, parts.name, range);
  return { name: parts.name, range, flexible, root, structures: resolver.structures };
}

class Resolver {
  readonly structures: ResolvedStructure[] = [];
  readonly #message: string;
  readonly #flexible: VersionRange;
  readonly #ranges = new Map<Structure, VersionRange>();
  readonly #resolved = new Map<Structure, ResolvedStructure>();

  constructor(message: string, flexible: VersionRange) {
    this.#message = message;
    this.#flexible = flexible;
  }

  resolve(fields: Fields, typeName: string, range: VersionRange): ResolvedStructure {
    this.#collectRanges(fields, range);
    return this.#structure(fields, typeName, range);
  }

  /** A structure that several fields share can occur in the versions of all of them. */
  #collectRanges(fields: Fields, around: VersionRange): void {
    for (const field of Object.values(fields)) {
      const inner = structureOf(field.type);
      if (!inner) continue;
      const range = fieldRange(field, around);
      const before = this.#ranges.get(inner);
      const merged = before ? hull(before, range) : range;
      this.#ranges.set(inner, merged);
      this.#collectRanges(inner.fields, merged);
    }
  }

  #structure(fields: Fields, typeName: string, range: VersionRange): ResolvedStructure {
    const made = {
      typeName,
      range,
      fields: Object.entries(fields).map(([name, field]) => this.#field(name, field, typeName, range)),
    };
    const tags = made.fields.filter((field) => field.tag !== null).map((field) => field.tag);
    if (new Set(tags).size !== tags.length) throw new TypeError(`${typeName} gives a tag twice`);
    if (this.structures.some((other) => other.typeName === typeName)) {
      throw new TypeError(`${this.#message} has two structures called ${typeName}`);
    }
    this.structures.push(made);
    return made;
  }

  #field(name: string, field: Field, owner: string, around: VersionRange): ResolvedField {
    const where = `${owner}.${name}`;
    const stated = field.versions === undefined ? around : parseVersions(field.versions);
    if (!covers(around, { min: stated.min, max: Math.min(stated.max, around.max) })) {
      throw new TypeError(`${where} has versions that ${owner} lacks`);
    }
    const range = fieldRange(field, around);
    if (isEmpty(range)) throw new TypeError(`${where} is in no version`);
    const tagged = field.tag !== undefined;
    if (tagged && !covers(this.#flexible, range))
      throw new TypeError(`${where} is tagged in a version without tags`);
    const nullable = intersect(parseVersions(field.nullable ?? 'none'), range);
    if (field.default === null && isEmpty(nullable))
      throw new TypeError(`${where} is null by default but not nullable`);
    const flexible = field.flexible === 'none' ? parseVersions('none') : intersect(this.#flexible, range);
    const type = this.#type(field.type);
    return {
      name,
      type,
      range,
      nullable,
      flexible,
      tag: field.tag ?? null,
      ignorable: field.ignorable ?? false,
      hasDefault: field.default !== undefined,
      default: field.default === undefined ? implicitDefault(type) : field.default,
    };
  }

  #type(type: FieldType): ResolvedType {
    if (typeof type === 'string') return { kind: 'primitive', primitive: type };
    if (type.kind === 'structure') return { kind: 'structure', structure: this.#shared(type) };
    const { element } = type;
    if (typeof element === 'string')
      return { kind: 'array', element: { kind: 'primitive', primitive: element } };
    return { kind: 'array', element: { kind: 'structure', structure: this.#shared(element) } };
  }

  #shared(structure: Structure): ResolvedStructure {
    const known = this.#resolved.get(structure);
    if (known) return known;
    const range = this.#ranges.get(structure);
    if (!range) throw new TypeError(`${structure.name} has no versions`);
    const made = this.#structure(structure.fields, this.#message + structure.name, range);
    this.#resolved.set(structure, made);
    return made;
  }
}

function fieldRange(field: Field, around: VersionRange): VersionRange {
  return field.versions === undefined ? around : intersect(parseVersions(field.versions), around);
}

function structureOf(type: FieldType): Structure | null {
  if (typeof type === 'string') return null;
  if (type.kind === 'structure') return type;
  return typeof type.element === 'string' ? null : type.element;
}

function implicitDefault(type: ResolvedType): DefaultValue | undefined {
  if (type.kind !== 'primitive') return undefined;
  switch (type.primitive) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'uuid':
      return ZERO_UUID;
    case 'bytes':
    case 'records':
      return undefined;
    default:
      return 0;
  }
}
