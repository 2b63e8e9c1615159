import type { Builders, Of } from './route.ts';

/** Shapes that more than one resource answers with. */

export const connectorParams = (t: Builders) => t.Object({ connector: t.String() });

export const taskParams = (t: Builders) => t.Object({ connector: t.String(), task: t.String() });

export const storedConfig = (t: Builders) => t.Record(t.String(), t.String());

/** What callers may send: Kafka Connect takes numbers and booleans for their text. Null is refused by name. */
export const sentConfig = (t: Builders) =>
  t.Record(t.String(), t.Union([t.String(), t.Number(), t.Boolean(), t.Null()]));

export const connectorType = (t: Builders) => t.Enum(['source', 'sink', 'unknown']);

export const connectorState = (t: Builders) =>
  t.Enum(['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'RESTARTING', 'STOPPED']);

/** An error as data, the same in REST, UI, CLI and log. */
export const errorReport = (t: Builders) =>
  t.Object({
    code: t.String(),
    class: t.Enum(['transient', 'throttled', 'poison', 'auth', 'config', 'bug']),
    message: t.String(),
    hint: t.Optional(t.String()),
    path: t.Optional(t.String()),
    record: t.Optional(
      t.Object({
        topic: t.String(),
        partition: t.Union([t.Integer(), t.Null()]),
        offset: t.Optional(t.Integer()),
      }),
    ),
    stage: t.Optional(t.String()),
  });

/** The body of every refusal: Kafka Connect's two fields, and ours. */
export const errorBody = (t: Builders) =>
  t.Object({
    error_code: t.Integer(),
    message: t.String(),
    code: t.Optional(t.String()),
    class: t.Optional(t.String()),
    hint: t.Optional(t.String()),
    path: t.Optional(t.String()),
  });

export type ErrorBody = Of<typeof errorBody>;

/** What is done about a failure by itself. */
export const restartState = (t: Builders) =>
  t.Object(
    {
      attempts: t.Integer({ description: 'Restarts in a row since it last ran well' }),
      next_at_ms: t.Union([t.Integer(), t.Null()], {
        description: 'Wall time of the next one; null where there is none',
      }),
      reason: t.Optional(t.String({ description: 'Why there is none' })),
    },
    { description: 'What is done about a failure by itself' },
  );

export type RestartStateBody = Of<typeof restartState>;

const runStateFields = (t: Builders) => ({
  state: connectorState(t),
  worker_id: t.String(),
  trace: t.Optional(t.String()),
  error: t.Optional(errorReport(t)),
  restart: t.Optional(restartState(t)),
  version: t.Optional(t.String()),
});

export const taskStatus = (t: Builders) =>
  t.Object({
    id: t.Integer(),
    ...runStateFields(t),
    notices: t.Optional(
      t.Array(t.String(), {
        description:
          'What the plugin says is wrong while it goes on, in sentences; left out where nothing is',
      }),
    ),
  });

export type TaskStatus = Of<typeof taskStatus>;

export const connectorStatus = (t: Builders) =>
  t.Object({
    name: t.String(),
    connector: t.Object(runStateFields(t)),
    tasks: t.Array(taskStatus(t)),
    type: connectorType(t),
  });

export type ConnectorStatusBody = Of<typeof connectorStatus>;

const taskId = (t: Builders) => t.Object({ connector: t.String(), task: t.Integer() });

export const connectorInfo = (t: Builders) =>
  t.Object({
    name: t.String(),
    config: storedConfig(t),
    tasks: t.Array(taskId(t)),
    type: connectorType(t),
  });

export type ConnectorInfoBody = Of<typeof connectorInfo>;

export const taskInfo = (t: Builders) => t.Object({ id: taskId(t), config: storedConfig(t) });
