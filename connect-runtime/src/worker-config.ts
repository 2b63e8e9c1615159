import { type ConfigDef, type ConfigOf, defineConfig, nonEmpty, range } from '@millrace/foundation';

/** A distributed worker's config: Kafka Connect's keys by their names, and a few of ours. Durations in ms, sizes in bytes. */
export const workerConfig = defineConfig({
  'bootstrap.servers': { type: 'list', importance: 'high', docs: 'host:port of brokers to find the cluster by.', validate: nonEmpty },
  'group.id': { type: 'string', importance: 'high', docs: 'Workers with the same group id share the work.', validate: nonEmpty },
  'config.storage.topic': { type: 'string', importance: 'high', docs: 'Topic that keeps connector configs.', validate: nonEmpty },
  'config.storage.replication.factor': { type: 'int', default: 3, importance: 'low', docs: 'Replicas of that topic where the worker makes it; -1 for the default of the broker.' },
  'offset.storage.topic': { type: 'string', importance: 'high', docs: 'Topic that keeps the offsets of sources.', validate: nonEmpty },
  'offset.storage.partitions': { type: 'int', default: 25, importance: 'low', docs: 'Partitions of that topic where the worker makes it.', validate: range(1) },
  'offset.storage.replication.factor': { type: 'int', default: 3, importance: 'low', docs: 'Replicas of that topic where the worker makes it; -1 for the default of the broker.' },
  'status.storage.topic': { type: 'string', importance: 'high', docs: 'Topic that keeps what connectors and tasks are doing.', validate: nonEmpty },
  'status.storage.partitions': { type: 'int', default: 5, importance: 'low', docs: 'Partitions of that topic where the worker makes it.', validate: range(1) },
  'status.storage.replication.factor': { type: 'int', default: 3, importance: 'low', docs: 'Replicas of that topic where the worker makes it; -1 for the default of the broker.' },
  'key.converter': { type: 'class', importance: 'high', docs: 'Makes bytes of keys and back, where a connector names none.', validate: nonEmpty },
  'value.converter': { type: 'class', importance: 'high', docs: 'Makes bytes of values and back, where a connector names none.', validate: nonEmpty },
  plugins: { type: 'list', default: [], importance: 'medium', docs: 'Packages or file URLs that bring plugins.' },
  listeners: { type: 'list', default: ['http://127.0.0.1:8083'], importance: 'low', docs: 'Where the REST API listens.' },
  'rest.advertised.host.name': { type: 'string', default: null, importance: 'low', docs: 'Host under which other workers reach this one; the one that is listened on where it is not given.' },
  'rest.advertised.port': { type: 'int', default: null, importance: 'low', docs: 'Port under which other workers reach this one; the one that is listened on where it is not given.', validate: range(1, 65_535) },
  'session.timeout.ms': { type: 'int', default: 10_000, importance: 'high', docs: 'A worker that is silent for so long is taken for dead.', validate: range(1) },
  'heartbeat.interval.ms': { type: 'int', default: 3_000, importance: 'high', docs: 'How often a worker says that it is alive.', validate: range(1) },
  'rebalance.timeout.ms': { type: 'int', default: 60_000, importance: 'high', docs: 'How long a rebalance waits for each worker to join.', validate: range(1) },
  'offset.flush.interval.ms': { type: 'long', default: 5_000, importance: 'low', docs: 'How often tasks commit offsets. Kafka Connect waits 60000.', validate: range(1) },
  'task.shutdown.graceful.timeout.ms': { type: 'long', default: 5_000, importance: 'low', docs: 'How long a task may take to stop before its host is killed.', validate: range(0) },
  'task.host.heap.max.bytes': { type: 'long', default: 512 * 1024 * 1024, importance: 'low', docs: 'Heap limit of one task host.', validate: range(32 * 1024 * 1024) },
  'task.host.memory.max.bytes': { type: 'long', default: 1024 * 1024 * 1024, importance: 'low', docs: 'A task host whose resident memory passes this, buffers included, is killed and its tasks come back one by one.', validate: range(64 * 1024 * 1024) },
  'task.host.idle.timeout.ms': { type: 'long', default: 30_000, importance: 'low', docs: 'A task host with nothing to do ends after this.', validate: range(0) },
  'plugin.call.timeout.ms': { type: 'long', default: 30_000, importance: 'low', docs: 'How long a plugin may take to validate a config or to split it into tasks.', validate: range(1) },
  'task.restart.backoff.ms': { type: 'long', default: 1_000, importance: 'low', docs: 'Wait before a task that failed for a passing reason starts again; doubles each time.', validate: range(1) },
  'task.restart.backoff.max.ms': { type: 'long', default: 60_000, importance: 'low', docs: 'The longest such wait.', validate: range(1) },
  'task.restart.reset.ms': { type: 'long', default: 120_000, importance: 'low', docs: 'A task that ran this long begins with the shortest wait again.', validate: range(1) },
} as const satisfies ConfigDef);

export type WorkerConfig = ConfigOf<typeof workerConfig>;
