import {
  deleteRecords,
  describeLogDirs,
  findCoordinator,
  listOffsets,
  offsetCommit,
  offsetFetch,
  syncGroup,
  txnOffsetCommit,
} from '@millrace/protocol/messages';
import { join, named } from './group-cycle.ts';
import type { Scenario } from './scenario.ts';
import { TransactionClient } from './transaction-client.ts';
import { comparable, type Wire } from './wire.ts';

const TOPIC = 'large-offsets';
const METADATA_LENGTH_MAX = 4096;
/** Of both brokers' own topics: `max.message.bytes`. */
const BATCH_MAX_BYTES = 1_048_588;

/** Many offsets of a partition, each with as much metadata as it may have: 12 KiB. */
function offsets(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    partitionIndex: 0,
    committedOffset: index,
    committedMetadata: '漢'.repeat(METADATA_LENGTH_MAX),
  }));
}

async function begin(wire: Wire, group: string): Promise<void> {
  await wire.createTopic(TOPIC);
  await wire.raw(findCoordinator, 4, { keyType: 0, coordinatorKeys: [group] });
  await join(wire, `${group}-warm-up`);
}

function errorsOf(answer: unknown): readonly string[] {
  const text = JSON.stringify(answer);
  return [...new Set([...text.matchAll(/"errorCode":"(\w+)"/g)].map(([, error = '']) => error))].sort();
}

/** Requests that say something twice, or too much at once. */
export const sizeScenarios: readonly Scenario[] = [
  {
    name: 'a partition that ListOffsets and others name twice',
    async run(wire) {
      await wire.createTopic('twice', 2);
      const ask = async (...asked: readonly (readonly number[])[]) => {
        const { topics } = await wire.raw(listOffsets, 7, {
          replicaId: -1,
          topics: asked.map((ids) => ({
            name: 'twice',
            partitions: ids.map((partitionIndex, index) => ({ partitionIndex, timestamp: -1 - (index % 2) })),
          })),
        });
        return comparable(
          topics.map(({ name, partitions }) => ({
            name,
            // Kafka's stand in the order of its hash table.
            partitions: partitions.toSorted((one, other) => one.partitionIndex - other.partitionIndex),
          })),
        );
      };
      const folders = [
        { topic: 'twice', partitions: [0] },
        { topic: 'twice', partitions: [1] },
      ];
      const { results } = await wire.raw(describeLogDirs, 4, { topics: folders });
      return {
        once: await ask([0, 1]),
        twice: await ask([0, 0]),
        thrice: await ask([0, 0, 0]),
        inTwoTopics: await ask([0], [0]),
        ofTwoTopics: await ask([0], [1]),
        folders: results.flatMap(({ topics }) =>
          topics.map(({ name, partitions }) => [
            name,
            partitions.map(({ partitionIndex }) => partitionIndex).sort(),
          ]),
        ),
        deleted: await wire.ask(deleteRecords, 2, {
          topics: [
            {
              name: 'twice',
              partitions: [
                { partitionIndex: 0, offset: 0 },
                { partitionIndex: 7, offset: 0 },
              ],
            },
          ],
          timeoutMs: 1_000,
        }),
      };
    },
  },
  {
    name: 'offsets that are too much for one batch',
    async run(wire) {
      await begin(wire, 'large-commits');
      const commit = async (count: number) =>
        errorsOf(
          await wire.ask(offsetCommit, 8, {
            groupId: 'large-commits',
            memberId: '',
            topics: [{ name: TOPIC, partitions: offsets(count) }],
          }),
        );
      const tooMuch = await commit(100);
      const asMuch = await commit(80);
      const fetched = await wire.raw(offsetFetch, 7, {
        groupId: 'large-commits',
        topics: [{ name: TOPIC, partitionIndexes: [0] }],
      });
      const { topics } = fetched;
      return {
        tooMuch,
        asMuch,
        committed: topics[0]?.partitions.map(({ committedOffset }) => committedOffset),
      };
    },
  },
  {
    name: 'offsets of a transaction that are too much for one batch',
    async run(wire) {
      await begin(wire, 'large-transactions');
      const client = new TransactionClient(wire, 'large-transactions');
      await client.init();
      const write = async (count: number) =>
        errorsOf(
          await wire.ask(txnOffsetCommit, 5, {
            transactionalId: 'large-transactions',
            groupId: 'large-transactions',
            ...client.identity,
            topics: [{ name: TOPIC, partitions: offsets(count) }],
          }),
        );
      return { asMuch: await write(80), tooMuch: await write(100) };
    },
  },
  {
    name: 'an assignment that is too much for one batch',
    async run(wire) {
      await wire.raw(findCoordinator, 4, { keyType: 0, coordinatorKeys: ['large-assignment'] });
      const { memberId, generationId } = await join(wire, 'large-assignment');
      const synced = await wire.ask(syncGroup, 5, {
        groupId: 'large-assignment',
        memberId,
        generationId,
        protocolType: 'conformance',
        protocolName: 'range',
        assignments: [{ memberId, assignment: Buffer.alloc(BATCH_MAX_BYTES) }],
      });
      return named(synced, memberId);
    },
  },
];
