import type { ApiSchema, StoredFamily, StoredSchema } from '../src/schema/schema.ts';
import { constantName, FIRST_LINE } from './emit-module.ts';
import type { SchemaFile } from './load-schemas.ts';

/** `generated/index.ts`: every API and header, and the APIs by key. */
export function emitApiIndex(files: readonly SchemaFile[]): string {
  const found = files.flatMap(({ path, schemas }) =>
    schemas
      .filter((schema): schema is ApiSchema => schema.kind === 'api')
      .map((schema) => ({ path, schema })),
  );
  return [
    FIRST_LINE,
    `import type { AnyApi } from '../codec/codec.ts';`,
    ...found.map(({ path, schema }) => `import { ${constantName(schema)} } from './${path}.ts';`),
    '',
    ...files.map(({ path }) => `export * from './${path}.ts';`),
    '',
    '/** Every API by its key. */',
    'export const apis: ReadonlyMap<number, AnyApi> = new Map<number, AnyApi>([',
    ...found.map(({ schema }) => `  [${schema.key}, ${constantName(schema)}],`),
    ']);',
    '',
  ].join('\n');
}

interface FamilyNames {
  readonly constant: string;
  readonly union: string;
  readonly what: string;
}

const FAMILIES: Readonly<Record<StoredFamily, FamilyNames>> = {
  metadata: { constant: 'metadataRecords', union: 'MetadataRecord', what: 'Records of `__cluster_metadata`' },
  'coordinator-key': {
    constant: 'coordinatorKeys',
    union: 'CoordinatorKey',
    what: 'Keys in `__consumer_offsets`',
  },
  'coordinator-value': {
    constant: 'coordinatorValues',
    union: 'CoordinatorValue',
    what: 'Values in `__consumer_offsets`',
  },
  control: { constant: 'controlRecords', union: 'ControlRecord', what: 'Values of control records' },
};

interface StoredPlace {
  readonly path: string;
  readonly schema: StoredSchema;
}

/** `generated/internal/index.ts`: everything stored or embedded, and the stored records by family and type. */
export function emitInternalIndex(files: readonly SchemaFile[]): string {
  const local = (path: string) => path.replace(/^internal\//, './');
  const found = files.flatMap(({ path, schemas }) =>
    schemas
      .filter((schema): schema is StoredSchema => schema.kind === 'stored')
      .map((schema) => ({ path, schema })),
  );
  return [
    FIRST_LINE,
    `import type { AnyStoredCodec } from '../../codec/codec.ts';`,
    ...found.map(
      ({ path, schema }) =>
        `import { type ${schema.name}, ${constantName(schema)} } from '${local(path)}.ts';`,
    ),
    '',
    ...files.map(({ path }) => `export * from '${local(path)}.ts';`),
    '',
    ...Object.entries(FAMILIES).flatMap(([family, names]) =>
      emitFamily(
        names,
        found.filter(({ schema }) => schema.family === family),
      ),
    ),
  ].join('\n');
}

function emitFamily({ constant, union, what }: FamilyNames, members: readonly StoredPlace[]): string[] {
  return [
    `/** ${what}, by their type number. */`,
    `export const ${constant}: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([`,
    ...members.map(({ schema }) => `  [${schema.type}, ${constantName(schema)}],`),
    ']);',
    '',
    `/** ${what}: which one it is, and what it says. */`,
    `export type ${union} =`,
    ...members.map(
      ({ schema }) =>
        `  | { readonly name: '${schema.name}'; readonly version: number; readonly value: ${schema.name} }`,
    ),
    ';',
    '',
  ];
}
