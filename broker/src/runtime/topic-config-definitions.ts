import type { ConfigType } from '@millrace/foundation';

/** One config of a topic: Kafka 4.3's name, type and default. Values are texts, as they are stored and sent. */
export interface TopicConfigDefinition {
  readonly type: ConfigType;
  readonly default: string;
  readonly docs: string;
  /**
   * The broker's key that says the same for all topics, in the same unit; Kafka's name of it where this broker has no
   * such key.
   */
  readonly brokerKey?: string;
  /** Kafka's tests have it for small segments: it is taken and obeyed, and not described. */
  readonly isInternal?: true;
  /** @returns what is wrong with a value in a fragment that follows the key, or null */
  readonly problem: (text: string) => string | null;
}

const INT_MAX = 2_147_483_647n;
const INT_MIN = -2_147_483_648n;
/** Kafka's word for never and for no limit. */
const LONG_MAX = 9_223_372_036_854_775_807n;
const LONG_MIN = -9_223_372_036_854_775_808n;
const NEVER = String(LONG_MAX);
const SEGMENT_MIN_BYTES = 1_048_576n;

function whole(text: string, min: bigint, max: bigint): string | null {
  if (!/^[+-]?\d{1,20}$/.test(text.trim())) return 'must be a whole number';
  const value = BigInt(text.trim());
  if (value < min) return `must be at least ${min}`;
  return value > max ? `must be at most ${max}` : null;
}

type Row = Omit<TopicConfigDefinition, 'type' | 'default' | 'docs'>;

const int = (min: bigint, max = INT_MAX): Row => ({
  problem: (text) => whole(text, min < INT_MIN ? INT_MIN : min, max),
});
const long = (min = LONG_MIN): Row => ({ problem: (text) => whole(text, min, LONG_MAX) });
const flag: Row = {
  problem: (text) => (/^(true|false)$/i.test(text.trim()) ? null : 'must be true or false'),
};
const word = (...allowed: readonly string[]): Row => ({
  problem: (text) => (allowed.includes(text.trim()) ? null : `must be one of ${allowed.join(', ')}`),
});
/** A known config whose other values would promise what this broker does not do. */
const only = (allowed: string, why: string): Row => ({
  problem: (text) => (text.trim().toLowerCase() === allowed ? null : `must be ${allowed}: ${why}`),
});
const NO_TIERS = 'this broker has no remote storage';

const cleanupPolicy: Row = {
  problem(text) {
    const items = text.trim() === '' ? [] : text.split(',').map((item) => item.trim());
    return items.every((item) => item === 'delete' || item === 'compact')
      ? null
      : 'must be a list of delete and compact';
  },
};

const gzipLevel: Row = {
  problem: (text) => (text.trim() === '-1' ? null : whole(text, 1n, 9n)),
};

const ratio: Row = {
  problem(text) {
    const value = Number(text);
    return text.trim() !== '' && value >= 0 && value <= 1 ? null : 'must be a number between 0 and 1';
  },
};

const throttledReplicas: Row = {
  problem: (text) =>
    /^(\*|\d+:\d+(,\d+:\d+)*)?$/.test(text.replaceAll(/\s/g, ''))
      ? null
      : 'must be * or a list of partition:broker',
};

function define(
  type: ConfigType,
  byDefault: string,
  row: Row,
  docs: string,
  brokerKey?: string,
): TopicConfigDefinition {
  return { type, default: byDefault, docs, ...row, ...(brokerKey === undefined ? {} : { brokerKey }) };
}

/**
 * Every topic config of Kafka's. The log obeys cleanup.policy, compression.*, delete.retention.ms, file.delete.delay.ms, flush.*,
 * index.interval.bytes, max.message.bytes, {min,max}.compaction.lag.ms, message.timestamp.*, min.cleanable.dirty.ratio,
 * min.insync.replicas, retention.* and segment.*. The others are kept and described, because tools set them and nothing
 * is lost by it; those that would promise something that is not done take only their default.
 */
export const topicConfigDefinitions: ReadonlyMap<string, TopicConfigDefinition> = new Map(
  Object.entries({
    'cleanup.policy': define(
      'list',
      'delete',
      cleanupPolicy,
      'What happens to old segments: delete drops them by time and size, compact keeps the newest record of each key.',
      'log.cleanup.policy',
    ),
    'compression.gzip.level': define(
      'int',
      '-1',
      gzipLevel,
      'Level of gzip where compression.type is gzip.',
      'compression.gzip.level',
    ),
    'compression.lz4.level': define(
      'int',
      '9',
      int(1n, 17n),
      'Level of lz4; kept, but without an effect: there is one.',
      'compression.lz4.level',
    ),
    'compression.type': define(
      'string',
      'producer',
      word('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
      'Compression of stored batches; producer keeps what came.',
      'compression.type',
    ),
    'compression.zstd.level': define(
      'int',
      '3',
      int(-131_072n, 22n),
      'Level of zstd where compression.type is zstd.',
      'compression.zstd.level',
    ),
    'delete.retention.ms': define(
      'long',
      '86400000',
      long(0n),
      'How long a compacted topic shows deletions.',
      'log.cleaner.delete.retention.ms',
    ),
    'file.delete.delay.ms': define(
      'long',
      '60000',
      long(0n),
      'How long the files of a segment that is dropped, or was compacted, stay on disk.',
      'log.segment.delete.delay.ms',
    ),
    'flush.messages': define(
      'long',
      NEVER,
      long(1n),
      'Records after which the log is synced to disk.',
      'log.flush.interval.messages',
    ),
    'flush.ms': define(
      'long',
      NEVER,
      long(0n),
      'Longest time that a record stays unsynced.',
      'log.flush.interval.ms',
    ),
    'follower.replication.throttled.replicas': define(
      'list',
      '',
      throttledReplicas,
      'Followers whose replication is slowed down, as partition:broker.',
    ),
    'index.interval.bytes': define(
      'int',
      '4096',
      int(0n),
      'Bytes of records between two index entries.',
      'log.index.interval.bytes',
    ),
    'internal.segment.bytes': {
      ...define('int', '', int(1n), 'Size at which a new segment begins, in place of segment.bytes.'),
      isInternal: true,
    },
    'leader.replication.throttled.replicas': define(
      'list',
      '',
      throttledReplicas,
      'Leaders whose replication is slowed down, as partition:broker.',
    ),
    'local.retention.bytes': define(
      'long',
      '-2',
      long(-2n),
      'Bytes kept locally under remote storage; -2: retention.bytes.',
      'log.local.retention.bytes',
    ),
    'local.retention.ms': define(
      'long',
      '-2',
      long(-2n),
      'Time kept locally under remote storage; -2: retention.ms.',
      'log.local.retention.ms',
    ),
    'max.compaction.lag.ms': define(
      'long',
      NEVER,
      long(1n),
      'Longest time that a record escapes compaction.',
      'log.cleaner.max.compaction.lag.ms',
    ),
    'max.message.bytes': define(
      'int',
      '1048588',
      int(0n),
      'Largest record batch, after compression.',
      'message.max.bytes',
    ),
    'message.timestamp.after.max.ms': define(
      'long',
      '3600000',
      long(0n),
      "How far a record's time may lie ahead of the broker's.",
      'log.message.timestamp.after.max.ms',
    ),
    'message.timestamp.before.max.ms': define(
      'long',
      NEVER,
      long(0n),
      "How far a record's time may lie behind the broker's.",
      'log.message.timestamp.before.max.ms',
    ),
    'message.timestamp.type': define(
      'string',
      'CreateTime',
      word('CreateTime', 'LogAppendTime'),
      "Whose clock stamps records: the producer's or the broker's.",
      'log.message.timestamp.type',
    ),
    'min.cleanable.dirty.ratio': define(
      'double',
      '0.5',
      ratio,
      'Share of a log that must be uncompacted before it is compacted.',
      'log.cleaner.min.cleanable.ratio',
    ),
    'min.compaction.lag.ms': define(
      'long',
      '0',
      long(0n),
      'Shortest time that a record stays uncompacted.',
      'log.cleaner.min.compaction.lag.ms',
    ),
    'min.insync.replicas': define(
      'int',
      '1',
      int(1n),
      'Replicas in sync that acks=all needs.',
      'min.insync.replicas',
    ),
    preallocate: define(
      'boolean',
      'false',
      flag,
      'Whether a segment takes its room on disk when it is made; kept, but without an effect here.',
      'log.preallocate',
    ),
    'remote.log.copy.disable': define(
      'boolean',
      'false',
      only('false', NO_TIERS),
      'Whether segments are no more copied to remote storage.',
    ),
    'remote.log.delete.on.disable': define(
      'boolean',
      'false',
      only('false', NO_TIERS),
      'Whether remote segments go when remote storage is switched off.',
    ),
    'remote.storage.enable': define(
      'boolean',
      'false',
      only('false', NO_TIERS),
      'Whether old segments move to remote storage.',
    ),
    'retention.bytes': define(
      'long',
      '-1',
      long(),
      'Bytes that a partition keeps; -1: no limit.',
      'log.retention.bytes',
    ),
    'retention.ms': define(
      'long',
      '604800000',
      long(-1n),
      'How long records are kept; -1: for ever.',
      'log.retention.ms',
    ),
    'segment.bytes': define(
      'int',
      '1073741824',
      int(SEGMENT_MIN_BYTES),
      'Size at which a new segment begins.',
      'log.segment.bytes',
    ),
    'segment.index.bytes': define(
      'int',
      '10485760',
      int(4n),
      'Largest index of a segment.',
      'log.index.size.max.bytes',
    ),
    'segment.jitter.ms': define(
      'long',
      '0',
      long(0n),
      'How much earlier at most a segment may end, so that not all end at once.',
      'log.roll.jitter.ms',
    ),
    'segment.ms': define('long', '604800000', long(1n), 'Age at which a new segment begins.', 'log.roll.ms'),
    'unclean.leader.election.enable': define(
      'boolean',
      'false',
      flag,
      'Whether a replica out of sync may lead.',
      'unclean.leader.election.enable',
    ),
  } satisfies Record<string, TopicConfigDefinition>),
);
