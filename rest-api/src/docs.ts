import Fastify, { type FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import type { Builders, Route } from './contract/index.ts';
import * as contract from './contract/index.ts';
import { exampleOf, OPERATION_EXAMPLES, subjectOf } from './examples.ts';
import { refusalExample } from './refusal-examples.ts';

/** Every operation of the contract. */
export const OPERATIONS: readonly Route[] = Object.values(contract).filter(
  (value): value is Route & typeof value => typeof value === 'object' && 'operationId' in value,
);

const TITLES: Readonly<Record<Route['tag'], string>> = {
  connectors: "Connectors and tasks, as in Kafka Connect's REST API",
  plugins: 'Plugins and their config definitions',
  server: 'This server',
  live: 'What moves: pipelines, dead letters, logs, previews',
  topics: 'Topics and their messages',
  groups: 'Consumer groups',
  'share groups': 'Share groups (KIP-932)',
  cluster: 'The Kafka cluster behind the workers',
  metrics: 'Figures of the last 24 hours',
};

/**
 * The application behind /api/docs: OpenAPI 3.1 of the contract at /api/docs/json, and Swagger UI over it.
 * The contract's operations are registered here only to be described; requests to them never get here.
 */
export async function createDocsApp(version: string): Promise<FastifyInstance> {
  const [{ Type }, { default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('typebox'),
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  const app = Fastify({ logger: false, exposeHeadRoutes: false });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        version,
        description: "Kafka Connect's REST API, and Millrace's own under /api/v1.",
      },
      tags: Object.entries(TITLES).map(([name, description]) => ({ name, description })),
    },
  });
  await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: DOCS_CSP });
  for (const operation of OPERATIONS) {
    app.route({
      method: operation.method,
      url: operation.url,
      schema: describe(operation, Type),
      handler: async () => null,
    });
  }
  await app.ready();
  return app;
}

const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What any request may be refused with: its form, its rights, its size and time, and our own failure. */
const EVERYWHERE = [400, 403, 408, 414, 431, 500];

function describe(operation: Route, t: Builders) {
  const { params, query, body, replies } = operation.schemas(t);
  const refusals = [...EVERYWHERE, ...(operation.refusals ?? [])].filter((status) => !(status in replies));
  const error = contract.errorBody(t);
  const subject = subjectOf(operation.url);
  const own = OPERATION_EXAMPLES[operation.operationId];
  const refusal = (status: number) => ({
    ...error,
    examples: [refusalExample(operation, status, subject)],
  });
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    tags: [operation.tag],
    ...(params === undefined ? {} : { params: withExamples(params, operation.operationId) }),
    ...(query === undefined ? {} : { querystring: withExamples(query, operation.operationId) }),
    ...(body === undefined ? {} : { body: withExample(body, subject, operation.operationId, own?.body) }),
    response: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, reply], index) => [
          status,
          withExample(reply, subject, operation.operationId, index === 0 ? own?.reply : undefined),
        ]),
      ),
      ...Object.fromEntries(refusals.map((status) => [status, refusal(status)])),
    },
  };
}

function withExample(
  schema: TSchema,
  key: string,
  operation: string,
  own: unknown = exampleOf(schema, key, operation),
): object {
  return 'type' in schema && schema.type === 'null' ? schema : { ...schema, examples: [own] };
}

/** Of parts of the path or the query, each by itself. */
function withExamples(schema: TSchema, operation: string): object {
  const properties = ('properties' in schema ? schema.properties : {}) as Record<string, TSchema>;
  const parts = Object.entries(properties).map(([name, part]) => [name, withExample(part, name, operation)]);
  return { ...schema, properties: Object.fromEntries(parts) };
}
