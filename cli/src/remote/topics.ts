import * as contract from '@millrace/rest-api/contract';
import { nameAt, type RemoteCommand, settings, wholeNumber, wrongUse } from './remote-command.ts';
import { table } from './table.ts';

const LIMIT = 5_000;

export const topics: RemoteCommand = {
  list: {
    takes: '',
    does: 'topics with what they hold; --internal shows those of Kafka too',
    options: ['search', 'internal?'],
    async run(asked) {
      const search = asked.option('search');
      const internal = asked.flag('internal') ? {} : { internal: false };
      const query = { limit: LIMIT, sizes: true, ...internal, ...(search ? { search } : {}) };
      const { items } = await asked.api.call(contract.listTopics, { query });
      asked.print(items, () =>
        table(
          ['name', 'partitions', 'replicas', 'records', 'bytes', 'written by', 'read by'],
          items.map(({ name, partitions, replicationFactor, records, sizeBytes, writtenBy, readBy }) => [
            ...[name, partitions, replicationFactor, records, sizeBytes],
            ...[writtenBy.join(', '), readBy.join(', ')],
          ]),
        ),
      );
    },
  },
  show: {
    takes: 'TOPIC',
    does: 'its partitions and what was set of its configs',
    async run(asked) {
      const params = { topic: nameAt(asked, 0, 'The name of the topic') };
      const topic = await asked.api.call(contract.getTopic, { params });
      const configs = await asked.api.call(contract.getTopicConfigs, { params });
      asked.print({ ...topic, configs }, () => {
        const partitions = table(
          ['partition', 'leader', 'replicas', 'in sync', 'start', 'end', 'bytes'],
          topic.partitionStates.map(
            ({ partition, leader, replicas, isr, startOffset, endOffset, sizeBytes }) => [
              ...[partition, leader, replicas.join(','), isr.join(',')],
              ...[startOffset, endOffset, sizeBytes],
            ],
          ),
        );
        const set = configs.filter(({ overridden }) => overridden);
        const own =
          set.length === 0
            ? ''
            : `\n\n${table(
                ['config', 'value'],
                set.map(({ name, value }) => [name, value]),
              )}`;
        return `${topic.name}  ${topic.records ?? '?'} records\n\n${partitions}${own}`;
      });
    },
  },
  create: {
    takes: 'TOPIC [KEY=VALUE...]',
    does: 'makes a topic with these configs; --validate-only only sees whether it could be',
    options: ['partitions', 'replication-factor', 'validate-only?'],
    async run(asked) {
      const name = nameAt(asked, 0, 'The name of the topic');
      const partitions = wholeNumber(asked, 'partitions');
      const replicationFactor = wholeNumber(asked, 'replication-factor');
      const configs = Object.entries(settings(asked.names.slice(1))).filter(
        (entry): entry is [string, string] => entry[1] !== null,
      );
      const body = {
        name,
        ...(configs.length === 0 ? {} : { configs: Object.fromEntries(configs) }),
        ...(asked.flag('validate-only') ? { validateOnly: true } : {}),
        ...(partitions === undefined ? {} : { partitions }),
        ...(replicationFactor === undefined ? {} : { replicationFactor }),
      };
      const made = await asked.api.call(contract.createTopic, { body });
      asked.print(made, () => `Topic ${name} ${made.created ? 'was created' : 'could be created'}.`);
    },
  },
  set: {
    takes: 'TOPIC KEY=VALUE...',
    does: 'changes configs; KEY= takes one back to its default',
    async run(asked) {
      const topic = nameAt(asked, 0, 'The name of the topic');
      const configs = settings(asked.names.slice(1));
      if (Object.keys(configs).length === 0) throw wrongUse('KEY=VALUE is missing.');
      const after = await asked.api.call(contract.patchTopicConfigs, {
        params: { topic },
        body: { configs },
      });
      asked.print(after, () => `The configs of ${topic} were changed.`);
    },
  },
  grow: {
    takes: 'TOPIC COUNT',
    does: 'gives it so many partitions',
    async run(asked) {
      const topic = nameAt(asked, 0, 'The name of the topic');
      const count = Number(nameAt(asked, 1, 'The number of partitions'));
      if (!Number.isInteger(count)) throw wrongUse('The number of partitions is no whole number.');
      await asked.api.call(contract.growTopic, { params: { topic }, body: { count } });
      asked.print({ topic, partitions: count }, () => `Topic ${topic} has ${count} partitions now.`);
    },
  },
  empty: {
    takes: 'TOPIC [PARTITION:OFFSET...]',
    does: 'deletes the records before these offsets, PARTITION:all those of a partition; without any, of all',
    async run(asked) {
      const params = { topic: nameAt(asked, 0, 'The name of the topic') };
      const partitions =
        asked.names.length > 1
          ? asked.names.slice(1).map(placeOf)
          : (await asked.api.call(contract.getTopic, { params })).partitionStates.map(({ partition }) => ({
              ...{ partition, beforeOffset: 'all' as const },
            }));
      const done = await asked.api.call(contract.deleteRecords, { params, body: { partitions } });
      asked.print(done, () => `Records of ${params.topic} were deleted.`);
    },
  },
  delete: {
    takes: 'TOPIC',
    does: 'deletes it with all that it holds',
    async run(asked) {
      const topic = nameAt(asked, 0, 'The name of the topic');
      await asked.api.call(contract.deleteTopic, { params: { topic } });
      asked.print({ topic, done: 'delete' }, () => `Topic ${topic} was deleted.`);
    },
  },
};

function placeOf(text: string) {
  const [, partition = '', offset = ''] = /^(\d{1,9}):(\d{1,15}|all)$/.exec(text) ?? [];
  if (partition === '') throw wrongUse(`"${text}" is not PARTITION:OFFSET.`);
  return {
    partition: Number(partition),
    beforeOffset: offset === 'all' ? ('all' as const) : Number(offset),
  };
}
