import type { TSchema } from 'typebox';

/** What keys of the API hold in examples: one story, of orders that go from a shop into a copy. */
const BY_KEY: Readonly<Record<string, unknown>> = {
  ...{ connector: 'orders-to-pg', name: 'orders-to-pg', plugin: 'PostgresSink', class: 'PostgresSink' },
  ...{ topic: 'shop.public.orders', topics: ['shop.public.orders'], readBy: ['orders-to-pg'] },
  ...{ writtenBy: ['shop-orders'], usedBy: ['orders-to-pg'], connectors: ['orders-to-pg'] },
  ...{ group: 'connect-orders-to-pg', groupId: 'connect-orders-to-pg', protocolType: 'consumer' },
  ...{ worker: '127.0.0.1:8083', worker_id: '127.0.0.1:8083', workers: ['127.0.0.1:8083'] },
  ...{ url: 'http://127.0.0.1:8083/', host: '127.0.0.1', port: 9092, clientHost: '/127.0.0.1' },
  ...{ broker: '1', logger: 'root', level: 'INFO', task: '0', redrive: 'r-1', id: 0, version: '0.1.0' },
  ...{ commit: 'abcdef0', kafka_cluster_id: 'MkU3OEVBNTcwNTJENDM2Qg', clusterId: 'MkU3OEVBNTcwNTJENDM2Qg' },
  ...{ message: 'value too long for type character varying(10)', code: 'PG_22001', stage: 'put' },
  ...{ hint: 'Widen the column, or let such records become dead letters.', path: 'errors.tolerance' },
  ...{ cause: 'c-5f1c', shape: 'value too long for type character varying(N)', by: 'ANONYMOUS' },
  error_code: 400,
  ...{ text: '{"id":42,"item":"pen"}', encoding: 'json', sizeBytes: 22, filter: 'value.total > 100' },
  ...{ key: 'id', schema: 'orders-value, id 7', documentation: 'Topics to read.', docs: 'Topics to read.' },
  ...{ search: 'orders', after: 'orders-to-file', before: '0:42', sort: 'state', etag: '"5f1c"' },
  ...{ partition: 0, partitions: 1, offset: 42, startOffset: 0, endOffset: 43, committedOffset: 42, lag: 1 },
  configs: { 'retention.ms': '604800000' },
  ...{ aliases: ['io.confluent.connect.jdbc.JdbcSinkConnector'], module: '@millrace/connector-postgres' },
  ...{ memberId: 'orders-to-pg-0-4f2a', clientId: 'orders-to-pg-0', groupInstanceId: null, rack: null },
  ...{
    protocol: 'cooperative-sticky',
    assignor: 'simple',
    trace: null,
    error: null,
    next: null,
    restart: null,
  },
  ...{ source: 'DYNAMIC_TOPIC_CONFIG', cleanupPolicy: 'delete', unit: 'records/s', display_name: 'Topics' },
  ...{ order: 'Records of one key stay in their order.', losses: [], duplicates: [], dependents: [] },
  ...{
    providers: ['file'],
    inlined: [],
    inClear: ['database.password'],
    unreadable: [],
    failed: [],
    notices: [],
  },
  ...{ groups: ['Connection'], value: '604800000', metadata: null },
  ...{
    withoutRecords: null,
    topicId: 'bHV4LWV4YW1wbGUtMDAwMA',
    failures: [],
    underReplicated: 0,
    offline: 0,
  },
  ...{ offlinePartitions: 0, underReplicatedPartitions: 0, silentWorkers: [], skipped: 0, dropped: 0 },
  ...{ internal: false, draining: false, truncated: false, more: false, sensitive: false, readOnly: false },
  ...{ type: 'sink', figures: { slot_lag_bytes: 4_096 }, own: { slot_lag_bytes: 4_096 } },
  ...{ facts: { state: 'RUNNING' }, states: { RUNNING: 12 }, errors: [], error_count: 0 },
  ...{ recommended_values: [], expand: ['status'], scope: 'cluster', records: 48_000, bytes: 10_272_000 },
  ...{
    limit: 50,
    points: 180,
    recordsPerSecond: 100,
    count: 6,
    state: 'RUNNING',
    sentence: 'At least once.',
  },
};
/** What the same keys hold where an operation is about something else than connectors; the first that fits its id counts. */
const BY_OPERATION: readonly (readonly [RegExp, Readonly<Record<string, unknown>>])[] = [
  [
    /^(?:get|patch)(?:Topic|Broker)Configs$/,
    { name: 'retention.ms', type: 'LONG', documentation: 'How long records are kept.' },
  ],
  [/Topic/, { name: 'shop.public.orders', retentionMs: 604_800_000, retentionBytes: -1, state: 'Stable' }],
  [/Message/, { maxBytes: 16_384, scan: 200_000, perSecond: 100 }],
  [/Group/, { state: 'Stable', before: 42, after: 0, again: 42, to: 'earliest' }],
  [/Redrive|redrive/, { id: 'r-1', endedAtMs: null, read: 14, toRead: 14, sent: 14 }],
  [/DeadLetters/, { class: 'poison', scan: 1_000, scanned: 1_000, topic: 'orders-dead' }],
  [/Workers$/, { id: '127.0.0.1:8083' }],
  [/^getCluster$/, { id: 1, path: '/var/lib/millrace', leads: 22, replicas: 22, behind: 0 }],
  [
    /^(?:getPluginConfig|validatePluginConfig)$/,
    { name: 'topics', type: 'LIST', default_value: null, group: 'Common', value: 'shop.public.orders' },
  ],
  [/^getConfigHistory$|^planConfig$/, { key: 'tasks.max', op: 'replace', before: '1', after: '2' }],
  [/^restoreConfig$/, { version: '1' }],
  [/Logs$/, { message: 'the task is RUNNING' }],
  [/^getGuarantees$/, { delivery: 'at least once', code: 'UPSERTS_BY_KEY' }],
];
const BY_ENDING: readonly (readonly [RegExp, unknown])[] = [
  [/AtMs$|^(?:atMs|fromMs|sinceMs|untilMs|asOfMs|timestamp|last_modified)$/, 1_795_270_931_000],
  [/Ms$/, 1_000],
];
/** A config, wherever one is sent or answered. */
const CONFIG = {
  'connector.class': 'PostgresSink',
  topics: 'shop.public.orders',
  'database.hostname': '127.0.0.1',
  'database.password': '${file:/etc/millrace/pg.properties:password}',
};

/** Optional keys of what went wrong, or is an exception. */
const RARE: ReadonlySet<string> = new Set([
  'failure',
  'trace',
  'error',
  'restart',
  'notices',
  'restored',
  'preview',
  'initial_state',
]);
/** Under these names a record of texts is a config. */
const CONFIG_KEYS: ReadonlySet<string> = new Set(['config', 'connector', 'plugin']);

interface AnySchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly AnySchema[];
  readonly items?: AnySchema;
  readonly properties?: Readonly<Record<string, AnySchema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, AnySchema>>;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface OperationExample {
  readonly body?: unknown;
  /** Of the first success. */
  readonly reply?: unknown;
}

const SINK_POSITION = {
  partition: { kafka_topic: 'shop.public.orders', kafka_partition: 0 },
  offset: { kafka_offset: 42 },
};

/** Where several keys belong together, or exclude each other. */
export const OPERATION_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  createConnector: { body: { name: 'orders-to-pg', config: CONFIG } },
  createTopic: {
    body: { name: 'orders', partitions: 6, replicationFactor: 3, configs: { 'retention.ms': '604800000' } },
  },
  alterConnectorOffsets: {
    body: { offsets: [SINK_POSITION] },
    reply: { message: 'The offsets for this connector have been altered successfully' },
  },
  getConnectorOffsets: { reply: { offsets: [SINK_POSITION] } },
  resetConnectorOffsets: {
    reply: { message: 'The offsets for this connector have been reset successfully' },
  },
  redriveDeadLetters: { body: { cause: 'c-5f1c', recordsPerSecond: 100 } },
  runPreview: { body: { config: CONFIG, limit: 10 } },
  putLogger: { body: { level: 'DEBUG' } },
  getHealth: {
    reply: {
      status: 'healthy',
      message: 'Worker has completed startup and is ready to handle requests.',
    },
  },
  getAbout: { reply: { command: 'worker', bootstrapServers: ['127.0.0.1:9092'], groupId: 'connect' } },
};

/** A value that a schema lets pass, as people might see it there. `key` is what it stands under, `operation` the id of what answers or takes it. */
export function exampleOf(schema: TSchema, key: string, operation = ''): unknown {
  const own = BY_OPERATION.find(([ids]) => ids.test(operation))?.[1] ?? {};
  return made(schema as AnySchema, key, own);
}

/** What an operation says otherwise of keys. */
type Own = Readonly<Record<string, unknown>>;

/** What an operation is about, in one word: what its path names last. */
export function subjectOf(url: string): string {
  const [last = ''] = url.split('/').slice(-1);
  const named = /.*:(\w+)/.exec(url)?.[1];
  return named ?? singular(last);
}

function made(schema: AnySchema, key: string, own: Own): unknown {
  for (const known of [own[key], knownAt(key)]) if (known !== undefined && fits(known, schema)) return known;
  if ('const' in schema) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return madeOfAny(schema.anyOf, key, own);
  switch (schema.type) {
    case 'object':
      return madeObject(schema, key, own);
    case 'array':
      return schema.items === undefined ? [] : [made(schema.items, singular(key), own)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return Math.min(Math.max(1, schema.minimum ?? 0), schema.maximum ?? 1);
    case 'null':
      return null;
    default:
      return key;
  }
}

/** What is there says more than that nothing is. */
function madeOfAny(choices: readonly AnySchema[], key: string, own: Own): unknown {
  const [first] = choices.filter(({ type }) => type !== 'null');
  return first === undefined ? null : made(first, key, own);
}

function madeObject(
  { properties, patternProperties, required = [] }: AnySchema,
  key: string,
  own: Own,
): unknown {
  if (properties !== undefined) {
    const parts = Object.entries(properties).filter(([name]) => required.includes(name) || !RARE.has(name));
    return Object.fromEntries(parts.map(([name, part]) => [name, made(part, name, own)]));
  }
  const [value = {}] = Object.values(patternProperties ?? {});
  if (CONFIG_KEYS.has(key) && fits('', value)) return CONFIG;
  return { [String(knownAt(key) ?? key)]: made(value, key, own) };
}

/** Undefined where nothing is known; a null is known. */
function knownAt(key: string): unknown {
  if (Object.hasOwn(BY_KEY, key)) return BY_KEY[key];
  return BY_ENDING.find(([ending]) => ending.test(key))?.[1];
}

/** Whether a value that is known of a key is of the kind that stands there now. */
function fits(value: unknown, schema: AnySchema): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((choice) => fits(value, choice));
  if ('const' in schema) return schema.const === value;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (Array.isArray(value))
    return schema.type === 'array' && value.every((one) => fits(one, schema.items ?? {}));
  if (value === null) return schema.type === 'null';
  if (typeof value === 'number') {
    const { minimum = value, maximum = value } = schema;
    return ['integer', 'number'].includes(schema.type ?? '') && value >= minimum && value <= maximum;
  }
  if (typeof value === 'object') return schema.type === 'object' && schema.patternProperties !== undefined;
  return typeof value === schema.type;
}

function singular(key: string): string {
  return key.replace(/s$/, '');
}
