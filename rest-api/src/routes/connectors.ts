import { isMillraceError, MillraceError } from '@millrace/foundation';
import { readConfig, readInitialState, readName, readPatch } from '../connector-config.ts';
import * as contract from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { conditionOf, etagOf } from '../etag.ts';
import type { ConnectorInfo, ConnectorStatus, Herder, PipelineMonitor } from '../ports.ts';
import { accepted, created, noContent, ok } from '../reply.ts';
import { changeOf } from './change-context.ts';
import { readTaskNumber } from './task-number.ts';

export function connectorRoutes(doors: Doors, herder: Herder, monitor: PipelineMonitor): void {
  doors.operation(contract.listConnectors, ({ query }) => {
    const expansions = query.expand;
    if (expansions === undefined) return ok(herder.connectors());
    return ok(expanded(herder, monitor, expansions));
  });
  doors.operation(contract.createConnector, async ({ body, actor }) => {
    const name = readName(body.name);
    const config = readConfig(name, body.config);
    const state = readInitialState(body.initial_state);
    const info = await herder.createConnector(name, config, state, changeOf(actor));
    return { ...created(info, connectorLocation(name)), etag: etagOf(info.config) };
  });
  doors.operation(contract.getConnector, ({ params }) => {
    const info = herder.connector(params.connector);
    return { ...ok(info), etag: etagOf(info.config) };
  });
  doors.operation(contract.getConnectorConfig, ({ params }) => {
    const { config } = herder.connector(params.connector);
    return { ...ok(config), etag: etagOf(config) };
  });
  doors.operation(contract.putConnectorConfig, async ({ params, body, actor, sent }) => {
    const name = readName(params.connector);
    const change = changeOf(actor, conditionOf(sent.headers['if-match']));
    const put = await herder.putConfig(name, readConfig(name, body), change);
    const etag = etagOf(put.info.config);
    return put.created ? { ...created(put.info, connectorLocation(name)), etag } : { ...ok(put.info), etag };
  });
  doors.operation(contract.patchConnectorConfig, async ({ params, body, actor, sent }) => {
    const name = readName(params.connector);
    const change = changeOf(actor, conditionOf(sent.headers['if-match']));
    const info = await herder.patchConfig(name, readPatch(name, body), change);
    return { ...ok(info), etag: etagOf(info.config) };
  });
  doors.operation(contract.getConnectorStatus, ({ params }) =>
    ok(withNotices(herder.status(params.connector), monitor)),
  );
  doors.operation(contract.deleteConnector, async ({ params, actor, sent }) => {
    const change = changeOf(actor, conditionOf(sent.headers['if-match']));
    await herder.deleteConnector(params.connector, change);
    return noContent();
  });
}

export function lifecycleRoutes(doors: Doors, herder: Herder): void {
  doors.operation(contract.pauseConnector, async ({ params }) => {
    await herder.setTargetState(params.connector, 'PAUSED');
    return accepted(null);
  });
  doors.operation(contract.resumeConnector, async ({ params }) => {
    await herder.setTargetState(params.connector, 'RUNNING');
    return accepted(null);
  });
  doors.operation(contract.stopConnector, async ({ params }) => {
    await herder.setTargetState(params.connector, 'STOPPED');
    return noContent();
  });
  doors.operation(contract.restartConnector, async ({ params, query }) => {
    const { includeTasks = false, onlyFailed = false } = query;
    const status = await herder.restartConnector(params.connector, { includeTasks, onlyFailed });
    return status === null ? noContent() : accepted(status);
  });
}

export function taskRoutes(doors: Doors, herder: Herder, monitor: PipelineMonitor): void {
  doors.operation(contract.listTasks, ({ params }) => ok(herder.taskInfos(params.connector)));
  doors.operation(contract.getTaskStatus, ({ params }) => {
    const id = readTaskNumber(params.task);
    const status = taskStatuses(herder, monitor, params.connector).find((task) => task.id === id);
    if (status === undefined) throw noTaskStatus(params.connector, id);
    return ok(status);
  });
  doors.operation(contract.restartTask, async ({ params }) => {
    const task = readTaskNumber(params.task);
    await herder.restartTask({ connector: params.connector, task });
    return noContent();
  });
}

/** What may stand in a path as it is (RFC 3986, pchar), and `encodeURIComponent` escapes. */
const PLAIN_IN_PATHS = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;

/** The path of a connector, as Kafka Connect writes it. */
export function connectorLocation(name: string): string {
  return `/connectors/${encodeURIComponent(name).replace(PLAIN_IN_PATHS, decodeURIComponent)}`;
}

/** Of a connector that is not there, none: Kafka Connect answers for the task in the same words then. */
function taskStatuses(herder: Herder, monitor: PipelineMonitor, connector: string): ConnectorStatus['tasks'] {
  try {
    return withNotices(herder.status(connector), monitor).tasks;
  } catch (error) {
    if (isMillraceError(error) && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

/** With what running tasks say is wrong; a task that says nothing looks as in Kafka Connect. */
function withNotices(status: ConnectorStatus, monitor: PipelineMonitor): ConnectorStatus {
  const said = new Map(
    monitor
      .counters()
      .filter(({ connector, notices = [] }) => connector === status.name && notices.length > 0)
      .map(({ task, notices = [] }) => [task, notices]),
  );
  if (said.size === 0) return status;
  return {
    ...status,
    tasks: status.tasks.map((task) => {
      const notices = said.get(task.id);
      return notices && task.state === 'RUNNING' ? { ...task, notices: [...notices] } : task;
    }),
  };
}

function noTaskStatus(connector: string, task: number): MillraceError {
  return new MillraceError(`No status found for task ${connector}-${task}`, {
    code: 'NOT_FOUND',
    class: 'config',
    hint: `GET /connectors/${connector}/tasks lists those that exist.`,
  });
}

/** Connectors that go while they are looked at are left out, as in Kafka Connect; so are unknown expansions. */
function expanded(herder: Herder, monitor: PipelineMonitor, expansions: readonly string[]) {
  const all: Record<string, { status?: ConnectorStatus; info?: ConnectorInfo }> = Object.create(null);
  for (const name of herder.connectors()) {
    try {
      all[name] = {
        ...(expansions.includes('status') ? { status: withNotices(herder.status(name), monitor) } : {}),
        ...(expansions.includes('info') ? { info: herder.connector(name) } : {}),
      };
    } catch (error) {
      if (!isMillraceError(error) || error.code !== 'NOT_FOUND') throw error;
    }
  }
  return all;
}
