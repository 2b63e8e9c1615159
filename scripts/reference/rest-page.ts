import * as contract from '@millrace/rest-api/contract';
import { Type } from 'typebox';

type Operation = contract.Route;

/** A JSON schema, as far as the contract uses them. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
}

/** The REST API, read off its contract. */
export function restPage(): string {
  const operations = Object.values(contract).filter(
    (value): value is Operation & typeof value => typeof value === 'object' && 'operationId' in value,
  );
  const tags = [...new Set(operations.map(({ tag }) => tag))].sort();
  const parts = tags.flatMap((tag) => [
    `## ${tag.slice(0, 1).toUpperCase()}${tag.slice(1)}`,
    ...operations.filter((one) => one.tag === tag).map(operationText),
  ]);
  return [
    '# REST API',
    [
      "Kafka Connect's paths stand at the root, ours under `/api/v1`. The same as OpenAPI 3.1, to be tried: `/api/docs` on the worker. Refusals have one shape everywhere:",
      '`{ error_code, message, code?, class?, hint?, path? }`; the codes are listed in [errors](errors.md). Besides what is named below, any request may be refused with',
      '400, 403, 408, 414, 431 and 500.',
    ].join('\n'),
    ...parts,
  ]
    .join('\n\n')
    .concat('\n');
}

function operationText(operation: Operation): string {
  const { params, query, body, replies } = operation.schemas(Type);
  const lines = [
    ...(params ? [`path: ${typeText(params as Schema)}`] : []),
    ...(query ? [`query: ${typeText(query as Schema)}`] : []),
    ...(body ? [`body: ${typeText(body as Schema)}`] : []),
    ...Object.entries(replies).map(([status, schema]) => `${status}: ${typeText(schema as Schema)}`),
    ...(operation.refusals ? [`refusals: ${operation.refusals.join(', ')}`] : []),
  ];
  return [
    `### ${operation.method} ${operation.url}`,
    operation.summary,
    `\`\`\`ts\n${lines.join('\n')}\n\`\`\``,
  ].join('\n\n');
}

const INDENT = '  ';

/** A schema as a TypeScript type. */
function typeText(schema: Schema, depth = 0): string {
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => typeText(one, depth)).join(' | ');
  if (schema.allOf) return schema.allOf.map((one) => typeText(one, depth)).join(' & ');
  if (schema.type === 'array') {
    const item = typeText(schema.items ?? {}, depth);
    return /[|&]/.test(item.split('\n')[0] ?? '') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') return objectText(schema, depth);
  if (schema.type === 'integer') return 'integer';
  return schema.type ?? 'any';
}

function objectText(schema: Schema, depth: number): string {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) =>
      `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${required.has(name) ? '' : '?'}: ${typeText(field, depth + 1)}`,
  );
  const values = Object.values(schema.patternProperties ?? {})[0];
  if (values) fields.push(`[key: string]: ${typeText(values, depth + 1)}`);
  if (fields.length === 0) return '{}';
  const inline = `{ ${fields.join('; ')} }`;
  if (inline.length <= 100 && !inline.includes('\n')) return inline;
  const pad = INDENT.repeat(depth + 1);
  return `{\n${fields.map((field) => `${pad}${field}`).join('\n')}\n${INDENT.repeat(depth)}}`;
}
