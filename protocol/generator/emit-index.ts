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

const FAMILIES: Readonly<Record<StoredFamily, { constant: string; comment: string }>> = {
  metadata: { constant: 'metadataRecords', comment: 'Records of `__cluster_metadata` by their type.' },
  'coordinator-key': { constant: 'coordinatorKeys', comment: 'Keys in `__consumer_offsets` by their type.' },
  'coordinator-value': {
    constant: 'coordinatorValues',
    comment: 'Values in `__consumer_offsets`, by the type of their key.',
  },
  control: { constant: 'controlRecords', comment: 'Values of control records by their type.' },
};

/** `generated/internal/index.ts`: everything stored or embedded, and the stored records by family and type. */
export function emitInternalIndex(files: readonly SchemaFile[]): string {
  const local = (path: string) => path.replace(/^internal\//, './');
  const found = files.flatMap(({ path, schemas }) =>
    schemas
      .filter((schema): schema is StoredSchema => schema.kind === 'stored')
      .map((schema) => ({ path, schema })),
  );
  const maps = Object.entries(FAMILIES).flatMap(([family, { constant, comment }]) => [
    `/** ${comment} */`,
    `export const ${constant}: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([`,
    ...found
      .filter(({ schema }) => schema.family === family)
      .map(({ schema }) => `  [${schema.type}, ${constantName(schema)}],`),
    ']);',
    '',
  ]);
  return [
    FIRST_LINE,
    `import type { AnyStoredCodec } from '../../codec/codec.ts';`,
    ...found.map(({ path, schema }) => `import { ${constantName(schema)} } from '${local(path)}.ts';`),
    '',
    ...files.map(({ path }) => `export * from '${local(path)}.ts';`),
    '',
    ...maps,
  ].join('\n');
}
