import { type Builders, route } from './route.ts';

const workerParams = (t: Builders) => t.Object({ worker: t.String() });
const connectorParams = (t: Builders) => t.Object({ connector: t.String() });
const forwardQuery = (t: Builders) => t.Object({ forward: t.Optional(t.Boolean()) });

/** A worker of the group, as the leader knows it since the group met last. */
export const groupWorker = (t: Builders) =>
  t.Object({
    id: t.String({ description: '`host:port` of its REST API' }),
    url: t.String(),
    leader: t.Boolean(),
    draining: t.Boolean(),
    tasks: t.Array(t.Object({ connector: t.String(), task: t.Integer() })),
  });

export const listWorkers = route({
  operationId: 'listWorkers',
  method: 'GET',
  url: '/api/v1/workers',
  summary: 'The workers of the group and what runs on each',
  tag: 'server',
  needs: { operation: 'DESCRIBE', resource: 'cluster' },
  refusals: [409],
  schemas: (t) => ({ query: forwardQuery(t), replies: { 200: t.Array(groupWorker(t)) } }),
});

export const drainWorker = route({
  operationId: 'drainWorker',
  method: 'PUT',
  url: '/api/v1/workers/:worker/drain',
  summary: 'Have the tasks of a worker handed over to the others, and give it none',
  tag: 'server',
  needs: { operation: 'ALTER', resource: 'cluster' },
  refusals: [404, 409],
  schemas: (t) => ({ params: workerParams(t), query: forwardQuery(t), replies: { 202: t.Null() } }),
});

export const endDrain = route({
  operationId: 'endDrain',
  method: 'DELETE',
  url: '/api/v1/workers/:worker/drain',
  summary: 'Let a worker have tasks again',
  tag: 'server',
  needs: { operation: 'ALTER', resource: 'cluster' },
  refusals: [404, 409],
  schemas: (t) => ({ params: workerParams(t), query: forwardQuery(t), replies: { 204: t.Null() } }),
});

/** Between workers alone, signed with the group's session key (KIP-507). */
export const putTaskConfigs = route({
  operationId: 'putTaskConfigs',
  method: 'POST',
  url: '/connectors/:connector/tasks',
  summary: 'Between workers: the task configs that the owner of a connector has computed',
  tag: 'connectors',
  needs: { operation: 'ALTER', resource: 'connector', named: 'params.connector' },
  refusals: [404, 409, 503],
  schemas: (t) => ({
    params: connectorParams(t),
    query: forwardQuery(t),
    body: t.Array(t.Record(t.String(), t.String())),
    replies: { 204: t.Null() },
  }),
});

/** Between workers alone, signed with the group's session key (KIP-618). */
export const fenceConnector = route({
  operationId: 'fenceConnector',
  method: 'PUT',
  url: '/connectors/:connector/fence',
  summary: 'Between workers: end what earlier tasks of an exactly-once source may still write',
  tag: 'connectors',
  needs: { operation: 'ALTER', resource: 'connector', named: 'params.connector' },
  refusals: [404, 409, 503],
  schemas: (t) => ({ params: connectorParams(t), query: forwardQuery(t), replies: { 204: t.Null() } }),
});
