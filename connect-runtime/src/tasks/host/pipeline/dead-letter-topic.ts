import { type ClientOptions, createAdmin } from '@millrace/client';
import { isMillraceError, MillraceError, toMillraceError } from '@millrace/foundation';
import { type TaskId, taskKey } from '../../../core/task-id.ts';
import type { DeadLetterPolicy } from '../../../plugins/error-config.ts';

/**
 * Makes the topic for dead letters where it is missing, with one partition as Kafka Connect does; unlike there, a small cluster gets by
 * with the replicas that it can have where nobody said how many.
 * @throws {MillraceError} class config, with the key, where the cluster refuses it; transient where it can't be reached
 */
export async function ensureDeadLetterTopic(
  policy: DeadLetterPolicy,
  id: TaskId,
  client: Pick<ClientOptions, 'bootstrapServers'> & Partial<ClientOptions>,
): Promise<void> {
  const admin = createAdmin({ clientId: `connector-dlq-admin-${taskKey(id)}`, ...client });
  const { topic: name, replicationFactor } = policy;
  const make = (replicas: number) =>
    admin.ensureTopics([{ name, partitions: 1, replicationFactor: replicas }]);
  try {
    await make(replicationFactor).catch(async (error: unknown) => {
      if (!policy.isDefaultFactor || !isTooManyReplicas(error)) throw error;
      await make((await admin.describeCluster()).brokers.length);
    });
  } catch (error) {
    const known = toMillraceError(error, { code: 'DEAD_LETTER_TOPIC_NOT_MADE', class: 'transient' });
    if (known.class === 'transient' || known.class === 'throttled' || known.class === 'auth') throw known;
    const replicas = isTooManyReplicas(known);
    throw new MillraceError(`The topic for dead letters, ${name}, could not be made: ${known.message}`, {
      code: 'DEAD_LETTER_TOPIC_NOT_MADE',
      class: 'config',
      path: replicas
        ? 'errors.deadletterqueue.topic.replication.factor'
        : 'errors.deadletterqueue.topic.name',
      hint: replicas
        ? 'Set "errors.deadletterqueue.topic.replication.factor" to at most the number of brokers, or to -1.'
        : 'Correct the name, or make the topic beforehand.',
      cause: error,
    });
  } finally {
    await admin.close();
  }
}

function isTooManyReplicas(error: unknown): boolean {
  return isMillraceError(error) && error.code === 'INVALID_REPLICATION_FACTOR';
}
