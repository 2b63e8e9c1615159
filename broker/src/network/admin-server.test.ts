import { createLogger } from '@millrace/foundation';
import { afterEach, expect, it } from 'vitest';
import type { MetricSources } from '../runtime/broker-metrics.ts';
import { FetchMemory } from '../runtime/fetch-memory.ts';
import { RequestMeter } from '../runtime/request-meter.ts';
import { AdminServer } from './admin-server.ts';
import { doorFacts } from './doors.ts';

const servers: AdminServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const logger = createLogger({ level: 'silent' });

async function open() {
  const server = new AdminServer({ host: '127.0.0.1', port: 0, logger });
  servers.push(server);
  const port = await server.listen();
  return {
    server,
    ask: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init),
  };
}

const CLEANER = {
  maxDirtyPercent: 40,
  uncleanablePartitionsCount: 1,
  uncleanableBytes: 90,
  timeSinceLastRunMs: null,
  maxCompactionDelaySecs: 0,
  maxCleanTimeSecs: 3,
  maxBufferUtilizationPercent: 7,
  cleanerRecopyPercent: 50,
};

/** Of a broker with one log, which the disk has refused where `failure` says so, and with other troubles. */
function facts(failure: Error | null = null, more: Partial<MetricSources> = {}) {
  const meter = new RequestMeter();
  meter.begun('Produce', 10);
  meter.ended('Produce', 2);
  meter.fetched('orders', 7);
  const log = { startOffset: 1, endOffset: 5, sizeBytes: 90, writtenBytes: 80, segments: [{}], failure };
  const partition = { topic: 'orders', partition: 0, isLeader: true, highWatermark: 4, log };
  const topic = {
    name: 'orders',
    partitions: [{ partition: 0, leader: 1, isr: [1], replicas: [1, 2] }],
  };
  return doorFacts({
    nodeId: 1,
    meter,
    partitions: () => [partition] as never,
    image: () => ({ topicsById: new Map([['id', topic]]) }) as never,
    purgatorySize: () => 3,
    connections: () => 2,
    requestMemoryBytes: () => 11,
    fetchMemory: new FetchMemory(1000),
    fetchSessions: { size: 0, partitions: 0 } as never,
    cleaner: () => CLEANER,
    isActiveController: () => false,
    metadataProblems: () => [],
    unopened: () => new Map(),
    uncleanable: () => new Map(),
    ...more,
  });
}

it('is healthy at once, ready when the broker serves, and not any more when it stops', async () => {
  const { server, ask } = await open();
  expect((await ask('/health')).status).toBe(200);
  expect([(await ask('/ready')).status, (await ask('/metrics')).status]).toEqual([503, 503]);
  server.ready(facts());
  expect(await (await ask('/ready')).json()).toEqual({ state: 'ready' });
  server.stopping();
  expect((await ask('/ready')).status).toBe(503);
});

it('tells of logs that take no more writes', async () => {
  const { server, ask } = await open();
  server.ready(facts(new Error('no space left')));
  expect(await (await ask('/health')).json()).toEqual({
    status: 'degraded',
    problems: ['orders-0 takes no more writes: no space left'],
  });
});

it('tells of whatever else is wrong, the worst first, and not of everything', async () => {
  const { server, ask } = await open();
  const metadataProblems = () => ['The metadata log cannot be written.'];
  const unopened = () => new Map([['blocked-0', 'a file is in the way']]);
  const uncleanable = () => new Map(Array.from({ length: 30 }, (_, at) => [`dirty-${at}`, 'damaged']));
  server.ready(facts(new Error('no space left'), { metadataProblems, unopened, uncleanable }));
  const { status, problems } = (await (await ask('/health')).json()) as {
    status: string;
    problems: string[];
  };
  expect(status).toBe('degraded');
  expect(problems.slice(0, 4)).toEqual([
    'The metadata log cannot be written.',
    'blocked-0 cannot be opened: a file is in the way',
    'orders-0 takes no more writes: no space left',
    'dirty-0 cannot be compacted: damaged',
  ]);
  expect([problems.length, problems.at(-1)]).toEqual([21, 'and 13 more']);
});

it('counts logs that are not there, and an active controller only where there is one', async () => {
  const { server, ask } = await open();
  server.ready(facts(new Error('no space left'), { unopened: () => new Map([['blocked-0', 'why']]) }));
  const text = await (await ask('/metrics')).text();
  expect(text).toContain('kafka_server_replicamanager_offlinereplicacount 2');
  expect(text).toContain('kafka_controller_kafkacontroller_activecontrollercount 0');
  server.ready(facts(null, { isActiveController: () => true }));
  const active = await (await ask('/metrics')).text();
  expect(active).toContain('kafka_controller_kafkacontroller_activecontrollercount 1');
});

it("gives the broker's figures by Kafka's names", async () => {
  const { server, ask } = await open();
  server.ready(facts());
  const response = await ask('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  for (const line of [
    'kafka_network_requestmetrics_requests_total{request="Produce"} 1',
    'kafka_network_requestmetrics_totaltimems_sum{request="Produce"} 2',
    'kafka_server_brokertopicmetrics_messagesin_total{topic="orders"} 5',
    'kafka_server_brokertopicmetrics_bytesin_total{topic="orders"} 80',
    'kafka_server_brokertopicmetrics_bytesout_total{topic="orders"} 7',
    'kafka_log_log_logendoffset{topic="orders",partition="0"} 5',
    'kafka_cluster_partition_insyncreplicascount{topic="orders",partition="0"} 1',
    'kafka_server_replicamanager_underreplicatedpartitions 1',
    'kafka_server_delayedoperationpurgatory_purgatorysize 3',
    'kafka_server_socket_server_metrics_connection_count 2',
  ])
    expect(text).toContain(line);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
});

it('answers nothing else', async () => {
  const { ask } = await open();
  expect((await ask('/')).status).toBe(404);
  expect((await ask('/health', { method: 'POST' })).status).toBe(405);
});
