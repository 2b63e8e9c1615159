import type { DecodedBytes, TopicMessage } from '../src/kafka-ports.ts';
import type { FakePorts } from '../src/testing/fake-ports.ts';
import { addCluster } from './scene-cluster.ts';

/** What a made-up worker shows. */
export const SCENE_NAMES = ['empty', 'busy', 'failed'] as const;

type SceneName = (typeof SCENE_NAMES)[number];

export function isSceneName(name: string): name is SceneName {
  return SCENE_NAMES.some((known) => known === name);
}

const STEP_MS = 200;
const KEPT_MESSAGES = 2_000;

/** Fills the ports and keeps them moving; the timer does not keep the process alive. */
export function play(ports: FakePorts, scene: SceneName): void {
  if (scene === 'empty') return;
  addPipelines(ports);
  addCluster(ports);
  let step = 0;
  const advance = () => {
    step += 1;
    move(ports, step);
  };
  for (let i = 0; i < 400; i += 1) advance();
  setInterval(advance, STEP_MS).unref();
  if (scene === 'failed') fail(ports);
}

function addPipelines(ports: FakePorts): void {
  const { herder, topicsByConnector, kafka } = ports;
  const postgres = {
    'database.hostname': 'shop-db',
    'database.port': '5432',
    'database.user': 'app',
    'database.dbname': 'shop',
  };
  herder.add('shop', {
    'connector.class': 'io.millrace.postgres.PostgresSourceConnector',
    'tasks.max': '1',
    ...postgres,
    'database.password': 'hunter2',
    'table.include.list': 'public.orders,public.customers',
    'topic.prefix': 'shop',
    'value.converter': 'JsonConverter',
    'value.converter.schemas.enable': 'false',
  });
  const sink = (plugin: string, topics: string) => ({
    'connector.class': `io.millrace.${plugin.toLowerCase()}.${plugin}SinkConnector`,
    topics,
  });
  herder.add(
    'orders-to-pg',
    {
      ...sink('Postgres', 'shop.public.orders'),
      ...postgres,
      'database.password': '$' + '{file:/run/pg:password}',
    },
    2,
  );
  herder.add('orders-to-file', sink('Files', 'shop.public.orders'));
  herder.add('orders-to-es', sink('Elasticsearch', 'shop.public.orders'), 3);
  herder.add('nightly-export', sink('Files', 'shop.public.customers'));
  herder.setState('nightly-export', { state: 'PAUSED' });
  herder.setState('nightly-export', { state: 'PAUSED' }, 0);
  topicsByConnector.set('shop', ['shop.public.orders', 'shop.public.customers']);
  for (const name of ['orders-to-pg', 'orders-to-file', 'orders-to-es']) {
    topicsByConnector.set(name, ['shop.public.orders']);
  }
  topicsByConnector.set('nightly-export', ['shop.public.customers']);
  kafka.topicList.push(
    topic('shop.public.orders', 6, false),
    topic('shop.public.customers', 3, false),
    topic('payments', 12, false),
    topic('__consumer_offsets', 50, true),
    topic('connect-configs', 1, true),
  );
  kafka.messagesByTopic.set('payments', []);
  kafka.messagesByTopic.set('shop.public.orders', []);
  kafka.messagesByTopic.set('shop.public.customers', []);
}

function topic(name: string, partitions: number, internal: boolean) {
  return { name, partitions, internal, replicationFactor: 1, underReplicated: 0, offline: 0 };
}

function move(ports: FakePorts, step: number): void {
  const now = Date.now();
  const wave = Math.round(240 + 90 * Math.sin(step / 20) + 60 * Math.random());
  const add = (connector: string, task: number, records: number) => {
    const status = ports.herder.status(connector).tasks.find((one) => one.id === task);
    if (status?.state !== 'RUNNING') return;
    const before = ports.tasks.get(`${connector}/${task}`)?.records ?? 12_000;
    const all = before + records;
    const stage = (timeMs: number) => ({ timeMs: timeMs * step * STEP_MS, failed: 0, retried: 0 });
    const reads = connector === 'shop';
    ports.count(connector, task, all, {
      ...{ bytes: all * 214, lastRecordAtMs: now, lastRecordTimestampMs: now - 130 },
      behind: reads ? null : connector === 'orders-to-es' ? 4_100 + (step % 90) : step % 4,
      stages: reads
        ? { poll: stage(0.4), transform: stage(0.1), convert: stage(0.2), produce: stage(0.1) }
        : { fetch: stage(0.1), convert: stage(0.2), put: stage(connector === 'orders-to-es' ? 0.94 : 0.3) },
    });
  };
  add('shop', 0, wave);
  for (const task of [0, 1]) add('orders-to-pg', task, Math.round(wave / 2));
  for (const task of [0, 1, 2]) add('orders-to-es', task, Math.round(wave / 3));
  add('orders-to-file', 0, Math.round(wave * 0.98));
  const orders = ports.kafka.messagesByTopic.get('shop.public.orders');
  if (orders === undefined) return;
  orders.push(order(step, now - Math.max(0, 400 - step) * STEP_MS));
  if (orders.length > KEPT_MESSAGES) orders.shift();
}

const TOWNS = ['Ghent', 'Porto', 'Turku', 'Łódź', 'Graz', 'Aarhus'];
const ITEMS = ['kettle', 'lamp', 'bicycle bell', 'rain jacket', 'notebook', 'sextant'];

function order(step: number, timestamp: number): TopicMessage {
  const pick = (list: readonly string[]) => list[Math.floor(Math.random() * list.length)] ?? '';
  const value = {
    id: 48_000 + step,
    customer: { id: 1 + ((step * 7) % 900), town: pick(TOWNS) },
    item: pick(ITEMS),
    quantity: 1 + (step % 4),
    total: Math.round(Math.random() * 40_000) / 100,
    paid: step % 5 !== 0,
    note: step % 9 === 0 ? 'Leave it with the neighbour at number 12, please; the bell does not work' : null,
  };
  return {
    partition: step % 6,
    offset: 8_000 + Math.floor(step / 6),
    timestamp,
    key: text('json', JSON.stringify({ id: value.id })),
    value: step % 40 === 39 ? text('null', '') : text('json', JSON.stringify(value)),
    headers: [
      { key: 'traceparent', value: text('text', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01') },
    ],
  };
}

function text(encoding: DecodedBytes['encoding'], source: string): DecodedBytes {
  return { encoding, text: source, sizeBytes: Buffer.byteLength(source), truncated: false };
}

function fail(ports: FakePorts): void {
  const rejected = {
    code: 'AUTH_FAILED',
    class: 'auth',
    message: 'PostgreSQL at shop-db:5432 rejected the password of user "app".',
    hint: 'Correct database.password, then restart the tasks.',
    path: 'database.password',
    stage: 'start',
  } as const;
  const trace = `MillraceError: ${rejected.message}\n    at connect (session.ts:41:11)\n    at start (sink.ts:88:5)\nCaused by: error: password authentication failed for user "app"\n    at Parser.parseErrorMessage`;
  for (const task of [0, 1]) {
    ports.herder.setState('orders-to-pg', { state: 'FAILED', error: rejected, trace }, task);
  }
  const error = {
    code: 'MAPPING_CONFLICT',
    class: 'poison',
    message: 'Elasticsearch refused the document: field "total" is a number in the index and a string here.',
    hint: 'Change the mapping of index orders, or mend the field where the records are made.',
    record: { topic: 'shop.public.orders', partition: 3, offset: 8_041 },
    stage: 'put',
  } as const;
  ports.herder.setState('orders-to-es', { state: 'FAILED', error, trace: error.message }, 1);
  const away = {
    code: 'ECONNREFUSED',
    class: 'transient',
    message: 'The file server at nas:2049 refuses connections.',
    hint: 'See whether it runs, and whether a firewall is between.',
    stage: 'put',
  } as const;
  const wait = () => {
    const restart = { attempts: 3, next_at_ms: Date.now() + 12_000 };
    ports.herder.setState('orders-to-file', { state: 'RESTARTING', error: away, restart }, 0);
  };
  wait();
  setInterval(wait, 12_000).unref();
}
