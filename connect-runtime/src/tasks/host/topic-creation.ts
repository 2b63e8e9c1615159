import { type Admin, createAdmin } from '@millrace/client';
import { isMillraceError, type Logger, MillraceError, toMillraceError } from '@millrace/foundation';
import { taskKey } from '../../core/task-id.ts';
import {
  type TopicCreationGroup,
  topicCreationOf,
  topicGroupOf,
} from '../../plugins/topic-creation-config.ts';
import type { TaskSpec } from '../host-protocol.ts';
import { adminOverrides } from './client-settings.ts';

/** Refusals that leave it to the broker whether the topic comes by itself, as in Kafka Connect. */
const LEFT_TO_THE_BROKER: ReadonlySet<string> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'UNSUPPORTED_VERSION',
]);

/** Makes the topics that a source writes to, before it writes to them, as its config says (KIP-158). */
export class TopicCreation {
  readonly #groups: readonly TopicCreationGroup[];
  readonly #admin: Admin;
  readonly #logger: Logger;
  /** Those that are there, and those under way. */
  readonly #topics = new Map<string, Promise<void> | null>();

  /** Null where the source's topics are left to the broker. */
  static create(spec: TaskSpec, logger: Logger): TopicCreation | null {
    const { groups } = topicCreationOf(spec.connectorConfig);
    if (groups.length === 0) return null;
    if (!spec.worker.topicCreation) {
      logger.warn(
        'topic.creation.* of this connector is passed over: the worker has topic.creation.enable=false',
      );
      return null;
    }
    const { bootstrapServers } = spec.worker;
    const clientId = `connector-adminclient-${taskKey(spec.id)}`;
    return new TopicCreation(
      groups,
      createAdmin({ bootstrapServers, clientId, logger, ...adminOverrides(spec.connectorConfig) }),
      logger,
    );
  }

  constructor(groups: readonly TopicCreationGroup[], admin: Admin, logger: Logger) {
    this.#groups = groups;
    this.#admin = admin;
    this.#logger = logger;
  }

  /**
   * What to wait for before records go to the topic; null, as it mostly is: nothing.
   * @throws {MillraceError} by the promise: TOPIC_NOT_CREATED (class config), or what passes
   */
  ensure(topic: string): Promise<void> | null {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const making = this.#make(topic);
    this.#topics.set(topic, making);
    making.then(
      () => this.#topics.set(topic, null),
      () => this.#topics.delete(topic),
    );
    return making;
  }

  close(): Promise<void> {
    return this.#admin.close();
  }

  async #make(topic: string): Promise<void> {
    const group = topicGroupOf(topic, this.#groups);
    if (!group) return;
    const { partitions, replicationFactor, configs } = group;
    try {
      const made = await this.#admin.ensureTopics([{ name: topic, partitions, replicationFactor, configs }]);
      if (made.length > 0) this.#logger.info({ topic, group: group.name }, 'a topic was made');
    } catch (error) {
      if (isMillraceError(error) && LEFT_TO_THE_BROKER.has(error.code)) {
        this.#logger.warn({ topic, err: error }, 'the topic is left to the broker');
        return;
      }
      throw notCreated(topic, group.name, error);
    }
  }
}

function notCreated(topic: string, group: string, error: unknown): MillraceError {
  const stage = 'produce';
  const known = toMillraceError(error, { code: 'TOPIC_NOT_CREATED', class: 'transient' }).with({ stage });
  if (known.class !== 'config') return known;
  return new MillraceError(`Topic ${topic} could not be made: ${known.message}`, {
    code: 'TOPIC_NOT_CREATED',
    class: 'config',
    stage,
    path: `topic.creation.${group}`,
    hint: `Correct topic.creation.${group}.*, or make the topic beforehand.`,
    cause: error,
  });
}
