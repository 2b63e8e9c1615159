import {
  type ConfigDef,
  type ConfigProblem,
  oneOf,
  parseConfig,
  range,
  type Validator,
} from '@millrace/foundation';

const override = (type: 'int' | 'long' | 'string', docs: string, validate?: Validator) =>
  ({ type, default: null, importance: 'low', docs, ...(validate ? { validate } : {}) }) as const;

const anyClient = {
  'client.id': override('string', 'What the brokers know the client by.'),
  'request.timeout.ms': override('int', 'Time limit of one request.', range(1)),
  'retry.backoff.ms': override('long', 'First wait between tries.', range(0)),
  'retry.backoff.max.ms': override('long', 'Longest wait between tries.', range(0)),
} satisfies ConfigDef;

/** Settings of the task's own clients that a connector may change, by prefix and then by Kafka's names. */
const clientOverrides: { readonly [prefix: string]: ConfigDef } = {
  'producer.override.': {
    ...anyClient,
    // These two say what holds anyway: with less, what is acknowledged could be lost, or stand twice.
    acks: override('string', 'Who must have a record.', oneOf('all', '-1')),
    'enable.idempotence': override('string', 'Whether repeats are told apart.', oneOf('true')),
    'compression.type': override(
      'string',
      'Compression of batches.',
      oneOf('none', 'gzip', 'snappy', 'lz4', 'zstd'),
    ),
    'linger.ms': override('long', 'Wait for a batch to fill.', range(0)),
    'batch.size': override(
      'int',
      'Bytes of a batch; left out, 65536 where the source is at least once.',
      range(1),
    ),
    'max.request.size': override('int', 'Bytes of a request.', range(1)),
    'buffer.memory': override(
      'long',
      'Bytes that may wait to be sent; left out, 4194304 where the source is at least once.',
      range(1),
    ),
    'delivery.timeout.ms': override('int', 'From taking a record to success or failure.', range(1)),
    'max.block.ms': override('long', 'Wait for a topic that is not there yet.', range(1)),
  },
  'consumer.override.': {
    ...anyClient,
    // The runtime commits what was written.
    'enable.auto.commit': override('string', 'Whether polls commit.', oneOf('false')),
    'auto.offset.reset': override(
      'string',
      'Where to begin without a committed offset.',
      oneOf('earliest', 'latest', 'none'),
    ),
    'max.poll.records': override('int', 'Records of one batch.', range(1)),
    'max.poll.interval.ms': override(
      'int',
      'How long the others wait for this member to come back.',
      range(1),
    ),
    'fetch.min.bytes': override('int', 'Bytes that a fetch waits for.', range(0)),
    'fetch.max.bytes': override('int', 'Bytes of one fetch.', range(1)),
    'fetch.max.wait.ms': override('int', 'How long it waits for them.', range(0)),
    'max.partition.fetch.bytes': override('int', 'Of these, of one partition.', range(1)),
    'session.timeout.ms': override('int', 'Silence after which a member is taken for dead.', range(1)),
    'heartbeat.interval.ms': override('int', 'How often a member says that it lives.', range(1)),
    'isolation.level': override(
      'string',
      'Whether records of transactions that are open or were aborted are read too.',
      oneOf('read_uncommitted', 'read_committed'),
    ),
  },
  'admin.override.': anyClient,
};

/** What is wrong with a key, where it is one that overrides a setting of a client: one that cannot be overridden is named, never passed over. */
export function overrideProblems(key: string, value: string): readonly ConfigProblem[] {
  const prefix = Object.keys(clientOverrides).find((candidate) => key.startsWith(candidate));
  if (prefix === undefined) return [];
  const served = clientOverrides[prefix] ?? {};
  const option = key.slice(prefix.length);
  if (!Object.hasOwn(served, option)) {
    const message = `"${key}" can't be overridden. Under "${prefix}" these can: ${Object.keys(served).join(', ')}.`;
    return [{ key, message }];
  }
  return parseConfig(served, { [option]: value }).problems.map(({ message }) => ({
    key,
    message: message.replace(`"${option}"`, `"${key}"`),
  }));
}
