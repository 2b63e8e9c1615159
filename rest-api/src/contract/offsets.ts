import { type Builders, route } from './route.ts';
import { connectorParams } from './shapes.ts';

/** Where connectors stand, read, altered and reset (KIP-875). */

const alter = { operation: 'ALTER', resource: 'connector', named: 'params.connector' } as const;

const position = (t: Builders) => t.Record(t.String(), t.Unknown());

const message = (t: Builders) => t.Object({ message: t.String() });

export const getConnectorOffsets = route({
  operationId: 'getConnectorOffsets',
  method: 'GET',
  url: '/connectors/:connector/offsets',
  summary: 'Where a connector stands: a source by its own partitions, a sink by those of its topics',
  tag: 'connectors',
  needs: { operation: 'DESCRIBE', resource: 'connector', named: 'params.connector' },
  refusals: [404],
  schemas: (t) => ({
    params: connectorParams(t),
    replies: {
      200: t.Object({ offsets: t.Array(t.Object({ partition: position(t), offset: position(t) })) }),
    },
  }),
});

/** An offset of null, or none, takes its partition back to the beginning. */
export const alterConnectorOffsets = route({
  operationId: 'alterConnectorOffsets',
  method: 'PATCH',
  url: '/connectors/:connector/offsets',
  summary: 'Set offsets of a stopped connector',
  tag: 'connectors',
  needs: alter,
  refusals: [404, 409, 413, 415],
  numbers: 'kept',
  schemas: (t) => ({
    params: connectorParams(t),
    body: t.Object(
      {
        offsets: t.Optional(
          t.Union([
            t.Array(
              t.Object(
                {
                  partition: t.Optional(t.Union([position(t), t.Null()])),
                  offset: t.Optional(t.Union([position(t), t.Null()])),
                },
                { additionalProperties: false },
              ),
            ),
            t.Null(),
          ]),
        ),
      },
      { additionalProperties: false },
    ),
    replies: { 200: message(t) },
  }),
});

export const resetConnectorOffsets = route({
  operationId: 'resetConnectorOffsets',
  method: 'DELETE',
  url: '/connectors/:connector/offsets',
  summary: 'Take a stopped connector back to the beginning',
  tag: 'connectors',
  needs: alter,
  refusals: [404, 409],
  schemas: (t) => ({ params: connectorParams(t), replies: { 200: message(t) } }),
});
