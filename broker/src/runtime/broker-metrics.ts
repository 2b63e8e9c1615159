import type { MetricDefs, PutMetric } from '@millrace/foundation';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { FetchMemory } from './fetch-memory.ts';
import type { FetchSessions } from './fetch-sessions.ts';
import type { HealthSources } from './health-problems.ts';
import type { CleanerFigures } from './log-cleaner.ts';
import type { Partition } from './partition.ts';
import type { RequestMeter } from './request-meter.ts';

const topic = ['topic'] as const;
const topicPartition = ['topic', 'partition'] as const;

const gauge = <const L extends readonly string[]>(labels: L, help: string) =>
  ({ kind: 'gauge', labels, help }) as const;
const counter = <const L extends readonly string[]>(labels: L, help: string) =>
  ({ kind: 'counter', labels, help }) as const;

/** What a broker says of itself: Kafka's own measures by the names that the usual configuration of the JMX exporter gives them. */
export const brokerMetrics = {
  kafka_server_brokertopicmetrics_messagesin_total: counter(topic, 'Records appended, by their offsets.'),
  kafka_server_brokertopicmetrics_bytesin_total: counter(
    topic,
    'Bytes of records appended since the broker started.',
  ),
  kafka_server_brokertopicmetrics_bytesout_total: counter(topic, 'Bytes of records given to consumers.'),
  kafka_network_requestmetrics_requests_total: counter(['request'], 'Requests that came in.'),
  kafka_network_requestmetrics_totaltimems_count: counter(['request'], 'Requests that were answered.'),
  kafka_network_requestmetrics_totaltimems_sum: counter(
    ['request'],
    'Milliseconds from the begin of requests to their answers, waiting included.',
  ),
  kafka_server_socket_server_metrics_connection_count: gauge([], 'Connections of clients.'),
  kafka_server_delayedoperationpurgatory_purgatorysize: gauge([], 'Requests that wait for something.'),
  kafka_server_replicamanager_partitioncount: gauge([], 'Partitions that have their log here.'),
  kafka_server_replicamanager_leadercount: gauge([], 'Partitions that this broker leads.'),
  kafka_server_replicamanager_underreplicatedpartitions: gauge(
    [],
    'Partitions led here whose in-sync set is not whole.',
  ),
  kafka_server_replicamanager_offlinereplicacount: gauge(
    [],
    'Logs that take no more writes or would not open, because of the disk.',
  ),
  kafka_controller_kafkacontroller_activecontrollercount: gauge(
    [],
    '1 where this node is the active controller.',
  ),
  kafka_controller_kafkacontroller_globaltopiccount: gauge([], 'Topics of the cluster.'),
  kafka_controller_kafkacontroller_globalpartitioncount: gauge([], 'Partitions of the cluster.'),
  kafka_controller_kafkacontroller_offlinepartitionscount: gauge([], 'Partitions without a leader.'),
  kafka_cluster_partition_insyncreplicascount: gauge(topicPartition, 'Replicas in sync.'),
  kafka_log_log_logstartoffset: gauge(topicPartition, 'First offset that may be read.'),
  kafka_log_log_logendoffset: gauge(topicPartition, 'The offset that the next record gets.'),
  kafka_log_log_size: gauge(topicPartition, 'Bytes of the log.'),
  kafka_log_log_numlogsegments: gauge(topicPartition, 'Segments of the log.'),
  kafka_log_logcleanermanager_max_dirty_percent: gauge(
    [],
    'Of the log that needs compaction most: the share of its bytes that never was compacted, in percent.',
  ),
  kafka_log_logcleanermanager_uncleanable_partitions_count: gauge(
    [],
    'Partitions that cannot be compacted before somebody has looked after them.',
  ),
  kafka_log_logcleanermanager_uncleanable_bytes: gauge([], 'What waits for compaction in them.'),
  kafka_log_logcleanermanager_time_since_last_run_ms: gauge(
    [],
    'Milliseconds since a log to compact was looked for.',
  ),
  kafka_log_logcleaner_max_compaction_delay_secs: gauge(
    [],
    'How much longer than max.compaction.lag.ms a record has waited.',
  ),
  kafka_log_logcleaner_max_clean_time_secs: gauge([], 'How long the last compaction took.'),
  kafka_log_logcleaner_max_buffer_utilization_percent: gauge(
    [],
    'How full the map of keys was in the last compaction.',
  ),
  kafka_log_logcleaner_cleaner_recopy_percent: gauge(
    [],
    'Share of what the last compaction read that it wrote again.',
  ),
  millrace_broker_high_watermark: gauge(topicPartition, 'Everything below may be consumed.'),
  kafka_server_fetchsessioncache_numincrementalfetchsessions: gauge(
    [],
    'Fetch sessions that are remembered.',
  ),
  kafka_server_fetchsessioncache_numincrementalfetchpartitionscached: gauge([], 'Their partitions.'),
  millrace_broker_request_memory_bytes: gauge(
    [],
    'Memory of requests that are coming in or wait for their answer.',
  ),
  millrace_broker_fetch_memory_bytes: gauge([], 'Memory of Fetch answers on their way to clients.'),
} as const satisfies MetricDefs;

/** What the page of metrics is made of. */
export interface MetricSources extends HealthSources {
  readonly nodeId: number;
  readonly isActiveController: () => boolean;
  readonly meter: RequestMeter;
  readonly partitions: () => Iterable<Partition>;
  readonly image: () => MetadataImage;
  readonly purgatorySize: () => number;
  readonly connections: () => number;
  readonly requestMemoryBytes: () => number;
  readonly fetchMemory: FetchMemory;
  readonly fetchSessions: FetchSessions;
  readonly cleaner: () => CleanerFigures;
}

type Put = PutMetric<typeof brokerMetrics>;

/** Puts all that holds now; the pages are made by `metricsText` of foundation. */
export function collectBrokerMetrics(sources: MetricSources, put: Put): void {
  const { meter } = sources;
  for (const [request, { requests, answered, totalMs }] of meter.requests) {
    put('kafka_network_requestmetrics_requests_total', requests, { request });
    put('kafka_network_requestmetrics_totaltimems_count', answered, { request });
    put('kafka_network_requestmetrics_totaltimems_sum', totalMs, { request });
  }
  for (const [name, bytes] of meter.fetchedBytes)
    put('kafka_server_brokertopicmetrics_bytesout_total', bytes, { topic: name });
  put('kafka_server_socket_server_metrics_connection_count', sources.connections());
  put('kafka_server_delayedoperationpurgatory_purgatorysize', sources.purgatorySize());
  put('kafka_server_fetchsessioncache_numincrementalfetchsessions', sources.fetchSessions.size);
  put('kafka_server_fetchsessioncache_numincrementalfetchpartitionscached', sources.fetchSessions.partitions);
  put('millrace_broker_request_memory_bytes', sources.requestMemoryBytes());
  put('millrace_broker_fetch_memory_bytes', sources.fetchMemory.usedBytes);
  putCleaner(sources.cleaner(), put);
  putLogs(sources, put);
  putCluster(sources, put);
}

function putCleaner(figures: CleanerFigures, put: Put): void {
  put('kafka_log_logcleanermanager_max_dirty_percent', figures.maxDirtyPercent);
  put('kafka_log_logcleanermanager_uncleanable_partitions_count', figures.uncleanablePartitionsCount);
  put('kafka_log_logcleanermanager_uncleanable_bytes', figures.uncleanableBytes);
  if (figures.timeSinceLastRunMs !== null)
    put('kafka_log_logcleanermanager_time_since_last_run_ms', figures.timeSinceLastRunMs);
  put('kafka_log_logcleaner_max_compaction_delay_secs', figures.maxCompactionDelaySecs);
  put('kafka_log_logcleaner_max_clean_time_secs', figures.maxCleanTimeSecs);
  put('kafka_log_logcleaner_max_buffer_utilization_percent', figures.maxBufferUtilizationPercent);
  put('kafka_log_logcleaner_cleaner_recopy_percent', figures.cleanerRecopyPercent);
}

function putLogs({ partitions, unopened }: MetricSources, put: Put): void {
  const byTopic = new Map<string, { records: number; bytes: number }>();
  let [here, led, closed] = [0, 0, 0];
  for (const partition of partitions()) {
    const { log, topic: name } = partition;
    const labels = { topic: name, partition: String(partition.partition) };
    put('kafka_log_log_logstartoffset', log.startOffset, labels);
    put('kafka_log_log_logendoffset', log.endOffset, labels);
    put('kafka_log_log_size', log.sizeBytes, labels);
    put('kafka_log_log_numlogsegments', log.segments.length, labels);
    put('millrace_broker_high_watermark', partition.highWatermark, labels);
    const sum = byTopic.get(name) ?? { records: 0, bytes: 0 };
    sum.records += log.endOffset;
    sum.bytes += log.writtenBytes;
    byTopic.set(name, sum);
    here += 1;
    led += partition.isLeader ? 1 : 0;
    closed += log.failure === null ? 0 : 1;
  }
  for (const [name, { records, bytes }] of byTopic) {
    put('kafka_server_brokertopicmetrics_messagesin_total', records, { topic: name });
    put('kafka_server_brokertopicmetrics_bytesin_total', bytes, { topic: name });
  }
  put('kafka_server_replicamanager_partitioncount', here);
  put('kafka_server_replicamanager_leadercount', led);
  put('kafka_server_replicamanager_offlinereplicacount', closed + unopened().size);
}

function putCluster({ nodeId, image, isActiveController }: MetricSources, put: Put): void {
  let [topics, partitions, offline, underReplicated] = [0, 0, 0, 0];
  for (const { name, partitions: all } of image().topicsById.values()) {
    topics += 1;
    for (const { partition, leader, isr, replicas } of all) {
      partitions += 1;
      offline += leader < 0 ? 1 : 0;
      if (leader !== nodeId) continue;
      const labels = { topic: name, partition: String(partition) };
      put('kafka_cluster_partition_insyncreplicascount', isr.length, labels);
      underReplicated += isr.length < replicas.length ? 1 : 0;
    }
  }
  put('kafka_controller_kafkacontroller_activecontrollercount', isActiveController() ? 1 : 0);
  put('kafka_controller_kafkacontroller_globaltopiccount', topics);
  put('kafka_controller_kafkacontroller_globalpartitioncount', partitions);
  put('kafka_controller_kafkacontroller_offlinepartitionscount', offline);
  put('kafka_server_replicamanager_underreplicatedpartitions', underReplicated);
}
