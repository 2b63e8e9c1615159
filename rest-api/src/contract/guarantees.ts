import { type Builders, type Of, route } from './route.ts';
import { connectorParams, connectorType } from './shapes.ts';

const guarantees = (t: Builders) =>
  t.Object({
    connector: t.String(),
    type: connectorType(t),
    delivery: t.Enum(['exactly once', 'at least once']),
    sentence: t.String(),
    reasons: t.Array(
      t.Object({
        code: t.String(),
        holds: t.Union([t.Boolean(), t.Null()], { description: 'Null: nobody knows' }),
        sentence: t.String(),
      }),
    ),
    order: t.String(),
    duplicates: t.Array(t.String({ description: 'When records come twice' })),
    losses: t.Array(t.String({ description: 'When records are left out' })),
  });

export type GuaranteesBody = Of<typeof guarantees>;

export const getGuarantees = route({
  operationId: 'getGuarantees',
  method: 'GET',
  url: '/api/v1/connectors/:connector/guarantees',
  summary: 'What holds for the delivery of its records, and why',
  tag: 'connectors',
  needs: { operation: 'DESCRIBE', resource: 'connector', named: 'params.connector' },
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 200: guarantees(t) } }),
});
