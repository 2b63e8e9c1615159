import { MillraceError, ZERO_UUID } from '@millrace/foundation';
import { isKafkaError, kafkaError } from '@millrace/protocol';
import { createPartitions, createTopics, deleteTopics } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { errorOf, throwFirst } from '../cluster/outcome.ts';
import { retrying } from '../cluster/retry.ts';
import { NO_LEADER, type TopicMetadata } from '../cluster/topic-metadata.ts';
import type { NewTopic, TopicDescription } from '../types.ts';

const BROKER_DEFAULT = -1;
/** From version 6 on topics are given as structures, by name or id. */
const DELETE_BY_STRUCTURE_FROM = 6;

export async function listTopics(cluster: Cluster): Promise<readonly TopicDescription[]> {
  await refreshed(cluster, 'all');
  return [...cluster.cache.topicNames()].sort().flatMap((name) => {
    const topic = cluster.cache.topic(name);
    return topic ? [description(topic)] : [];
  });
}

/** Unlike producers and consumers it does not wait for a topic that may still come. */
export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<readonly TopicDescription[]> {
  if (names.length === 0) return [];
  await refreshed(cluster, names);
  return names.map((name) => {
    const topic = cluster.cache.topic(name);
    if (topic === undefined) throw cluster.missingTopic(name);
    return description(topic);
  });
}

/** Throws what creating them would. */
export async function checkNewTopics(cluster: Cluster, topics: readonly NewTopic[]): Promise<void> {
  throwFirst(await tryCreate(cluster, topics, true));
}

/** Resolves when the topics are there and led: the controller answers before brokers know of them. */
export async function createNewTopics(cluster: Cluster, topics: readonly NewTopic[]): Promise<void> {
  throwFirst(await tryCreate(cluster, topics));
  await awaitLeaders(cluster, topics);
}

export async function ensureTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
): Promise<readonly string[]> {
  const names = topics.map(({ name }) => name);
  if (names.length === 0) return [];
  await refreshed(cluster, names);
  const missing = topics.filter(({ name }) => cluster.cache.topic(name) === undefined);
  if (missing.length === 0) return [];
  const errors = await tryCreate(cluster, missing);
  throwFirst(errors.filter((error) => !isKafkaError(error, 'TOPIC_ALREADY_EXISTS')));
  const existed = new Set(errors.map((error) => error.details.path));
  await awaitLeaders(cluster, missing);
  return missing.map(({ name }) => name).filter((name) => !existed.has(name));
}

export async function removeTopics(cluster: Cluster, names: readonly string[]): Promise<void> {
  let open = names;
  if (open.length === 0) return;
  await retrying(cluster.config, { deadlineMs: cluster.deadline(), signal: cluster.closing }, async () => {
    const connection = await cluster.anyConnection();
    const version = connection.versions.negotiate(deleteTopics);
    const subjects =
      version >= DELETE_BY_STRUCTURE_FROM
        ? { topics: open.map((name) => ({ name, topicId: ZERO_UUID })) }
        : { topicNames: open };
    const timeoutMs = cluster.config.requestTimeoutMs;
    const response = await connection.request(deleteTopics, { ...subjects, timeoutMs }, { version });
    const failed = new Map<string, MillraceError>();
    for (const { name, errorCode, errorMessage } of response.responses) {
      const error = errorOf(errorCode, `topic ${name}`, errorMessage);
      if (error && name !== null) failed.set(name, error);
    }
    open = [...failed.keys()];
    // An unknown topic is a passing failure to those who use it, and a plain answer to those who delete it.
    throwFirst([...failed.values()].map(finalUnknown));
  });
}

export async function growTopic(cluster: Cluster, topic: string, count: number): Promise<void> {
  const body = {
    topics: [{ name: topic, count, assignments: null }],
    timeoutMs: cluster.config.requestTimeoutMs,
    validateOnly: false,
  };
  await cluster.anywhere(createPartitions, body, ({ results }) => {
    for (const { name, errorCode, errorMessage } of results) {
      const error = errorOf(errorCode, `topic ${name}`, errorMessage);
      if (error) throw finalUnknown(error);
    }
  });
  await untilDescribed(cluster, [topic], (known) => known.partitions.length >= count);
}

/** Failures by topic, whose name is their `path`; those that may pass are tried again within the request timeout. */
async function tryCreate(
  cluster: Cluster,
  topics: readonly NewTopic[],
  validateOnly = false,
): Promise<readonly MillraceError[]> {
  const final: MillraceError[] = [];
  let open = topics;
  if (open.length === 0) return final;
  await retrying(cluster.config, { deadlineMs: cluster.deadline(), signal: cluster.closing }, async () => {
    const connection = await cluster.anyConnection();
    const response = await connection.request(createTopics, {
      topics: open.map(creatable),
      timeoutMs: cluster.config.requestTimeoutMs,
      validateOnly,
    });
    const again = new Map<string, MillraceError>();
    for (const { name, errorCode, errorMessage } of response.topics) {
      const error = errorOf(errorCode, `topic ${name}`, errorMessage)?.with({ path: name });
      if (error?.details.facts?.retriable === true) again.set(name, error);
      else if (error) final.push(error);
    }
    open = open.filter(({ name }) => again.has(name));
    throwFirst([...again.values()]);
  });
  return final;
}

function creatable({ name, partitions, replicationFactor, configs }: NewTopic) {
  return {
    name,
    numPartitions: partitions ?? BROKER_DEFAULT,
    replicationFactor: replicationFactor ?? BROKER_DEFAULT,
    assignments: [],
    configs: Object.entries(configs ?? {}).map(([key, value]) => ({ name: key, value })),
  };
}

function awaitLeaders(cluster: Cluster, topics: readonly NewTopic[]): Promise<void> {
  const names = topics.map(({ name }) => name);
  return untilDescribed(cluster, names, (topic) =>
    topic.partitions.every(({ leader }) => leader !== NO_LEADER),
  );
}

async function untilDescribed(
  cluster: Cluster,
  names: readonly string[],
  holds: (topic: TopicMetadata) => boolean,
): Promise<void> {
  await retrying(cluster.config, { deadlineMs: cluster.deadline(), signal: cluster.closing }, async () => {
    await cluster.refresh(names);
    for (const name of names) {
      const topic = cluster.cache.topic(name);
      if (topic === undefined) throw cluster.missingTopic(name);
      if (!holds(topic)) throw kafkaError('LEADER_NOT_AVAILABLE', `topic ${name} is not ready yet`);
    }
  });
}

function refreshed(cluster: Cluster, topics: readonly string[] | 'all'): Promise<void> {
  const options = { deadlineMs: cluster.deadline(), signal: cluster.closing };
  return retrying(cluster.config, options, () => cluster.refresh(topics));
}

function finalUnknown(error: MillraceError): MillraceError {
  if (!isKafkaError(error, 'UNKNOWN_TOPIC_OR_PARTITION')) return error;
  return new MillraceError(error.message, {
    ...error.details,
    facts: { ...error.details.facts, retriable: false },
  });
}

function description(topic: TopicMetadata): TopicDescription {
  return {
    name: topic.name,
    topicId: topic.topicId,
    internal: topic.internal,
    partitions: topic.partitions.map(({ partition, leader, replicas, isr }) => ({
      partition,
      leader,
      replicas,
      isr,
    })),
  };
}
