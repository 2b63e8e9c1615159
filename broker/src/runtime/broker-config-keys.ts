import { defineConfig, nonEmpty, oneOf, range, type Validator } from '@millrace/foundation';
import { key } from './config-key.ts';
import { gzipLevel, unlimitedOrPositive } from './config-validators.ts';
import { consumerGroupConfigKeys } from './consumer-group-config-keys.ts';
import { replicationConfigKeys } from './replication-config-keys.ts';
import { shareConfigKeys } from './share-config-keys.ts';
import { transactionConfigKeys } from './transaction-config-keys.ts';

const INT_MAX = 0x7fffffff;
/** Stands for Kafka's 2^63 - 1: no limit. */
export const LONG_MAX = Number.MAX_SAFE_INTEGER;
const MS_PER_DAY = 86_400_000;
const SEGMENT_MIN_BYTES = 1_048_576;

const cleanupPolicy: Validator = (value) =>
  Array.isArray(value) && value.every((item) => item === 'delete' || item === 'compact')
    ? null
    : 'must be a list of delete and compact';

const PROTOCOLS: readonly string[] = ['classic', 'consumer', 'share'];
const rebalanceProtocols: Validator = (value) =>
  Array.isArray(value) && value.includes('classic') && value.every((item) => PROTOCOLS.includes(item))
    ? null
    : 'must be classic, and consumer or share beside it';

/** The broker's configuration by Kafka's own keys, types and defaults; keys of ours are at the end. */
export const brokerConfigKeys = defineConfig({
  'node.id': key('int', 1, 'Number of this node in the cluster.', range(0)),
  'process.roles': key(
    'list',
    ['broker', 'controller'],
    'What this process is: broker, controller or both.',
    nonEmpty,
  ),
  'cluster.id': key(
    'string',
    null,
    "The cluster's id for a new data folder, as a uuid in base64url; left out, one is made.",
  ),
  'broker.rack': key('string', null, 'Rack of this broker, for spreading replicas.'),
  'controller.quorum.voters': key('list', [], 'The voters of the metadata quorum, as id@host:port.'),
  'controller.quorum.bootstrap.servers': key('list', [], 'Addresses at which the metadata quorum is found.'),
  'controller.quorum.election.timeout.ms': key(
    'int',
    1000,
    'How long a voter waits for votes before it tries again.',
    range(1),
  ),
  'controller.quorum.fetch.timeout.ms': key(
    'int',
    2000,
    'How long a voter goes without its leader before it stands for election.',
    range(1),
  ),
  'controller.listener.names': key('list', ['CONTROLLER'], 'Listeners of the controller.', nonEmpty),
  'inter.broker.listener.name': key('string', null, 'Listener by which brokers reach each other.'),
  'broker.heartbeat.interval.ms': key(
    'int',
    2000,
    'Time between two heartbeats of a broker to the controller.',
    range(1),
  ),
  'broker.session.timeout.ms': key('int', 9000, 'A broker unheard of for so long is fenced.', range(1)),
  ...replicationConfigKeys,
  'metadata.log.max.record.bytes.between.snapshots': key(
    'long',
    20_971_520,
    'Bytes of metadata records after which a snapshot is taken and the log before it dropped.',
    range(1),
  ),
  'metadata.log.segment.bytes': key(
    'int',
    1_073_741_824,
    'Size of a segment of the metadata log.',
    range(8_388_608),
  ),

  listeners: key(
    'list',
    ['PLAINTEXT://127.0.0.1:9092'],
    'Where to listen, as NAME://host:port; port 0 takes a free one.',
    nonEmpty,
  ),
  'advertised.listeners': key(
    'list',
    null,
    'What clients are told to connect to, where it differs from listeners.',
  ),
  'listener.security.protocol.map': key(
    'list',
    ['PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT'],
    'Security protocol of each listener name.',
  ),
  'socket.listen.backlog.size': key('int', 50, 'Connections that may wait to be accepted.', range(1)),
  'socket.request.max.bytes': key(
    'int',
    104_857_600,
    'Largest request; a larger one closes its connection.',
    range(1),
  ),
  'socket.request.receive.max.ms': key(
    'int',
    60_000,
    'A request that has begun and has not come whole in so long ends its connection; time in which the broker does not read it does not count.',
    range(1),
  ),
  'max.connections': key('int', INT_MAX, 'Connections at once.', range(0)),
  'max.connections.per.ip': key('int', INT_MAX, 'Connections at once from one address.', range(0)),
  'connections.max.idle.ms': key(
    'long',
    600_000,
    'A connection idle for so long is closed; -1 never.',
    range(-1),
  ),
  'queued.max.requests': key(
    'int',
    500,
    'Requests of one connection that may wait for their answer; reading stops there.',
    range(1),
  ),
  'queued.max.response.bytes': key(
    'long',
    1_048_576,
    'Answers of one connection that may wait to be read by the client; reading stops there.',
    range(1),
  ),
  'queued.max.request.bytes': key(
    'long',
    -1,
    'Bytes of requests of all connections that have come and are not answered; reading stops there, of requests above 1 MiB at three quarters. -1: four times socket.request.max.bytes.',
    range(-1),
  ),
  'max.incremental.fetch.session.cache.slots': key(
    'int',
    1000,
    'Fetch sessions that are remembered.',
    range(0),
  ),
  'fetch.max.bytes': key('int', 57_671_680, 'Most bytes of records in one Fetch answer.', range(1024)),

  'log.dir': key('string', null, 'The data folder, where log.dirs is not given.'),
  'log.dirs': key('list', null, 'The data folder. One is served.'),
  'num.partitions': key('int', 1, 'Partitions of a topic that says nothing else.', range(1, 100_000)),
  'default.replication.factor': key(
    'int',
    1,
    'Replication factor of a topic that says nothing else.',
    range(1, 32_767),
  ),
  'auto.create.topics.enable': key('boolean', true, 'Whether asking for an unknown topic makes it.'),
  'delete.topic.enable': key('boolean', true, 'Whether topics may be deleted.'),
  'min.insync.replicas': key('int', 1, 'Replicas in sync that acks=all needs.', range(1)),
  'unclean.leader.election.enable': key('boolean', false, 'Whether a replica out of sync may lead.'),
  'compression.type': key(
    'string',
    'producer',
    'Compression of stored records; producer keeps what came.',
    oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
  ),
  'compression.gzip.level': key(
    'int',
    -1,
    'Level of gzip where compression.type is gzip; -1: its default.',
    gzipLevel,
  ),
  'compression.lz4.level': key('int', 9, 'Level of lz4; without an effect: there is one.', range(1, 17)),
  'compression.zstd.level': key(
    'int',
    3,
    'Level of zstd where compression.type is zstd.',
    range(-131_072, 22),
  ),
  'message.max.bytes': key('int', 1_048_588, 'Largest record batch.', range(0)),
  'log.cleaner.enable': key('boolean', true, 'Whether compacted topics are compacted.'),
  'log.cleaner.threads': key('int', 1, 'Logs that are compacted at a time.', range(1, 1)),
  'log.cleaner.backoff.ms': key('long', 15_000, 'Time between two looks for logs to compact.', range(0)),
  'log.cleaner.dedupe.buffer.size': key(
    'long',
    134_217_728,
    'Memory for the keys of a log that is being compacted, at 24 bytes each; more keys take more rounds.',
    range(1_048_576),
  ),
  'log.cleaner.io.buffer.load.factor': key(
    'double',
    0.9,
    'How full that memory may get; fuller takes more keys and is slower.',
    range(0.01, 0.99),
  ),
  'log.cleaner.io.buffer.size': key('int', 524_288, 'What compaction reads or writes at once.', range(4096)),
  'log.cleaner.io.max.bytes.per.second': key(
    'double',
    Number.MAX_VALUE,
    'What compaction reads and writes in a second at most, together.',
    range(1),
  ),
  'log.cleaner.min.cleanable.ratio': key(
    'double',
    0.5,
    'Share of a log that must be uncompacted before it is compacted.',
    range(0, 1),
  ),
  'log.cleaner.delete.retention.ms': key(
    'long',
    MS_PER_DAY,
    'How long a compacted topic shows deletions.',
    range(0),
  ),
  'log.cleaner.min.compaction.lag.ms': key(
    'long',
    0,
    'Shortest time that a record stays uncompacted.',
    range(0),
  ),
  'log.cleaner.max.compaction.lag.ms': key(
    'long',
    LONG_MAX,
    'Longest time that a record escapes compaction.',
    range(1),
  ),
  'log.cleanup.policy': key(
    'list',
    ['delete'],
    'What happens to old segments: delete, compact or both.',
    cleanupPolicy,
  ),
  'log.retention.ms': key(
    'long',
    null,
    'How long records are kept; -1 for ever. Goes before minutes and hours.',
    unlimitedOrPositive,
  ),
  'log.retention.minutes': key(
    'int',
    null,
    'How long records are kept, in minutes; -1 for ever. Goes before hours.',
    unlimitedOrPositive,
  ),
  'log.retention.hours': key(
    'int',
    168,
    'How long records are kept, in hours; -1 for ever.',
    unlimitedOrPositive,
  ),
  'log.retention.bytes': key('long', -1, 'How much of a partition is kept; -1 without limit.', range(-1)),
  'log.retention.check.interval.ms': key(
    'long',
    300_000,
    'Time between two looks for segments that may go.',
    range(1),
  ),
  'log.segment.bytes': key(
    'int',
    1_073_741_824,
    'Size at which a new segment begins.',
    range(SEGMENT_MIN_BYTES),
  ),
  'log.segment.delete.delay.ms': key(
    'long',
    60_000,
    'How long the files of a segment that is dropped, or was compacted, and those of a deleted topic stay on disk.',
    range(0),
  ),
  'log.roll.ms': key('long', null, 'Age at which a new segment begins. Goes before hours.', range(1)),
  'log.roll.hours': key('int', 168, 'Age in hours at which a new segment begins.', range(1)),
  'log.roll.jitter.ms': key(
    'long',
    null,
    'How much earlier at most a segment may end, so that not all end at once. Goes before hours.',
    range(0),
  ),
  'log.roll.jitter.hours': key(
    'int',
    0,
    'How many hours earlier at most a segment may end, so that not all end at once.',
    range(0),
  ),
  'log.index.size.max.bytes': key(
    'int',
    10_485_760,
    'Largest index of a segment: at that size a new segment begins.',
    range(4),
  ),
  'log.index.interval.bytes': key('int', 4096, 'Bytes of records between two index entries.', range(0)),
  'log.flush.interval.messages': key(
    'long',
    LONG_MAX,
    'Records of a partition after which it is synced to disk, before they are acknowledged.',
    range(1),
  ),
  'log.flush.interval.ms': key('long', null, 'Longest time that a record stays unsynced.', range(0)),
  'log.flush.offset.checkpoint.interval.ms': key(
    'int',
    60_000,
    'Time between two recovery checkpoints.',
    range(1),
  ),
  'log.message.timestamp.type': key(
    'string',
    'CreateTime',
    "Whose clock stamps records: the producer's or the broker's.",
    oneOf('CreateTime', 'LogAppendTime'),
  ),
  'log.message.timestamp.before.max.ms': key(
    'long',
    LONG_MAX,
    "How far a record's time may lie back.",
    range(0),
  ),
  'log.message.timestamp.after.max.ms': key(
    'long',
    3_600_000,
    "How far a record's time may lie ahead.",
    range(0),
  ),
  'producer.id.expiration.ms': key(
    'int',
    MS_PER_DAY,
    'A producer unheard of for so long is forgotten.',
    range(1),
  ),

  ...transactionConfigKeys,

  'group.min.session.timeout.ms': key(
    'int',
    6000,
    'Shortest session timeout that a group member may ask for.',
    range(1),
  ),
  'group.max.session.timeout.ms': key(
    'int',
    1_800_000,
    'Longest session timeout that a group member may ask for.',
    range(1),
  ),
  'group.initial.rebalance.delay.ms': key(
    'int',
    3000,
    'How long an empty group waits for more members.',
    range(0),
  ),
  'group.max.size': key('int', INT_MAX, 'Members of one group.', range(1)),
  'group.coordinator.rebalance.protocols': key(
    'list',
    ['classic', 'consumer'],
    'Group protocols that are served.',
    rebalanceProtocols,
  ),
  ...consumerGroupConfigKeys,
  'offset.metadata.max.bytes': key('int', 4096, 'Metadata of one committed offset.', range(0)),
  'offsets.topic.num.partitions': key(
    'int',
    50,
    'Partitions of __consumer_offsets; not to be changed once the topic exists.',
    range(1, 10_000),
  ),
  'offsets.topic.replication.factor': key(
    'int',
    3,
    'Replication factor of __consumer_offsets; a smaller cluster takes as many as it has.',
    range(1, 32_767),
  ),
  'offsets.topic.segment.bytes': key(
    'int',
    104_857_600,
    'Size of a segment of __consumer_offsets.',
    range(SEGMENT_MIN_BYTES),
  ),
  'offsets.retention.minutes': key(
    'int',
    10_080,
    'How long offsets of an empty group are kept, in minutes.',
    range(1),
  ),
  'offsets.retention.check.interval.ms': key(
    'long',
    600_000,
    'Time between two looks for offsets that may go.',
    range(1),
  ),
  'offsets.load.buffer.size': key(
    'int',
    5_242_880,
    'Bytes read at once when a coordinator loads its partition.',
    range(1),
  ),
  'offsets.commit.timeout.ms': key('int', 5000, 'How long a commit may wait to be replicated.', range(1)),

  ...shareConfigKeys,

  'initial.transaction.version': key(
    'int',
    2,
    'Level of transaction.version that a new cluster begins with; in Kafka an option of its storage tool.',
    range(0, 2),
  ),
  'admin.http.port': key(
    'int',
    -1,
    'Where /health, /ready and /metrics are answered; 0 takes a free port, -1 leaves them out.',
    range(-1, 65_535),
  ),
  'admin.http.host': key('string', '127.0.0.1', 'The address of admin.http.port.'),
  flush: key(
    'string',
    'interval',
    'When records are synced to disk: interval, as flush.messages and flush.ms say; commit, before they are acknowledged or read, whatever a topic says.',
    oneOf('interval', 'commit'),
  ),
  'fetch.memory.max.bytes': key(
    'long',
    134_217_728,
    'Records of all Fetch answers on their way to clients; near it answers get smaller, down to one batch each.',
    range(0),
  ),
  'log.sync.write.max.ms': key(
    'int',
    100,
    'A log write slower than this makes the broker write asynchronously until the disk is well again.',
    range(1),
  ),
  'log.tail.cache.bytes': key(
    'long',
    67_108_864,
    'Newest records of all partitions kept in memory for consumers that keep up.',
    range(0),
  ),
  'log.pending.write.max.bytes': key(
    'long',
    134_217_728,
    'Bytes that may wait for a slow disk in memory; above it, records are refused with an error that clients try again.',
    range(1),
  ),
  'log.cleaner.slice.max.ms': key(
    'int',
    2,
    'Compaction keeps the broker from other work for so long at a time, and rests as long.',
    range(1),
  ),
  'log.storage.engine': key(
    'string',
    'segments',
    'What keeps logs: segments, files as Kafka has them; memory, which forgets topics and records with the broker.',
    oneOf('segments', 'memory'),
  ),
  'log.reopen.interval.ms': key(
    'int',
    5000,
    'Time between two tries to write again to logs that a full or read-only disk has refused.',
    range(1),
  ),
  'log.open.files.max': key('int', 2048, 'Segment files that are kept open.', range(16)),
});
