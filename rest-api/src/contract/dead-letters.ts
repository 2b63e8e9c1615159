import { decodedBytes } from './messages.ts';
import { type Builders, type Of, route } from './route.ts';
import { connectorParams, errorReport } from './shapes.ts';

const textOrNull = (t: Builders) => t.Union([t.String(), t.Null()]);

const causeGroup = (t: Builders) =>
  t.Object({
    cause: t.String({ description: 'Names what went wrong: the same code, stage and shape of message' }),
    code: textOrNull(t),
    class: textOrNull(t),
    stage: textOrNull(t),
    shape: textOrNull(t),
    hint: textOrNull(t),
    count: t.Integer(),
    firstAtMs: t.Integer(),
    lastAtMs: t.Integer(),
  });

const deadLetter = (t: Builders) =>
  t.Object({
    partition: t.Integer(),
    offset: t.Integer(),
    timestamp: t.Integer(),
    connector: textOrNull(t),
    task: t.Union([t.Integer(), t.Null()]),
    origin: t.Union([t.Object({ topic: t.String(), partition: t.Integer(), offset: t.Integer() }), t.Null()]),
    cause: t.String(),
    code: textOrNull(t),
    class: textOrNull(t),
    stage: textOrNull(t),
    message: textOrNull(t),
    hint: textOrNull(t),
    redrives: t.Integer({ description: 'How often it was sent again before' }),
    redriven: t.Boolean({ description: 'Whether it was sent again since' }),
    key: decodedBytes(t),
    value: decodedBytes(t),
  });

const deadLetterPage = (t: Builders) =>
  t.Object({
    topic: t.String(),
    scanned: t.Integer(),
    next: textOrNull(t),
    causes: t.Array(causeGroup(t)),
    letters: t.Array(deadLetter(t)),
  });

export type DeadLetterPage = Of<typeof deadLetterPage>;

const redrive = (t: Builders) =>
  t.Object({
    id: t.String(),
    connector: t.String(),
    state: t.Enum(['RUNNING', 'DONE', 'FAILED', 'CANCELLED']),
    read: t.Integer(),
    toRead: t.Integer(),
    sent: t.Integer(),
    skipped: t.Object({ already: t.Integer(), tooOften: t.Integer(), unknownOrigin: t.Integer() }),
    startedAtMs: t.Integer(),
    endedAtMs: t.Union([t.Integer(), t.Null()]),
    error: t.Union([errorReport(t), t.Null()]),
    waiting: t.Union([t.Integer(), t.Null()]),
  });

export type RedriveRow = Of<typeof redrive>;

const redriveParams = (t: Builders) => t.Object({ connector: t.String(), redrive: t.String() });
const forwardQuery = (t: Builders) => t.Object({ forward: t.Optional(t.Boolean()) });
const read = { operation: 'READ', resource: 'connector', named: 'params.connector' } as const;
const alter = { operation: 'ALTER', resource: 'connector', named: 'params.connector' } as const;

export const listDeadLetters = route({
  operationId: 'listDeadLetters',
  method: 'GET',
  url: '/api/v1/connectors/:connector/dead-letters',
  summary: 'The newest dead letters of a connector, and their causes; older ones page by page by `before`',
  tag: 'live',
  needs: read,
  refusals: [404],
  schemas: (t) => ({
    params: connectorParams(t),
    query: t.Object({
      limit: t.Optional(t.Integer({ minimum: 0, maximum: 500 })),
      scan: t.Optional(t.Integer({ minimum: 1, maximum: 10_000 })),
      before: t.Optional(t.String()),
      cause: t.Optional(t.String()),
    }),
    replies: {
      200: deadLetterPage(t),
    },
  }),
});

/** One of `cause`, `letters` and `all`. */
export const redriveDeadLetters = route({
  operationId: 'redriveDeadLetters',
  method: 'POST',
  url: '/api/v1/connectors/:connector/dead-letters/redrive',
  summary:
    "Send a sink's dead letters again, through whatever it does now; each once, however often it is asked for",
  tag: 'live',
  needs: alter,
  refusals: [404, 409, 413, 415, 429],
  numbers: 'kept',
  schemas: (t) => ({
    params: connectorParams(t),
    query: forwardQuery(t),
    body: t.Object(
      {
        cause: t.Optional(t.String()),
        letters: t.Optional(
          t.Array(
            t.Object(
              { partition: t.Integer({ minimum: 0 }), offset: t.Integer({ minimum: 0 }) },
              { additionalProperties: false },
            ),
            { maxItems: 10_000 },
          ),
        ),
        all: t.Optional(t.Boolean()),
        recordsPerSecond: t.Optional(t.Integer({ minimum: 1, maximum: 1_000_000 })),
      },
      { additionalProperties: false },
    ),
    replies: { 202: redrive(t) },
  }),
});

export const listRedrives = route({
  operationId: 'listRedrives',
  method: 'GET',
  url: '/api/v1/connectors/:connector/dead-letters/redrives',
  summary: 'Runs that sent dead letters again, newest first, as far as the leader remembers',
  tag: 'live',
  needs: read,
  refusals: [404, 409],
  schemas: (t) => ({
    params: connectorParams(t),
    query: forwardQuery(t),
    replies: { 200: t.Array(redrive(t)) },
  }),
});

export const getRedrive = route({
  operationId: 'getRedrive',
  method: 'GET',
  url: '/api/v1/connectors/:connector/dead-letters/redrives/:redrive',
  summary: 'How far one is, and how many records the sink has still to write',
  tag: 'live',
  needs: read,
  refusals: [404, 409],
  schemas: (t) => ({ params: redriveParams(t), query: forwardQuery(t), replies: { 200: redrive(t) } }),
});

export const cancelRedrive = route({
  operationId: 'cancelRedrive',
  method: 'DELETE',
  url: '/api/v1/connectors/:connector/dead-letters/redrives/:redrive',
  summary: 'End one early; what it has sent stays sent',
  tag: 'live',
  needs: alter,
  refusals: [404, 409],
  schemas: (t) => ({ params: redriveParams(t), query: forwardQuery(t), replies: { 200: redrive(t) } }),
});
