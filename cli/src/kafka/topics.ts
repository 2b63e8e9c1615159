import type {
  Admin,
  ConfigEntry,
  LogDirDescription,
  TopicDescription,
  TopicPartition,
} from '@millrace/client';
import { MillraceError } from '@millrace/foundation';
import type { ConfigEntryRow, TopicSize, TopicSummary, Topics } from '@millrace/rest-api';

type TopicDescriptionWithoutUsers = Awaited<ReturnType<Topics['describe']>>;

export interface TopicsOptions {
  readonly admin: Admin;
  /** For what may take brokers long. */
  readonly changes: Pick<Admin, 'createTopics' | 'deleteTopics' | 'createPartitions'>;
  /** Those that workers keep for themselves: as internal as Kafka's. */
  readonly own: readonly string[];
}

/** Topics for people, by Kafka's admin APIs: works with any Kafka. */
export function createTopics({ admin, changes, own }: TopicsOptions): Topics {
  /** That no broker is there is known sooner than that one takes long. */
  const changing = async (act: () => Promise<void>) => {
    await admin.describeCluster();
    await act();
  };
  const isInternal = ({ name, internal }: { readonly name: string; readonly internal: boolean }) =>
    internal || own.includes(name);
  return {
    list: async () =>
      (await admin.listTopics()).map((topic) => ({ ...summaryOf(topic), internal: isInternal(topic) })),
    async sizes(names) {
      const wanted = new Set(names);
      const topics = (await admin.listTopics()).filter(({ name }) => wanted.has(name));
      const facts = await partitionFacts(admin, topics);
      return new Map(topics.map((topic) => [topic.name, sizeOf(topic, facts)]));
    },
    async describe(name) {
      const topic = await describe(admin, name);
      return { ...topic, internal: isInternal(topic) };
    },
    create: (topic, options) => changing(() => changes.createTopics([topic], options)),
    remove: (name) => changing(() => changes.deleteTopics([name])),
    grow: (name, count) => changing(() => changes.createPartitions(name, count)),
    async configs(name) {
      await find(admin, name);
      return entriesOf(await admin.describeConfigs('topic', name), 'DYNAMIC_TOPIC_CONFIG');
    },
    async alterConfigs(name, changes) {
      await find(admin, name);
      if (Object.keys(changes).length > 0) await admin.alterConfigs('topic', name, changes);
    },
    async deleteRecords(name, partitions) {
      const topic = await find(admin, name);
      requirePartitions(topic, partitions);
      const starts = await admin.deleteRecords(partitions.map((one) => ({ topic: name, ...one })));
      return partitions.map(({ partition }, index) => ({ partition, startOffset: starts[index] ?? 0 }));
    },
  };
}

/** Unlike most requests this one does not wait for a topic that may yet come. */
async function find(admin: Admin, name: string): Promise<TopicDescription> {
  const [topic] = await admin.describeTopics([name]);
  if (topic === undefined) throw new Error(`topic ${name} was left out of the answer`);
  return topic;
}

function requirePartitions(topic: TopicDescription, asked: readonly { readonly partition: number }[]): void {
  const known = new Set(topic.partitions.map(({ partition }) => partition));
  const missing = asked.find(({ partition }) => !known.has(partition));
  if (missing === undefined) return;
  throw new MillraceError(`Topic ${topic.name} has no partition ${missing.partition}.`, {
    code: 'BAD_REQUEST',
    class: 'config',
    path: 'partition',
    hint: `It has ${topic.partitions.length}, counted from 0.`,
  });
}

async function describe(admin: Admin, name: string): Promise<TopicDescriptionWithoutUsers> {
  const topic = await find(admin, name);
  const [facts, configs] = await Promise.all([
    partitionFacts(admin, [topic]),
    admin.describeConfigs('topic', name),
  ]);
  const number = (key: string) => {
    const value = configs.get(key)?.value;
    return value === undefined || value === null ? null : Number(value);
  };
  return {
    ...summaryOf(topic),
    ...sizeOf(topic, facts),
    topicId: topic.topicId,
    cleanupPolicy: configs.get('cleanup.policy')?.value ?? null,
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    partitionStates: topic.partitions.map(({ partition, leader, replicas, isr }) => ({
      ...{ partition, replicas, isr, leader: leader < 0 ? null : leader },
      ...(facts.get(`${name}-${partition}`) ?? { startOffset: null, endOffset: null, sizeBytes: null }),
    })),
  };
}

function summaryOf({ name, internal, partitions }: TopicDescription): TopicSummary {
  return {
    name,
    internal,
    partitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? 0,
    underReplicated: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
    offline: partitions.filter(({ leader }) => leader < 0).length,
  };
}

/** As the brokers describe them, by name. */
export function entriesOf(
  configs: ReadonlyMap<string, ConfigEntry>,
  own: ConfigEntry['source'],
): readonly ConfigEntryRow[] {
  return [...configs]
    .map(([name, { value, source, readOnly, sensitive, type, documentation }]) => ({
      ...{ name, value, source, readOnly, sensitive, type, documentation },
      overridden: source === own,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface PartitionFacts {
  readonly startOffset: number | null;
  readonly endOffset: number | null;
  readonly sizeBytes: number | null;
}

/** By `topic-partition`, of partitions that have a leader. What brokers do not say is null. */
async function partitionFacts(
  admin: Admin,
  topics: readonly TopicDescription[],
): Promise<ReadonlyMap<string, PartitionFacts>> {
  const led = topics.flatMap(({ name: topic, partitions }) =>
    partitions.flatMap(({ partition, leader }) => (leader < 0 ? [] : [{ topic, partition, leader }])),
  );
  const [starts, ends, sizes] = await Promise.all([
    admin.listOffsets(led, 'earliest').catch(unknown),
    admin.listOffsets(led, 'latest').catch(unknown),
    sizesOnLeaders(admin, led),
  ]);
  return new Map(
    led.map(({ topic, partition }, index) => [
      `${topic}-${partition}`,
      {
        startOffset: starts[index] ?? null,
        endOffset: ends[index] ?? null,
        sizeBytes: sizes.get(`${topic}-${partition}`) ?? null,
      },
    ]),
  );
}

/** Facts that nobody can tell at present are left open; what else is asked for is answered. */
const unknown = (): readonly number[] => [];

async function sizesOnLeaders(
  admin: Admin,
  led: readonly (TopicPartition & { readonly leader: number })[],
): Promise<ReadonlyMap<string, number>> {
  const byLeader = Map.groupBy(led, ({ leader }) => leader);
  const nothing = (): readonly LogDirDescription[] => [];
  const answers = await Promise.all(
    [...byLeader].map(([leader, partitions]) => admin.describeLogDirs(leader, partitions).catch(nothing)),
  );
  return new Map(
    answers.flatMap((dirs) =>
      dirs.flatMap(({ partitions }) =>
        partitions.map(({ topic, partition, sizeBytes }) => [`${topic}-${partition}`, sizeBytes] as const),
      ),
    ),
  );
}

/** Null where one partition does not tell: a sum without it would look like a fact. */
function sizeOf(topic: TopicDescription, facts: ReadonlyMap<string, PartitionFacts>): TopicSize {
  let records: number | null = 0;
  let sizeBytes: number | null = 0;
  for (const { partition } of topic.partitions) {
    const known = facts.get(`${topic.name}-${partition}`);
    const start = known?.startOffset ?? null;
    const end = known?.endOffset ?? null;
    records = records === null || start === null || end === null ? null : records + end - start;
    const size = known?.sizeBytes ?? null;
    sizeBytes = sizeBytes === null || size === null ? null : sizeBytes + size;
  }
  return { records, sizeBytes };
}
