import type { restoreConfig } from './config-history.ts';
import type {
  createConnector,
  deleteConnector,
  pauseConnector,
  putConnectorConfig,
  restartConnector,
  restartTask,
  resumeConnector,
  stopConnector,
} from './connectors.ts';
import type { cancelRedrive, redriveDeadLetters } from './dead-letters.ts';
import type { deleteGroup, OffsetTarget, resetGroupOffsets } from './groups.ts';
import type { putLogger } from './loggers.ts';
import type { produceMessages, readMessages } from './messages.ts';
import type { alterConnectorOffsets, resetConnectorOffsets } from './offsets.ts';
import type { BodyOf, ParamsOf, QueryOf, Route } from './route.ts';
import type { deleteShareGroup, resetShareGroupOffsets } from './share-groups.ts';
import type { createTopic, deleteRecords, deleteTopic, growTopic, patchTopicConfigs } from './topics.ts';
import type { drainWorker, endDrain } from './workers.ts';

/** What an operation is given. */
export interface GivenTo<R extends Route> {
  readonly params?: ParamsOf<R>;
  readonly query?: QueryOf<R>;
  readonly body?: BodyOf<R>;
}

type Words = readonly (string | number)[];

/** The parts that an operation of the contract has, all there. */
type Whole<R extends Route> = {
  readonly [Part in keyof Required<GivenTo<R>>]: NonNullable<GivenTo<R>[Part]>;
};

type Line<R extends Route> = (given: Whole<R>) => Words | null;

/** Only the types of the routes are used here: pages that show a command need no schema for it. */
interface Lines {
  readonly createConnector: Line<typeof createConnector>;
  readonly putConnectorConfig: Line<typeof putConnectorConfig>;
  readonly pauseConnector: Line<typeof pauseConnector>;
  readonly resumeConnector: Line<typeof resumeConnector>;
  readonly stopConnector: Line<typeof stopConnector>;
  readonly deleteConnector: Line<typeof deleteConnector>;
  readonly restartConnector: Line<typeof restartConnector>;
  readonly restartTask: Line<typeof restartTask>;
  readonly restoreConfig: Line<typeof restoreConfig>;
  readonly alterConnectorOffsets: Line<typeof alterConnectorOffsets>;
  readonly resetConnectorOffsets: Line<typeof resetConnectorOffsets>;
  readonly redriveDeadLetters: Line<typeof redriveDeadLetters>;
  readonly cancelRedrive: Line<typeof cancelRedrive>;
  readonly createTopic: Line<typeof createTopic>;
  readonly patchTopicConfigs: Line<typeof patchTopicConfigs>;
  readonly growTopic: Line<typeof growTopic>;
  readonly deleteRecords: Line<typeof deleteRecords>;
  readonly deleteTopic: Line<typeof deleteTopic>;
  readonly produceMessages: Line<typeof produceMessages>;
  readonly readMessages: Line<typeof readMessages>;
  readonly resetGroupOffsets: Line<typeof resetGroupOffsets>;
  readonly deleteGroup: Line<typeof deleteGroup>;
  readonly resetShareGroupOffsets: Line<typeof resetShareGroupOffsets>;
  readonly deleteShareGroup: Line<typeof deleteShareGroup>;
  readonly drainWorker: Line<typeof drainWorker>;
  readonly endDrain: Line<typeof endDrain>;
  readonly putLogger: Line<typeof putLogger>;
}

const LINES: Lines = {
  createConnector: ({ body: { name, config, initial_state: state } }) =>
    name == null || state === 'STOPPED'
      ? null
      : ['connectors', 'create', name, ...pairs(config), ...(state === 'PAUSED' ? ['--paused'] : [])],
  putConnectorConfig: ({ params, body }) => ['connectors', 'replace', params.connector, ...pairs(body)],
  pauseConnector: ({ params }) => ['connectors', 'pause', params.connector],
  resumeConnector: ({ params }) => ['connectors', 'resume', params.connector],
  stopConnector: ({ params }) => ['connectors', 'stop', params.connector],
  deleteConnector: ({ params }) => ['connectors', 'delete', params.connector],
  restartConnector: ({ params, query }) =>
    query.includeTasks
      ? ['connectors', 'restart', params.connector, ...(query.onlyFailed ? ['--failed'] : [])]
      : null,
  restartTask: ({ params }) => ['connectors', 'restart', params.connector, ...option('task', params.task)],
  restoreConfig: ({ params }) => ['connectors', 'restore', params.connector, params.version],
  alterConnectorOffsets: ({ params, body }) => [
    ...['connectors', 'set-offsets', params.connector, JSON.stringify(body.offsets ?? [])],
  ],
  resetConnectorOffsets: ({ params }) => ['connectors', 'reset-offsets', params.connector],
  redriveDeadLetters: ({ params, body: { cause, letters, all, recordsPerSecond } }) => [
    ...['dead-letters', 'redrive', params.connector],
    ...option('cause', cause),
    ...option('letters', letters?.map(({ partition, offset }) => `${partition}:${offset}`).join(',')),
    ...(all ? ['--all'] : []),
    ...option('rate', recordsPerSecond),
  ],
  cancelRedrive: ({ params }) => ['dead-letters', 'cancel', params.connector, params.redrive],
  createTopic: ({ body: { name, partitions, replicationFactor, configs, validateOnly } }) => [
    ...['topics', 'create', name, ...pairs(configs ?? {})],
    ...option('partitions', partitions),
    ...option('replication-factor', replicationFactor),
    ...(validateOnly ? ['--validate-only'] : []),
  ],
  // An empty value cannot be told from "back to the default".
  patchTopicConfigs: ({ params, body: { configs } }) =>
    Object.values(configs).includes('') ? null : ['topics', 'set', params.topic, ...pairs(configs)],
  growTopic: ({ params, body }) => ['topics', 'grow', params.topic, body.count],
  deleteRecords: ({ params, body }) => [
    ...['topics', 'empty', params.topic],
    ...body.partitions.map(({ partition, beforeOffset }) => `${partition}:${beforeOffset}`),
  ],
  deleteTopic: ({ params }) => ['topics', 'delete', params.topic],
  produceMessages: ({ params, body }) => produced(params.topic, body.messages),
  readMessages: ({ params, query: { scan, after, maxBytes, from, offset, timestamp, ...look } }) =>
    [scan, after, maxBytes].some((one) => one !== undefined)
      ? null
      : [
          ...['consume', params.topic],
          ...option('from', from === undefined ? undefined : startText(from, { offset, timestamp })),
          ...option('partition', look.partition),
          ...option('filter', look.filter),
          ...option('key-format', look.keyFormat),
          ...option('value-format', look.valueFormat),
          ...option('limit', look.limit),
        ],
  resetGroupOffsets: ({ params, body }) => reset('groups', params.group, body),
  deleteGroup: ({ params }) => ['groups', 'delete', params.group],
  resetShareGroupOffsets: ({ params, body }) => reset('share-groups', params.group, body),
  deleteShareGroup: ({ params }) => ['share-groups', 'delete', params.group],
  drainWorker: ({ params }) => ['workers', 'drain', params.worker],
  endDrain: ({ params }) => ['workers', 'use', params.worker],
  putLogger: ({ params, query, body: { level } }) =>
    query.scope !== 'cluster' || level == null ? null : ['loggers', 'set', params.logger, level],
};

/** The operations that the command can ask for too. */
export const OFFERED_AS_COMMAND: readonly string[] = Object.keys(LINES);

/** The arguments of `millrace` that ask the same as an operation of the contract does; null where the command cannot. */
export function commandLine<R extends Route>(route: R, given: GivenTo<R>): readonly string[] | null {
  const line = Object.hasOwn(LINES, route.operationId)
    ? (LINES[route.operationId as keyof Lines] as Line<R>)
    : null;
  const whole = { params: {}, query: {}, body: {}, ...given } as unknown as Whole<R>;
  return line?.(whole)?.map(String) ?? null;
}

const pairs = (values: { readonly [key: string]: unknown }) =>
  Object.entries(values).map(([key, value]) => `${key}=${value ?? ''}`);

/** As one word, so that a value may begin with a dash. */
const option = (name: string, value: string | number | undefined): Words =>
  value === undefined ? [] : [`--${name}=${value}`];

function reset(command: string, group: string, body: BodyOf<typeof resetGroupOffsets>): Words | null {
  const [first, ...more] = body.topics ?? [];
  if (more.length > 0 || first?.partitions !== undefined) return null;
  return [
    ...[command, 'reset', group, ...option('to', targetText(body.target)), ...option('topic', first?.topic)],
    ...(body.preview ? ['--preview'] : []),
  ];
}

function startText(
  from: string,
  at: { readonly offset?: number | undefined; readonly timestamp?: number | undefined },
) {
  if (from === 'offset') return `offset:${at.offset ?? 0}`;
  return from === 'time' ? `time:${new Date(at.timestamp ?? 0).toISOString()}` : from;
}

function targetText(target: OffsetTarget): string {
  switch (target.to) {
    case 'offset':
      return `offset:${target.offset}`;
    case 'shift':
      return `shift:${target.by}`;
    case 'time':
      return `time:${new Date(target.timestamp).toISOString()}`;
    default:
      return target.to;
  }
}

/** The command sends texts alone. */
function produced(topic: string, messages: BodyOf<typeof produceMessages>['messages']): Words | null {
  const [message, ...more] = messages;
  if (message === undefined || more.length > 0 || message.timestamp !== undefined) return null;
  const { key = null, value, headers = [], partition } = message;
  const parts = [key, value, ...headers.map((header) => header.value)];
  const isPlain = ({ encoding, text }: { readonly encoding: string; readonly text: string }) =>
    encoding === 'text' || (encoding === 'json' && text !== '');
  if (parts.some((part) => part !== null && !isPlain(part))) return null;
  return [
    ...['produce', topic, ...headers.map((header) => `${header.key}=${header.value?.text ?? ''}`)],
    ...option('key', key?.text),
    ...(value === null ? ['--tombstone'] : option('value', value.text)),
    ...option('partition', partition),
  ];
}
