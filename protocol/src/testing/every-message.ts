import { constantName } from '../../generator/emit-module.ts';
import { loadSchemas } from '../../generator/load-schemas.ts';
import type { AnyApi, Codec } from '../codec/codec.ts';
import * as wire from '../generated/index.ts';
import * as internal from '../generated/internal/index.ts';
import { type ResolvedMessage, resolveMessage } from '../schema/resolve.ts';

/** A message with its schema and the codec that was generated from it. */
export interface MessageUnderTest {
  readonly schema: ResolvedMessage;
  readonly codec: Codec<unknown, unknown>;
}

/** Every message of the protocol, for tests that hold all of them to the same rules. */
export async function everyMessage(): Promise<readonly MessageUnderTest[]> {
  const constants: Record<string, unknown> = { ...wire, ...internal };
  const files = await loadSchemas();
  return files.flatMap(({ path, schemas }) =>
    schemas.flatMap((schema): MessageUnderTest[] => {
      const module: Record<string, unknown> = path.startsWith('internal/') ? internal : constants;
      const made = module[constantName(schema)];
      if (schema.kind !== 'api') {
        return [{ schema: resolveMessage(schema), codec: made as Codec<unknown, unknown> }];
      }
      const { name, versions, flexible, request, response } = schema;
      const api = wire.apis.get(schema.key) as AnyApi;
      return [
        {
          schema: resolveMessage({ name: `${name}Request`, versions, flexible, fields: request }),
          codec: api.request,
        },
        {
          schema: resolveMessage({ name: `${name}Response`, versions, flexible, fields: response }),
          codec: api.response,
        },
      ];
    }),
  );
}

export function versionsOf(codec: Codec<unknown, unknown>): number[] {
  return Array.from(
    { length: codec.maxVersion - codec.minVersion + 1 },
    (_, index) => codec.minVersion + index,
  );
}
