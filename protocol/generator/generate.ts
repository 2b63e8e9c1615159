import { emitApiIndex, emitInternalIndex } from './emit-index.ts';
import { emitModule } from './emit-module.ts';
import { emitWasm } from './emit-wasm.ts';
import { loadSchemas } from './load-schemas.ts';

/** All generated files: path under `src/generated/` to content. */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const files = await loadSchemas();
  const internal = files.filter(({ path }) => path.startsWith('internal/'));
  const wire = files.filter(({ path }) => !path.startsWith('internal/'));
  const made = new Map<string, string>();
  for (const { path, schemas } of wire) made.set(`${path}.ts`, emitModule(schemas, '../'));
  for (const { path, schemas } of internal) made.set(`${path}.ts`, emitModule(schemas, '../../'));
  made.set('wasm/lz4-block.ts', await emitWasm('lz4-block'));
  made.set('index.ts', emitApiIndex(wire));
  made.set('internal/index.ts', emitInternalIndex(internal));
  return made;
}
