import { route } from './route.ts';
import { connectorParams } from './shapes.ts';

/** Topics that connectors have written to or read from (KIP-558). */

export const getConnectorTopics = route({
  operationId: 'getConnectorTopics',
  method: 'GET',
  url: '/connectors/:connector/topics',
  summary: 'Topics that a connector has used since it was created, or since they were reset',
  tag: 'connectors',
  needs: { operation: 'DESCRIBE', resource: 'connector', named: 'params.connector' },
  schemas: (t) => ({
    params: connectorParams(t),
    replies: { 200: t.Record(t.String(), t.Object({ topics: t.Array(t.String()) })) },
  }),
});

export const resetConnectorTopics = route({
  operationId: 'resetConnectorTopics',
  method: 'PUT',
  url: '/connectors/:connector/topics/reset',
  summary: 'Forget the topics that a connector has used',
  tag: 'connectors',
  needs: { operation: 'ALTER', resource: 'connector', named: 'params.connector' },
  schemas: (t) => ({ params: connectorParams(t), replies: { 202: t.Null() } }),
});
