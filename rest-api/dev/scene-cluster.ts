import type { TaskLogs } from '../src/contract/index.ts';
import type { DecodedBytes } from '../src/kafka-ports.ts';
import type { ConfigKeyInfo } from '../src/ports.ts';
import type { FakePorts } from '../src/testing/fake-ports.ts';

const ORDERS = 'shop.public.orders';
const HOUR_MS = 3_600_000;
const GIB = 2 ** 30;
const WORKERS = ['127.0.0.1:8083', '127.0.0.1:8084'];

/** What stands around the pipelines of a scene: brokers, workers, groups, plugins, logs, dead letters. */
export function addCluster(ports: FakePorts): void {
  addGroups(ports);
  addBrokers(ports);
  addPlugins(ports);
  addDeadLetters(ports);
  addHistory(ports);
}

function addGroups(ports: FakePorts): void {
  const { kafka } = ports;
  const member = (name: string, partitions: readonly number[]) => ({
    ...{ memberId: `${name}-9b1f0c2e-71d4-4a51-8a57-3f1f2f6f7c11`, groupInstanceId: name, clientId: name },
    ...{ clientHost: '/10.0.0.17', assignment: [{ topic: ORDERS, partitions: [...partitions] }] },
  });
  kafka.groupList.push(
    { ...group('connect-orders-to-pg', 2, 0), protocolType: 'consumer' },
    { ...group('connect-orders-to-es', 3, 12_431), protocolType: 'consumer' },
    { ...group('connect-orders-to-file', 1, 3), protocolType: 'consumer' },
    { ...group('billing', 0, 48_210), state: 'Empty', protocolType: 'consumer' },
  );
  const { groups, shareGroups } = kafka;
  Object.assign(ports.groups, {
    describe: async (name: string) => {
      const found = await groups.list().then((all) => all.find(({ groupId }) => groupId === name));
      if (found === undefined) return groups.describe(name);
      const { members, ...rest } = found;
      const count = members ?? 0;
      return {
        ...rest,
        protocol: count === 0 ? '' : 'cooperative-sticky',
        members: Array.from({ length: count }, (_, at) =>
          member(`${name}-${at}`, count === 3 ? [at, at + 3] : [0, 1]),
        ),
        offsets: Array.from({ length: 6 }, (_, partition) => ({
          ...{ topic: ORDERS, partition, startOffset: 0, endOffset: 84_100 + partition, metadata: null },
          ...{ committedOffset: 84_100 + partition - Math.floor((rest.lag ?? 0) / 6), lagMs: null },
          lag: Math.floor((rest.lag ?? 0) / 6),
          memberId: count === 0 ? null : member(`${name}-${partition % count}`, []).memberId,
        })),
      };
    },
  });
  kafka.shareGroupList.push({
    groupId: 'jobs',
    state: 'Stable',
    members: 3,
    topics: ['payments'],
    lag: 12_400,
  });
  Object.assign(ports.shareGroups, {
    describe: async (name: string) => {
      if (name !== 'jobs') return shareGroups.describe(name);
      return {
        ...{ groupId: 'jobs', state: 'Stable', assignor: 'simple', lag: 12_400 },
        members: [0, 1, 2].map((at) => member(`job-runner-${at}`, [0, 1, 2, 3])),
        partitions: Array.from({ length: 4 }, (_, partition) => ({
          ...{ topic: 'payments', partition, startOffset: 50_000, endOffset: 53_100, lag: 3_100 },
          deliveries: [
            { count: 1, records: 380 },
            { count: 2, records: 30 },
            { count: 4, records: 2 },
          ],
          inFlight: {
            ...{ acquired: partition === 3 ? 0 : 412, limit: 2_000, lockDurationMs: 30_000 },
            oldestLockMs: partition === 3 ? null : partition === 0 ? 27_000 : 9_000,
          },
        })),
      };
    },
  });
}

const group = (groupId: string, members: number, lag: number) => ({
  ...{ groupId, state: 'Stable', members, topics: [ORDERS], lag },
});

function addBrokers(ports: FakePorts): void {
  const disk = { path: '/var/lib/millrace/log', error: null, totalBytes: 500 * GIB };
  const describe = async () => ({
    ...{ clusterId: 'Zm9vYmFyYmF6cXV4MDAwMA', controllerId: 2, topics: 5, partitions: 72 },
    ...{ underReplicatedPartitions: 4, offlinePartitions: 0 },
    brokers: [1, 2, 3].map((id) => ({
      ...{ id, host: `broker-${id}.shop.internal`, port: 9092, rack: `eu-${id}`, controller: id === 2 },
      logDirs: [{ ...disk, logBytes: (40 + id) * GIB, usableBytes: (id === 3 ? 12 : 320) * GIB }],
      ...{ leads: 24, replicas: 72, behind: id === 3 ? 4 : 0 },
    })),
  });
  const brokers = async () => {
    if (ports.kafka.away) throw new Error('no broker answers');
    return [1, 2, 3].map((id) => ({ id, up: true }));
  };
  Object.assign(ports.cluster, { describe, brokers });
  const tasks = (names: readonly string[]) => names.map((connector) => ({ connector, task: 0 }));
  const running = [
    tasks(['shop', 'orders-to-pg', 'orders-to-es']),
    tasks(['orders-to-file', 'nightly-export']),
  ];
  Object.assign(ports.group, {
    workers: () =>
      WORKERS.map((id, at) => ({
        ...{ id, url: `http://${id}/`, leader: at === 0, draining: false },
        tasks: running[at] ?? [],
      })),
  });
}

const PLUGINS = [
  [
    'io.millrace.postgres.PostgresSourceConnector',
    'source',
    'Reads tables of PostgreSQL: what is there, then every change, by logical replication.',
  ],
  [
    'io.millrace.postgres.PostgresSinkConnector',
    'sink',
    'Writes records into tables of PostgreSQL: insert, upsert, delete; exactly once where asked.',
  ],
  ['io.millrace.files.FilesSinkConnector', 'sink', 'Writes records into a file, one JSON document a line.'],
  [
    'io.millrace.elasticsearch.ElasticsearchSinkConnector',
    'sink',
    'Writes records as documents of an index, in bulk.',
  ],
  ['JsonConverter', 'converter', 'JSON, with or without its schema in an envelope.'],
  ['HoistField$Value', 'transformation', 'Puts the whole value into a field of a new one.'],
] as const;

const key = (name: string, more: Partial<ConfigKeyInfo> = {}): ConfigKeyInfo => ({
  ...{ name, type: 'STRING', required: false, default_value: null, importance: 'HIGH', group: 'Connection' },
  ...{
    documentation: `What \`${name}\` says.`,
    order_in_group: 1,
    width: 'MEDIUM',
    display_name: name,
    dependents: [],
  },
  ...more,
});

const KEYS: readonly ConfigKeyInfo[] = [
  key('connector.class', { type: 'CLASS', required: true, group: 'Connector' }),
  key('tasks.max', {
    type: 'INT',
    default_value: '1',
    group: 'Connector',
    documentation: 'How many tasks at most share the work.',
  }),
  key('database.hostname', { required: true, documentation: 'Host of the database.' }),
  key('database.port', { type: 'INT', default_value: '5432', documentation: 'Its port.' }),
  key('database.user', { required: true, documentation: 'Who logs in.' }),
  key('database.password', { type: 'PASSWORD', documentation: 'With which password.' }),
  key('topics', { type: 'LIST', required: true, group: 'Records', documentation: 'Topics to read.' }),
  key('insert.mode', {
    default_value: 'insert',
    group: 'Records',
    documentation: 'What becomes of a record: insert, upsert or update.',
  }),
  key('batch.size', {
    type: 'INT',
    default_value: '3000',
    importance: 'LOW',
    group: 'Writing',
    documentation: 'Records that are written together at most.',
  }),
];

function addPlugins(ports: FakePorts): void {
  const { herder, insight } = ports;
  const list = PLUGINS.map(([name, type, docs]) => ({ class: name, type, docs, version: '0.1.0' }));
  const all = list.map((plugin) => ({ ...plugin, aliases: [], module: '@millrace/plugins' }));
  Object.assign(herder, {
    plugins: async () => list,
    pluginConfig: async () => KEYS,
    validate: async (name: string, config: Readonly<Record<string, string>>) => {
      const lacking = ({ name: one, required }: ConfigKeyInfo) =>
        required && !config[one] && one !== 'connector.class';
      return {
        ...{
          name,
          error_count: KEYS.filter(lacking).length,
          groups: ['Connector', 'Connection', 'Records', 'Writing'],
        },
        configs: KEYS.map((definition) => ({
          definition,
          value: {
            ...{
              name: definition.name,
              value: config[definition.name] ?? definition.default_value,
              visible: true,
            },
            recommended_values: definition.name === 'insert.mode' ? ['insert', 'upsert', 'update'] : [],
            errors: lacking(definition) ? [`"${definition.name}" is missing.`] : [],
          },
        })),
      };
    },
  });
  const shown = (value: unknown) => ({ text: JSON.stringify(value), truncated: false, schema: null });
  const record = (value: unknown) => ({
    ...{ topic: ORDERS, partition: 0, timestamp: Date.now(), key: shown({ id: 48_001 }), headers: [] },
    value: shown(value),
  });
  const before = { id: 48_001, item: 'sextant', total: 129.5 };
  Object.assign(insight, {
    plugins: async () => ({ plugins: all, failures: [] }),
    guarantees: async (connector: string) => ({
      ...{ connector: herder.connector(connector).name, type: 'sink', delivery: 'exactly once' },
      sentence:
        'Offsets are stored in the transaction of the rows: each record is written once, also after a crash.',
      reasons: [
        { code: 'OFFSETS_IN_TARGET', holds: true, sentence: 'The sink keeps its offsets in the database.' },
      ],
      ...{ order: 'Records of one key are written in their order.', duplicates: [], losses: [] },
    }),
    preview: async () => ({
      ...{ class: 'PostgresSource', type: 'source', withoutRecords: null, error: null },
      records: [48_001, 48_002, 48_003].map(() => ({
        ...{ readFrom: { topic: ORDERS, partition: 0, offset: 8_041 }, before: record(before), error: null },
        steps: [
          {
            name: 'hoist',
            records: [record({ order: before })],
            differences: [{ op: 'add', path: '/value/order', after: JSON.stringify(before) }],
          },
        ],
        ...{ after: [record({ order: before })], sizes: [{ keyBytes: 12, valueBytes: 64 }] },
      })),
      topics: [{ name: ORDERS, exists: true, purpose: 'records' }],
      plan: [
        { what: 'makes the table copy', statement: 'CREATE TABLE copy (id int PRIMARY KEY, item text)' },
      ],
    }),
  });
}

const text = (encoding: DecodedBytes['encoding'], source: string): DecodedBytes => ({
  ...{ encoding, text: source, sizeBytes: Buffer.byteLength(source), truncated: false },
});

function addDeadLetters({ deadLetters }: FakePorts): void {
  const cause = {
    ...{
      code: 'PG_22001',
      class: 'poison',
      stage: 'put',
      hint: 'Widen the column, or shorten the value by a transform.',
    },
    cause: 'c1',
  };
  const message = 'value too long for type character varying(10)';
  const other = { ...cause, cause: 'c2', code: 'JSON_INVALID', stage: 'convert', hint: null };
  const now = Date.now();
  Object.assign(deadLetters, {
    list: async () => ({
      ...{ topic: 'orders-dead', scanned: 16, next: null },
      causes: [
        {
          ...cause,
          shape: 'value too long for type character varying(#)',
          count: 14,
          firstAtMs: now - HOUR_MS,
          lastAtMs: now - 4_000,
        },
        {
          ...other,
          shape: 'The value is no JSON: unexpected token at #.',
          count: 2,
          firstAtMs: now - HOUR_MS,
          lastAtMs: now - 900_000,
        },
      ],
      letters: Array.from({ length: 16 }, (_, at) => ({
        ...(at < 14 ? cause : other),
        ...{
          partition: 0,
          offset: 15 - at,
          timestamp: now - 4_000 - at * 60_000,
          connector: 'orders-to-es',
          task: 1,
        },
        ...{ origin: { topic: ORDERS, partition: at % 6, offset: 8_041 + at }, redrives: at === 2 ? 1 : 0 },
        ...{ redriven: at > 11, message: at < 14 ? message : 'The value is no JSON: unexpected token at 4.' },
        key: text('json', `{"id":${48_000 + at}}`),
        value:
          at < 14 ? text('json', '{"item":"a bicycle bell with a very long name"}') : text('text', 'no json'),
      })),
    }),
  });
}

function addHistory(ports: FakePorts): void {
  const { herder, monitor } = ports;
  const at = Date.now() - 5 * HOUR_MS;
  for (const name of herder.connectors()) {
    const { config } = herder.connector(name);
    herder.versions.set(name, [
      { version: 1, atMs: at, by: 'ANONYMOUS', what: 'create', config: { ...config, 'tasks.max': '1' } },
      {
        version: 2,
        atMs: at + HOUR_MS,
        by: 'ANONYMOUS',
        what: 'update',
        config: { ...config, 'batch.size': '500' },
      },
      { version: 3, atMs: at + 2 * HOUR_MS, by: 'ANONYMOUS', what: 'update', config },
    ]);
  }
  const line = (level: TaskLogs['lines'][number]['level'], message: string, facts = {}) => ({
    ...{ atMs: Date.now() - 60_000, level, message, facts },
  });
  Object.assign(monitor, {
    taskLogs: () => ({
      ...{ worker_id: WORKERS[0], dropped: 0 },
      lines: [
        line('INFO', 'the task is RUNNING'),
        line('WARN', 'a batch is tried again', { attempt: 2, code: 'ECONNRESET' }),
        line('ERROR', 'the task has failed', { code: 'MAPPING_CONFLICT' }),
      ],
    }),
  });
}
