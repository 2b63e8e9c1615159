import { systemClock } from '@millrace/foundation';
import { type ErrorName, errorByCode, errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ControlPlaneHarness, memoryDisk } from '../testing/control-plane-harness.ts';
import { sampleBatch } from '../testing/sample-batches.ts';
import { produce } from './00-produce.ts';
import { fetch } from './01-fetch.ts';
import { listOffsets } from './02-list-offsets.ts';
import { findCoordinator } from './10-find-coordinator.ts';
import { initProducerId } from './22-init-producer-id.ts';
import { addPartitionsToTxn } from './24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from './25-add-offsets-to-txn.ts';
import { endTxn } from './26-end-txn.ts';
import { writeTxnMarkers } from './27-write-txn-markers.ts';
import { txnOffsetCommit } from './28-txn-offset-commit.ts';
import { describeProducers } from './61-describe-producers.ts';
import { describeTransactions } from './65-describe-transactions.ts';
import { listTransactions } from './66-list-transactions.ts';

const TOPIC = 'orders';
const code = (name: ErrorName) => errorCode(name);

let broker: ControlPlaneHarness;
let producer: { producerId: number; producerEpoch: number };
beforeEach(async () => {
  broker = await ControlPlaneHarness.start();
  await broker.makeTopic(TOPIC);
  await broker.call(findCoordinator, { keyType: 1, coordinatorKeys: ['id'] });
  await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
  const { producerId, producerEpoch } = await broker.call(initProducerId, INIT);
  producer = { producerId, producerEpoch };
});
afterEach(() => broker.stop());

const INIT = { transactionalId: 'id', transactionTimeoutMs: 10_000 };

const add = (version = 3) =>
  broker.call(
    addPartitionsToTxn,
    {
      v3AndBelowTransactionalId: 'id',
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: TOPIC, partitions: [0] }],
    },
    version,
  );

async function write(version: number, baseSequence: number): Promise<string> {
  const topicId = broker.services.metadata.image().topicsByName.get(TOPIC)?.id ?? '';
  const records = sampleBatch({ values: ['v'], ...producer, baseSequence, isTransactional: true });
  const { responses } = await broker.call(
    produce,
    {
      transactionalId: 'id',
      acks: 1,
      timeoutMs: 1_000,
      topicData: [{ name: TOPIC, topicId, partitionData: [{ index: 0, records }] }],
    },
    version,
  );
  return errorByCode(responses[0]?.partitionResponses[0]?.errorCode ?? -1).name;
}

async function stableOffset(): Promise<number | undefined> {
  const partitions = [{ partitionIndex: 0, timestamp: -1 }];
  const asked = { replicaId: -1, isolationLevel: 1, topics: [{ name: TOPIC, partitions }] };
  const { topics } = await broker.call(listOffsets, asked);
  return topics[0]?.partitions[0]?.offset;
}

it('batches of one producer that are sent together keep their order while the broker adds the partition', async () => {
  const errors = await Promise.all([0, 1, 2, 3].map((sequence) => write(13, sequence)));
  expect(errors).toEqual(['NONE', 'NONE', 'NONE', 'NONE']);
  expect(await stableOffset()).toBe(0);
});

it('a coordinator that the controller has not heard of for long vouches for no transaction: it may have a successor', async () => {
  await broker.stop();
  let aheadMs = 0;
  const clock = { now: () => ({ ...systemClock.now(), monoMs: systemClock.now().monoMs + aheadMs }) };
  broker = await ControlPlaneHarness.start(memoryDisk(), {}, { clock });
  await broker.makeTopic(TOPIC);
  await broker.call(findCoordinator, { keyType: 1, coordinatorKeys: ['id'] });
  const { producerId, producerEpoch } = await broker.call(initProducerId, INIT);
  producer = { producerId, producerEpoch };
  await add();
  aheadMs = 60_000;
  expect(await write(11, 0)).toBe('NOT_ENOUGH_REPLICAS');
  aheadMs = 0;
  expect(await write(11, 0)).toBe('NONE');
});

it('the next transaction waits a moment for the one before, and several partitions of it do', async () => {
  for (let round = 0; round < 5; round++) {
    expect(await write(13, 0)).toBe('NONE');
    const ended = await broker.call(endTxn, {
      transactionalId: 'id',
      ...producer,
      committed: round % 2 === 0,
    });
    expect(ended).toMatchObject({ errorCode: 0, producerEpoch: producer.producerEpoch + 1 });
    producer = { producerId: ended.producerId, producerEpoch: ended.producerEpoch };
  }
});

it('a fetch of committed records waits for the last stable offset, not for bytes that are not stable', async () => {
  await add();
  await write(9, 0);
  const topicId = broker.services.metadata.image().topicsByName.get(TOPIC)?.id ?? '';
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }];
  const asked = { maxWaitMs: 10_000, minBytes: 1, maxBytes: 1_000_000, isolationLevel: 1, sessionEpoch: -1 };
  let isAnswered = false;
  const answer = broker.call(fetch, { ...asked, topics: [{ topicId, partitions }] }).then((found) => {
    isAnswered = true;
    return found;
  });
  await write(9, 1);
  await stableOffset();
  expect(isAnswered).toBe(false);
  await broker.call(endTxn, { transactionalId: 'id', ...producer, committed: false }, 4);
  const { responses } = await answer;
  const found = responses[0]?.partitions[0];
  expect(found?.abortedTransactions).toEqual([{ producerId: producer.producerId, firstOffset: 0 }]);
  expect(found?.lastStableOffset).toBe(3);
});

it('who may not write under a transactional id is told so', async () => {
  broker.allow = (_operation, { type }) => type !== 'TRANSACTIONAL_ID';
  const denied = code('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  const found = await broker.call(findCoordinator, { keyType: 1, coordinatorKeys: ['id'] });
  const added = await add();
  const committed = await broker.call(txnOffsetCommit, {
    transactionalId: 'id',
    groupId: 'g',
    ...producer,
    topics: [
      { name: TOPIC, partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }] },
    ],
  });
  const described = await broker.call(describeTransactions, { transactionalIds: ['id'] });
  expect([
    found.coordinators[0]?.errorCode,
    (await broker.call(initProducerId, INIT)).errorCode,
    added.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode,
    (await broker.call(addOffsetsToTxn, { transactionalId: 'id', groupId: 'g', ...producer })).errorCode,
    (await broker.call(endTxn, { transactionalId: 'id', ...producer, committed: true })).errorCode,
    committed.topics[0]?.partitions[0]?.errorCode,
    described.transactionStates[0]?.errorCode,
  ]).toEqual(Array(7).fill(denied));
  expect(await write(12, 0)).toBe('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  const listed = await broker.call(listTransactions, { stateFilters: [], producerIdFilters: [] });
  expect(listed.transactionStates).toEqual([]);
});

it('who may not read a group or a topic, or act for the cluster, is told so', async () => {
  broker.allow = (_operation, { type }) => type === 'TRANSACTIONAL_ID';
  const group = await broker.call(addOffsetsToTxn, { transactionalId: 'id', groupId: 'g', ...producer });
  expect(group.errorCode).toBe(code('GROUP_AUTHORIZATION_FAILED'));
  const added = await add();
  expect(added.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode).toBe(
    code('TOPIC_AUTHORIZATION_FAILED'),
  );
  const described = await broker.call(describeProducers, {
    topics: [{ name: TOPIC, partitionIndexes: [0] }],
  });
  expect(described.topics[0]?.partitions[0]?.errorCode).toBe(code('TOPIC_AUTHORIZATION_FAILED'));
  const marker = { ...producer, transactionResult: true, coordinatorEpoch: 0 };
  const topics = [{ name: TOPIC, partitionIndexes: [0] }];
  const written = await broker.call(writeTxnMarkers, { markers: [{ ...marker, topics }] });
  expect(written.markers[0]?.topics[0]?.partitions[0]?.errorCode).toBe(code('CLUSTER_AUTHORIZATION_FAILED'));
  const asked = { transactions: [{ transactionalId: 'id', ...producer, topics: [] }] };
  const batched = await broker.call(addPartitionsToTxn, asked, 4);
  expect(batched.errorCode).toBe(code('CLUSTER_AUTHORIZATION_FAILED'));
});
