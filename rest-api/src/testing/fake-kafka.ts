import { MillraceError } from '@millrace/foundation';
import type {
  ClusterView,
  ConfigEntryRow,
  GroupRow,
  Groups,
  Messages,
  ShareGroupRow,
  ShareGroups,
  TopicMessage,
  TopicSummary,
  Topics,
} from '../kafka-ports.ts';

/** A cluster of topics in memory; what changes something is only noted in `calls`. */
export interface FakeKafka {
  readonly topics: Topics;
  readonly messages: Messages;
  readonly groups: Groups;
  readonly cluster: ClusterView;
  readonly shareGroups: ShareGroups;
  readonly shareGroupList: Omit<ShareGroupRow, 'connector'>[];
  readonly groupList: Omit<GroupRow, 'connector'>[];
  readonly topicList: TopicSummary[];
  readonly messagesByTopic: Map<string, TopicMessage[]>;
  /** Tells a tail that is open of messages. */
  tell(messages: readonly TopicMessage[]): void;
  /** Tails that are open. */
  tails(): number;
  /** Whether nobody answers who asks for the brokers. */
  away: boolean;
}

const RETENTION: ConfigEntryRow = {
  ...{ name: 'retention.ms', value: '604800000', source: 'DEFAULT_CONFIG', overridden: false },
  ...{ readOnly: false, sensitive: false, type: 'LONG', documentation: 'How long records are kept.' },
};

export function fakeKafka(calls: string[]): FakeKafka {
  const topicList: TopicSummary[] = [];
  const messagesByTopic = new Map<string, TopicMessage[]>();
  const shareGroupList: Omit<ShareGroupRow, 'connector'>[] = [];
  const groupList: Omit<GroupRow, 'connector'>[] = [];
  const tails = new Set<Parameters<Messages['tail']>[2]>();
  const find = (name: string): TopicSummary => {
    const topic = topicList.find((one) => one.name === name);
    if (topic) return topic;
    const message = `topic ${name}: This broker knows no such topic or partition.`;
    throw new MillraceError(message, { code: 'UNKNOWN_TOPIC_OR_PARTITION', class: 'transient' });
  };
  const held = (name: string) => messagesByTopic.get(name) ?? [];
  const note = (what: string, ...details: readonly unknown[]) =>
    void calls.push([what, ...details.map((detail) => JSON.stringify(detail))].join(' '));
  const kafka: FakeKafka = {
    ...{ topicList, messagesByTopic, groupList, shareGroupList, away: false },
    shareGroups: fakeShareGroups(shareGroupList, note),
    groups: fakeGroups(groupList, note),
    cluster: fakeCluster(topicList, () => kafka.away),
    tell(messages) {
      const event = { atMs: 1, messages, seen: messages.length, matched: messages.length, dropped: 0 };
      for (const tail of tails) tail.messages(event);
    },
    tails: () => tails.size,
    topics: {
      list: async () => topicList,
      sizes: async (names) =>
        new Map(names.map((name) => [name, { records: held(name).length, sizeBytes: null }])),
      describe: async (name) => ({
        ...find(name),
        ...{ topicId: null, records: held(name).length, sizeBytes: null, cleanupPolicy: 'delete' },
        ...{ retentionMs: 604_800_000, retentionBytes: -1 },
        partitionStates: Array.from({ length: find(name).partitions }, (_, partition) => ({
          ...{ partition, leader: 1, replicas: [1], isr: [1] },
          ...{ startOffset: 0, endOffset: partition === 0 ? held(name).length : 0, sizeBytes: null },
        })),
      }),
      create: async (topic, options) => note('create topic', topic, options),
      remove: async (name) => note('delete topic', find(name).name),
      grow: async (name, count) => note('grow topic', find(name).name, count),
      configs: async (name) => {
        find(name);
        return [RETENTION];
      },
      alterConfigs: async (name, changes) => note('topic configs', find(name).name, changes),
      deleteRecords: async (name, partitions) => {
        note('delete records', find(name).name, partitions);
        return partitions.map(({ partition }) => ({ partition, startOffset: 7 }));
      },
    },
    messages: {
      async read(topic, request) {
        find(topic);
        note('read', topic, request);
        const all = held(topic).toReversed();
        const messages = all.slice(0, request.limit);
        const left = all.length - messages.length;
        return {
          partitions: [{ partition: 0, startOffset: 0, endOffset: all.length }],
          ...{ messages, scanned: messages.length, left, next: left > 0 ? 'more' : null },
          stopped: left > 0 ? 'limit' : 'end',
        };
      },
      async tail(topic, request, listener) {
        find(topic);
        note('tail', topic, request);
        tails.add(listener);
        return { stop: () => void tails.delete(listener) };
      },
      async produce(topic, messages) {
        note('produce', find(topic).name, messages);
        return messages.map((_, offset) => ({ partition: 0, offset, timestamp: 1 }));
      },
    },
  };
  return kafka;
}

function fakeGroups(
  list: readonly Omit<GroupRow, 'connector'>[],
  note: (what: string, ...details: readonly unknown[]) => void,
): Groups {
  const find = (name: string) => {
    const group = list.find(({ groupId }) => groupId === name);
    if (group) return group;
    const message = `group ${name} does not exist`;
    throw new MillraceError(message, { code: 'GROUP_ID_NOT_FOUND', class: 'config' });
  };
  return {
    list: async () => list,
    readersOf: async (topic) =>
      list
        .filter(({ topics }) => topics.includes(topic))
        .map(({ groupId, state, members, lag }) => ({ groupId, kind: 'consumer', state, members, lag })),
    async describe(name) {
      const { groupId, state, protocolType, topics, lag } = find(name);
      const ends = { metadata: null, startOffset: 0, endOffset: 10, memberId: null };
      return {
        ...{ groupId, state, protocolType, protocol: 'range', members: [], lag },
        offsets: topics.map((topic) => ({
          ...{ topic, partition: 0, committedOffset: 10 - (lag ?? 0), lag, lagMs: null, ...ends },
        })),
      };
    },
    async reset(name, request) {
      note('reset group', find(name).groupId, request);
      return { applied: !request.preview, again: 3, skipped: 0, changes: [] };
    },
    forget: async (name, topic) => note('forget', find(name).groupId, topic),
    remove: async (name) => note('delete group', find(name).groupId),
  };
}

function fakeShareGroups(
  list: readonly Omit<ShareGroupRow, 'connector'>[],
  note: (what: string, ...details: readonly unknown[]) => void,
): ShareGroups {
  const find = (name: string) => {
    const group = list.find(({ groupId }) => groupId === name);
    if (group) return group;
    const message = `share group ${name} does not exist`;
    throw new MillraceError(message, { code: 'GROUP_ID_NOT_FOUND', class: 'config' });
  };
  return {
    list: async () => list,
    async describe(name) {
      const { groupId, state, topics, lag } = find(name);
      return {
        ...{ groupId, state, assignor: 'simple', members: [], lag },
        partitions: topics.map((topic) => ({
          ...{ topic, partition: 0, startOffset: 0, endOffset: 10, lag, deliveries: null, inFlight: null },
        })),
      };
    },
    async reset(name, request) {
      note('reset share group', find(name).groupId, request);
      return { applied: !request.preview, again: 3, skipped: 0, changes: [] };
    },
    forget: async (name, topic) => note('forget shared', find(name).groupId, topic),
    remove: async (name) => note('delete share group', find(name).groupId),
  };
}

function fakeCluster(topics: readonly TopicSummary[], isAway: () => boolean): ClusterView {
  const dir = { path: '/data', error: null, logBytes: 1_000, totalBytes: 100_000, usableBytes: 40_000 };
  const broker = { id: 1, host: '127.0.0.1', port: 9092, rack: null, controller: true, logDirs: [dir] };
  return {
    async describe() {
      const partitions = topics.reduce((sum, topic) => sum + topic.partitions, 0);
      return {
        ...{ clusterId: 'Zm9vYmFyYmF6cXV4MDAwMA', controllerId: 1, topics: topics.length, partitions },
        ...{ underReplicatedPartitions: 0, offlinePartitions: 0 },
        brokers: [{ ...broker, leads: partitions, replicas: partitions, behind: 0 }],
      };
    },
    async brokers() {
      if (isAway()) throw new Error('no broker answers');
      return [{ id: 1, up: true }];
    },
    async brokerConfigs(id) {
      if (id === 1) return [{ ...RETENTION, name: 'log.retention.ms' }];
      throw new MillraceError(`There is no broker ${id}.`, { code: 'NOT_FOUND', class: 'config' });
    },
  };
}
