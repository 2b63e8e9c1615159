import { route } from './route.ts';
import {
  connectorInfo,
  connectorParams,
  connectorStatus,
  sentConfig,
  storedConfig,
  taskInfo,
  taskParams,
  taskStatus,
} from './shapes.ts';

/**
 * Kafka Connect's own endpoints for connectors and their tasks: its paths, bodies and codes. Beside that, answers that carry a config have its `ETag`, and changes of it
 * take `If-Match`: 412 where it is another one by then.
 */

const describe = { operation: 'DESCRIBE', resource: 'connector', named: 'params.connector' } as const;
const alter = { operation: 'ALTER', resource: 'connector', named: 'params.connector' } as const;

export const listConnectors = route({
  operationId: 'listConnectors',
  method: 'GET',
  url: '/connectors',
  summary: 'Names of all connectors; with expand=status and expand=info their status and config (KIP-465)',
  tag: 'connectors',
  needs: { operation: 'DESCRIBE', resource: 'connector' },
  schemas: (t) => ({
    query: t.Object({ expand: t.Optional(t.Array(t.String())) }),
    replies: {
      200: t.Union([
        t.Array(t.String()),
        t.Record(
          t.String(),
          t.Object({ status: t.Optional(connectorStatus(t)), info: t.Optional(connectorInfo(t)) }),
        ),
      ]),
    },
  }),
});

/** `initial_state` is KIP-980. */
export const createConnector = route({
  operationId: 'createConnector',
  method: 'POST',
  url: '/connectors',
  summary: 'Create a connector',
  tag: 'connectors',
  needs: { operation: 'CREATE', resource: 'connector', named: 'body.name' },
  refusals: [409, 413, 415],
  schemas: (t) => ({
    body: t.Object(
      {
        name: t.Optional(t.Union([t.String(), t.Null()])),
        config: sentConfig(t),
        initial_state: t.Optional(t.Union([t.String(), t.Null()])),
      },
      { additionalProperties: false },
    ),
    replies: { 201: connectorInfo(t) },
  }),
});

export const getConnector = route({
  operationId: 'getConnector',
  method: 'GET',
  url: '/connectors/:connector',
  summary: 'A connector: its config and the ids of its tasks',
  tag: 'connectors',
  needs: describe,
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 200: connectorInfo(t) } }),
});

export const getConnectorConfig = route({
  operationId: 'getConnectorConfig',
  method: 'GET',
  url: '/connectors/:connector/config',
  summary: 'The config as stored: placeholders of config providers are not resolved',
  tag: 'connectors',
  needs: describe,
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 200: storedConfig(t) } }),
});

export const putConnectorConfig = route({
  operationId: 'putConnectorConfig',
  method: 'PUT',
  url: '/connectors/:connector/config',
  summary: 'Create a connector or replace its config',
  tag: 'connectors',
  needs: alter,
  refusals: [409, 412, 413, 415],
  schemas: (t) => ({
    params: connectorParams(t),
    body: sentConfig(t),
    replies: { 200: connectorInfo(t), 201: connectorInfo(t) },
  }),
});

/** KIP-477: keys that are not sent stay, null takes a key away. */
export const patchConnectorConfig = route({
  operationId: 'patchConnectorConfig',
  method: 'PATCH',
  url: '/connectors/:connector/config',
  summary: 'Change some keys of a config; null takes a key away',
  tag: 'connectors',
  needs: alter,
  refusals: [404, 409, 412, 413, 415],
  schemas: (t) => ({
    params: connectorParams(t),
    body: sentConfig(t),
    replies: { 200: connectorInfo(t) },
  }),
});

export const getConnectorStatus = route({
  operationId: 'getConnectorStatus',
  method: 'GET',
  url: '/connectors/:connector/status',
  summary: 'The state of a connector and of each of its tasks, with the error where one failed',
  tag: 'connectors',
  needs: describe,
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 200: connectorStatus(t) } }),
});

export const deleteConnector = route({
  operationId: 'deleteConnector',
  method: 'DELETE',
  url: '/connectors/:connector',
  summary: 'Delete a connector; its offsets stay, so that one of the same name resumes',
  tag: 'connectors',
  needs: { operation: 'DELETE', resource: 'connector', named: 'params.connector' },
  refusals: [404, 409, 412],
  schemas: (t) => ({ params: connectorParams(t), replies: { 204: t.Null() } }),
});

export const pauseConnector = route({
  operationId: 'pauseConnector',
  method: 'PUT',
  url: '/connectors/:connector/pause',
  summary: 'Pause; failed tasks stay failed until they are restarted',
  tag: 'connectors',
  needs: alter,
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 202: t.Null() } }),
});

export const resumeConnector = route({
  operationId: 'resumeConnector',
  method: 'PUT',
  url: '/connectors/:connector/resume',
  summary: 'Resume a paused or stopped connector',
  tag: 'connectors',
  needs: alter,
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 202: t.Null() } }),
});

/** KIP-875. */
export const stopConnector = route({
  operationId: 'stopConnector',
  method: 'PUT',
  url: '/connectors/:connector/stop',
  summary: 'Stop: shut the tasks down, keep config and offsets',
  tag: 'connectors',
  needs: alter,
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 204: t.Null() } }),
});

/** KIP-745: without parameters only the connector is restarted (204); otherwise the plan is answered (202). */
export const restartConnector = route({
  operationId: 'restartConnector',
  method: 'POST',
  url: '/connectors/:connector/restart',
  summary: 'Restart a connector, and its tasks where asked',
  tag: 'connectors',
  needs: alter,
  refusals: [404, 409],
  schemas: (t) => ({
    params: connectorParams(t),
    query: t.Object({ includeTasks: t.Optional(t.Boolean()), onlyFailed: t.Optional(t.Boolean()) }),
    replies: { 202: connectorStatus(t), 204: t.Null() },
  }),
});

export const listTasks = route({
  operationId: 'listTasks',
  method: 'GET',
  url: '/connectors/:connector/tasks',
  summary: 'The tasks of a connector with their configs',
  tag: 'connectors',
  needs: describe,
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 200: t.Array(taskInfo(t)) } }),
});

export const getTaskStatus = route({
  operationId: 'getTaskStatus',
  method: 'GET',
  url: '/connectors/:connector/tasks/:task/status',
  summary: 'The state of one task',
  tag: 'connectors',
  needs: describe,
  refusals: [404],
  schemas: (t) => ({ params: taskParams(t), replies: { 200: taskStatus(t) } }),
});

export const restartTask = route({
  operationId: 'restartTask',
  method: 'POST',
  url: '/connectors/:connector/tasks/:task/restart',
  summary: 'Restart one task',
  tag: 'connectors',
  needs: alter,
  refusals: [404, 409],
  schemas: (t) => ({ params: taskParams(t), replies: { 204: t.Null() } }),
});
