import { type Admin, type ClientOptions, createConsumer, type Producer } from '@millrace/client';
import type { Logger } from '@millrace/foundation';
import type { OpenNamedLog } from './record-log.ts';
import { TopicLog } from './topic-log.ts';

/** How long a fetch of a storage topic waits at the broker, ms. */
const FETCH_WAIT_MS = 5_000;

/** Opens logs that are topics, each with a consumer of its own. */
export function topicLogs(options: {
  readonly client: ClientOptions;
  readonly admin: Admin;
  readonly producer: Producer;
  readonly logger: Logger;
}): OpenNamedLog {
  const { client, admin, producer, logger } = options;
  return (topic, partitions, replicationFactor, records) => (onRecord) =>
    new TopicLog({
      ...{ topic, partitions, replicationFactor, admin, producer, logger, onRecord },
      isInOneOrder: records === 'in one order',
      consumer: createConsumer({
        ...client,
        autoOffsetReset: 'earliest',
        fetchMaxWaitMs: FETCH_WAIT_MS,
        // Offsets of an aborted transaction never were.
        isolationLevel: 'read_committed',
      }),
    });
}
