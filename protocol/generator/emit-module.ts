import { type ResolvedMessage, type ResolvedStructure, resolveMessage } from '../src/schema/resolve.ts';
import type { ApiSchema, MessageSchema, Schema, StoredSchema } from '../src/schema/schema.ts';
import { isEmpty } from '../src/schema/versions.ts';
import { indent } from './conditions.ts';
import { emitDecode } from './emit-decode.ts';
import { emitDefault, emitEncode, emitIsDefault } from './emit-encode.ts';
import { emitTypes } from './emit-types.ts';

export const FIRST_LINE =
  '// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.';

/** The TypeScript of one schema file; `up` leads from it to `src/`. */
export function emitModule(schemas: readonly Schema[], up: string): string {
  const body = schemas.flatMap((schema) => emitSchema(schema)).join('\n');
  return [FIRST_LINE, ...emitImports(body, up), '', body].join('\n').replace(/\n*$/, '\n');
}

/** The name of the constant that a schema becomes. */
export function constantName(schema: Schema): string {
  return schema.name.charAt(0).toLowerCase() + schema.name.slice(1);
}

function emitSchema(schema: Schema): string[] {
  switch (schema.kind) {
    case 'api':
      return emitApi(schema);
    case 'message':
      return emitMessageSchema(schema);
    case 'stored':
      return emitStored(schema);
  }
}

function emitApi(schema: ApiSchema): string[] {
  const { name, versions, flexible, key, listeners } = schema;
  const request = resolveMessage({ name: `${name}Request`, versions, flexible, fields: schema.request });
  const response = resolveMessage({ name: `${name}Response`, versions, flexible, fields: schema.response });
  const types = [request, response].flatMap((message) => [message.name, `${message.name}Init`]);
  return [
    ...emitMessage(request),
    ...emitMessage(response),
    `export const ${constantName(schema)}: Api<${types.join(', ')}> = {`,
    `  key: ${key},`,
    `  name: '${name}',`,
    `  minVersion: ${request.range.min},`,
    `  maxVersion: ${request.range.max},`,
    `  listeners: [${listeners.map((listener) => `'${listener}'`).join(', ')}],`,
    '  request: {',
    ...indent(indent(emitCodecMembers(request))),
    '  },',
    '  response: {',
    ...indent(indent(emitCodecMembers(response))),
    '  },',
    '};',
    '',
  ];
}

function emitMessageSchema(schema: MessageSchema): string[] {
  const message = resolveMessage(schema);
  return [
    ...emitMessage(message),
    `export const ${constantName(schema)}: Codec<${schema.name}, ${schema.name}Init> = {`,
    ...indent(emitCodecMembers(message)),
    '};',
    '',
  ];
}

function emitStored(schema: StoredSchema): string[] {
  const message = resolveMessage(schema);
  return [
    ...emitMessage(message),
    `export const ${constantName(schema)}: StoredCodec<${schema.name}, ${schema.name}Init> = {`,
    `  type: ${schema.type},`,
    ...indent(emitCodecMembers(message)),
    '};',
    '',
  ];
}

function emitMessage(message: ResolvedMessage): string[] {
  const outerFirst = [...message.structures].reverse();
  const lone = loneStructures(message);
  return [
    ...outerFirst.flatMap(emitTypes),
    ...lone.flatMap((structure) => [...emitDefault(structure), '']),
    ...outerFirst.flatMap((structure) => [
      ...emitDecode(structure, message.flexible),
      ...emitEncode(structure, message.flexible),
      ...(lone.includes(structure) ? emitIsDefault(structure) : []),
    ]),
  ];
}

/** Structures that stand in a field by themselves, inner ones first: only these are ever left out as a whole. */
function loneStructures(message: ResolvedMessage): ResolvedStructure[] {
  const types = message.structures.flatMap((structure) => structure.fields.map((field) => field.type));
  return message.structures.filter((structure) =>
    types.some((type) => type.kind === 'structure' && type.structure === structure),
  );
}

function emitCodecMembers(message: ResolvedMessage): string[] {
  const { name, range, flexible } = message;
  const check = `checkVersion('${name}', version, ${range.min}, ${range.max});`;
  return [
    `name: '${name}',`,
    `minVersion: ${range.min},`,
    `maxVersion: ${range.max},`,
    `flexibleFrom: ${isEmpty(flexible) ? 'Number.POSITIVE_INFINITY' : flexible.min},`,
    'decode(reader, version) {',
    `  ${check}`,
    `  return decode${name}(reader, version);`,
    '},',
    'encode(writer, version, value) {',
    `  ${check}`,
    `  encode${name}(writer, version, value);`,
    '},',
  ];
}

function emitImports(body: string, up: string): string[] {
  const used = (names: readonly string[]) => names.filter((name) => new RegExp(`\\b${name}\\b`).test(body));
  const types = ['Api', 'Codec', 'StoredCodec'].filter((name) => body.includes(`: ${name}<`));
  const errors = used(['checkVersion', 'fieldNotInVersion', 'nullNotInVersion']);
  const lines: string[] = [];
  if (used(['ZERO_UUID']).length > 0) lines.push(`import { ZERO_UUID } from '@millrace/foundation/types';`);
  if (used(['Uuid']).length > 0) lines.push(`import type { Uuid } from '@millrace/foundation/types';`);
  lines.push(`import type { ${types.join(', ')} } from '${up}codec/codec.ts';`);
  if (used(['INT64_MAX']).length > 0) lines.push(`import { INT64_MAX } from '${up}codec/int64.ts';`);
  lines.push(`import { ${errors.join(', ')} } from '${up}codec/protocol-error.ts';`);
  lines.push(`import type { Reader } from '${up}codec/reader.ts';`);
  lines.push(`import type { Writer } from '${up}codec/writer.ts';`);
  if (used(['EMPTY']).length > 0) lines.push('', 'const EMPTY = Buffer.alloc(0);');
  return lines;
}
