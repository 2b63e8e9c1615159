/**
 * Holds every schema of ours against Kafka's own definition of the message, as data: for each version what is on the
 * wire, in which order and form, and for each field its default and whether it may be dropped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ZERO_UUID } from '@millrace/foundation/types';
import { describe, expect, test } from 'vitest';
import { loadSchemas } from '../generator/load-schemas.ts';
import { INT64_MAX } from '../src/codec/int64.ts';
import { type ResolvedMessage, type ResolvedStructure, resolveMessage } from '../src/schema/resolve.ts';
import type { Schema } from '../src/schema/schema.ts';
import { contains, parseVersions, type VersionRange } from '../src/schema/versions.ts';

interface KafkaField {
  name: string;
  type: string;
  versions?: string;
  nullableVersions?: string;
  taggedVersions?: string;
  flexibleVersions?: string;
  tag?: number;
  default?: string | number;
  ignorable?: boolean;
  fields?: KafkaField[];
}

interface KafkaMessage {
  name: string;
  apiKey?: number;
  listeners?: string[];
  validVersions: string;
  flexibleVersions: string;
  latestVersionUnstable?: boolean;
  fields: KafkaField[];
  commonStructs?: KafkaField[];
}

/** One field in one version. */
interface Slot {
  path: string;
  type: string;
  nullable: boolean;
  compact: boolean;
  tag: number | null;
}

/** What holds for a field in all versions. */
interface Trait {
  path: string;
  ignorable: boolean;
  hasDefault: boolean;
  default: unknown;
}

const ROOT = new URL('../../../shared/protocol/', import.meta.url);
const FOLDERS = [
  'messages',
  'internal/group-coordinator',
  'internal/metadata',
  'internal/raft',
  'internal/share-coordinator',
  'internal/transaction-coordinator',
];
const available = existsSync(ROOT);
if (!available)
  console.warn("skipped: Kafka's message definitions are not beside the repository (../shared/protocol)");

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

function kafkaMessage(name: string): KafkaMessage {
  for (const folder of FOLDERS) {
    const names = readdirSync(new URL(`${folder}/`, ROOT));
    if (!names.includes(`${name}.json`)) continue;
    return JSON.parse(readFileSync(new URL(`${folder}/${name}.json`, ROOT), 'utf8').replace(COMMENTS, ''));
  }
  throw new Error(`Kafka has no message ${name}`);
}

const versionsOf = (range: VersionRange) =>
  Array.from({ length: range.max - range.min + 1 }, (_, index) => range.min + index);

/** A request says for its response too that the last version is still in the making. */
function stableRange(message: KafkaMessage): VersionRange {
  const { min, max } = parseVersions(message.validVersions);
  const unstable = message.name.endsWith('Response')
    ? kafkaMessage(message.name.replace(/Response$/, 'Request')).latestVersionUnstable
    : message.latestVersionUnstable;
  return { min, max: unstable ? max - 1 : max };
}

const PRIMITIVES = new Set(
  'bool int8 int16 uint16 int32 uint32 int64 float64 string uuid bytes records'.split(' '),
);
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

function kafkaInner(message: KafkaMessage, field: KafkaField): KafkaField[] | null {
  const base = field.type.replace('[]', '');
  if (PRIMITIVES.has(base)) return null;
  return field.fields ?? message.commonStructs?.find((common) => common.name === base)?.fields ?? [];
}

function kafkaType(field: KafkaField): string {
  const base = field.type.replace('[]', '');
  return field.type.startsWith('[]')
    ? `[]${PRIMITIVES.has(base) ? base : 'structure'}`
    : PRIMITIVES.has(base)
      ? base
      : 'structure';
}

/** Of some fields Kafka says only in which versions they are tagged. */
function versionsOfField(field: KafkaField): string {
  return field.versions ?? field.taggedVersions ?? 'none';
}

function kafkaSlots(message: KafkaMessage, fields: KafkaField[], version: number, prefix = ''): Slot[] {
  const messageFlexible = parseVersions(message.flexibleVersions);
  return fields
    .filter((field) => contains(parseVersions(versionsOfField(field)), version))
    .flatMap((field) => {
      const path = prefix + lowerFirst(field.name);
      const flexible = field.flexibleVersions ? parseVersions(field.flexibleVersions) : messageFlexible;
      const slot: Slot = {
        path,
        type: kafkaType(field),
        nullable: contains(parseVersions(field.nullableVersions ?? 'none'), version),
        compact: contains(flexible, version),
        tag: contains(parseVersions(field.taggedVersions ?? 'none'), version) ? (field.tag ?? null) : null,
      };
      const inner = kafkaInner(message, field);
      return inner ? [slot, ...kafkaSlots(message, inner, version, `${path}.`)] : [slot];
    });
}

function kafkaTraits(message: KafkaMessage, fields: KafkaField[], range: VersionRange, prefix = ''): Trait[] {
  return fields.flatMap((field) => {
    const own = parseVersions(versionsOfField(field));
    const within = { min: Math.max(own.min, range.min), max: Math.min(own.max, range.max) };
    if (within.min > within.max) return [];
    const path = prefix + lowerFirst(field.name);
    const trait: Trait = {
      path,
      ignorable: field.ignorable ?? false,
      hasDefault: field.default !== undefined,
      default: kafkaDefault(field),
    };
    const inner = kafkaInner(message, field);
    return inner ? [trait, ...kafkaTraits(message, inner, within, `${path}.`)] : [trait];
  });
}

function kafkaDefault(field: KafkaField): unknown {
  const text = field.default === undefined ? undefined : String(field.default);
  if (text === 'null' && field.nullableVersions) return null;
  switch (kafkaType(field)) {
    case 'string':
      return text ?? '';
    case 'bool':
      return text === 'true';
    case 'uuid':
      return text ?? ZERO_UUID;
    case 'int64':
      return text === '9223372036854775807' ? INT64_MAX : Number(text ?? 0);
    case 'bytes':
    case 'records':
    case 'structure':
      return undefined;
    default:
      return field.type.startsWith('[]') ? undefined : Number(text ?? 0);
  }
}

function ourSlots(structure: ResolvedStructure, version: number, prefix = ''): Slot[] {
  return structure.fields
    .filter((field) => isKafkas(field) && contains(field.range, version))
    .flatMap((field) => {
      const path = prefix + field.name;
      const element = field.type.kind === 'array' ? field.type.element : field.type;
      const base = element.kind === 'primitive' ? element.primitive : 'structure';
      const slot: Slot = {
        path,
        type: field.type.kind === 'array' ? `[]${base}` : base,
        nullable: contains(field.nullable, version),
        compact: contains(field.flexible, version),
        tag: field.tag,
      };
      return element.kind === 'structure'
        ? [slot, ...ourSlots(element.structure, version, `${path}.`)]
        : [slot];
    });
}

function ourTraits(structure: ResolvedStructure, prefix = ''): Trait[] {
  return structure.fields.filter(isKafkas).flatMap((field) => {
    const path = prefix + field.name;
    const element = field.type.kind === 'array' ? field.type.element : field.type;
    const trait: Trait = {
      path,
      ignorable: field.ignorable,
      hasDefault: field.hasDefault,
      default: field.default,
    };
    return element.kind === 'structure' ? [trait, ...ourTraits(element.structure, `${path}.`)] : [trait];
  });
}

function expectSame(ours: ResolvedMessage): void {
  const kafka = kafkaMessage(ours.name);
  const range = stableRange(kafka);
  expect(ours.range, 'versions').toEqual(range);
  for (const version of versionsOf(range)) {
    expect(contains(ours.flexible, version), `flexible in ${version}`).toBe(
      contains(parseVersions(kafka.flexibleVersions), version),
    );
    expect(ourSlots(ours.root, version), `version ${version}`).toEqual(
      kafkaSlots(kafka, kafka.fields, version),
    );
  }
  expect(ourTraits(ours.root)).toEqual(kafkaTraits(kafka, kafka.fields, range));
}

function messagesOf(schema: Schema): ResolvedMessage[] {
  if (schema.kind !== 'api') return [resolveMessage(schema)];
  const { name, versions, flexible } = schema;
  return [
    resolveMessage({ name: `${name}Request`, versions, flexible, fields: schema.request }),
    resolveMessage({ name: `${name}Response`, versions, flexible, fields: schema.response }),
  ];
}

/** Tags from here on are Millrace's own; who does not know them passes over them. */
const OWN_TAGS_FROM = 10_000;
const isKafkas = ({ tag }: { readonly tag: number | null }) => tag === null || tag < OWN_TAGS_FROM;

const schemas = (await loadSchemas()).flatMap((file) => file.schemas);

describe.skipIf(!available)("schemas are Kafka's", () => {
  for (const message of schemas.flatMap(messagesOf)) {
    test(`${message.name} in every version`, () => expectSame(message));
  }

  test('keys and listeners of requests', () => {
    for (const schema of schemas) {
      if (schema.kind !== 'api') continue;
      const kafka = kafkaMessage(`${schema.name}Request`);
      expect({ key: schema.key, listeners: schema.listeners }, schema.name).toEqual({
        key: kafka.apiKey,
        listeners: kafka.listeners,
      });
    }
  });

  test('type numbers of stored records', () => {
    const numbered = schemas.filter((schema) => schema.kind === 'stored' && schema.family !== 'control');
    expect(numbered.length).toBeGreaterThan(0);
    for (const schema of numbered) {
      if (schema.kind === 'stored') expect(schema.type, schema.name).toBe(kafkaMessage(schema.name).apiKey);
    }
  });
});
