import { readdirSync } from 'node:fs';
import type { Schema } from '../src/schema/schema.ts';

export interface SchemaFile {
  /** `12-heartbeat`, or `internal/topic-record`. */
  readonly path: string;
  readonly schemas: readonly Schema[];
}

const ROOT = new URL('../schemas/', import.meta.url);

/** Every schema file, in the order of its name; its schemas are what it exports. */
export async function loadSchemas(): Promise<readonly SchemaFile[]> {
  const paths = [...filesIn(''), ...filesIn('internal/')];
  return Promise.all(
    paths.map(async (path) => {
      const module: Record<string, unknown> = await import(new URL(`${path}.ts`, ROOT).href);
      // By name, as Node itself gives them; who transforms modules may give them as they are written.
      const exported = Object.keys(module).toSorted();
      return { path, schemas: exported.map((name) => module[name]).filter(isSchema) };
    }),
  );
}

function filesIn(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => folder + name.slice(0, -'.ts'.length))
    .sort();
}

function isSchema(value: unknown): value is Schema {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'api' || value.kind === 'message' || value.kind === 'stored';
}
