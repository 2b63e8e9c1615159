import {
  addPartitionsToTxn,
  deleteGroups,
  describeProducers,
  describeTransactions,
  endTxn,
  findCoordinator,
  initProducerId,
  listOffsets,
  listTransactions,
  offsetFetch,
  writeTxnMarkers,
} from '@millrace/protocol/messages';
import { join } from './group-cycle.ts';
import type { Scenario } from './scenario.ts';
import { nameOf, readTopic, TransactionClient, whenStable } from './transaction-client.ts';
import type { Wire } from './wire.ts';

async function begun(wire: Wire, name: string, version = 5): Promise<TransactionClient> {
  await wire.createTopic(name);
  const client = new TransactionClient(wire, name);
  await client.init(version);
  return client;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function committedOffset(wire: Wire, groupId: string, topic: string, requireStable: boolean) {
  const answer = await wire.raw(offsetFetch, 7, {
    groupId,
    requireStable,
    topics: [{ name: topic, partitionIndexes: [0] }],
  });
  const partition = answer.topics[0]?.partitions[0];
  return `${nameOf(partition?.errorCode ?? -1)} ${partition?.committedOffset}`;
}

async function describedProducers(wire: Wire, topic: string) {
  const { topics } = await wire.raw(describeProducers, 0, {
    topics: [{ name: topic, partitionIndexes: [0, 7] }],
  });
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ errorCode, activeProducers }) => ({
      error: nameOf(errorCode),
      producers: activeProducers.map(({ producerId: _id, lastTimestamp, ...state }) => ({
        ...state,
        hasTime: lastTimestamp > 0,
      })),
    })),
  }));
}

async function described(wire: Wire, id: string) {
  const { transactionStates } = await wire.raw(describeTransactions, 0, { transactionalIds: [id] });
  return transactionStates.map(({ producerId: _id, transactionStartTimeMs, errorCode, ...state }) => ({
    ...state,
    error: nameOf(errorCode),
    hasStarted: transactionStartTimeMs > 0,
  }));
}

const versions: readonly Scenario[] = [
  ...range(0, 3).map((version) => ({
    name: `AddPartitionsToTxn v${version}, EndTxn v${version}, Produce v${version + 6}`,
    run: async (wire: Wire) => {
      const topic = `txn-older-${version}`;
      const client = await begun(wire, topic, version);
      const added = await client.addPartitions({ [topic]: [0] }, version);
      const produced = await client.produce(topic, ['a', 'b'], { version: version + 6 });
      const open = await readTopic(wire, topic);
      const ended = await client.end(version % 2 === 0, version);
      await whenStable(wire, topic);
      return { added, produced, open, ended, after: await readTopic(wire, topic) };
    },
  })),
  {
    name: 'EndTxn v5 and Produce v12 and v13: an epoch for each, partitions added by the broker',
    run: async (wire) => {
      const client = await begun(wire, 'txn-newer');
      const steps: unknown[] = [];
      for (const [version, committed] of [
        [12, true],
        [13, false],
        [12, true],
      ] as const) {
        steps.push(await client.produce('txn-newer', ['a'], { version }));
        steps.push(await client.produce('txn-newer', ['b'], { version, baseSequence: 1 }));
        steps.push(await readTopic(wire, 'txn-newer'));
        steps.push(await client.end(committed, 5));
        await whenStable(wire, 'txn-newer');
      }
      return {
        steps,
        after: await readTopic(wire, 'txn-newer'),
        uncommitted: await readTopic(wire, 'txn-newer', 0),
      };
    },
  },
  ...range(0, 5).map((version) => ({
    name: `TxnOffsetCommit v${version}`,
    run: async (wire: Wire) => {
      const name = `txn-offsets-${version}`;
      const client = await begun(wire, name);
      await wire.raw(findCoordinator, 4, { coordinatorKeys: [name] });
      const added = version < 5 ? await client.addOffsets(name, Math.min(version, 4)) : 'by itself';
      const committed = await client.commitOffsets(name, { [name]: 7, 'no-such-topic': 1 }, { version });
      const open = [
        await committedOffset(wire, name, name, true),
        await committedOffset(wire, name, name, false),
      ];
      const ended = await client.end(true, version < 5 ? 4 : 5);
      await client.init();
      const after = await committedOffset(wire, name, name, true);
      return { added, committed, open, ended, after };
    },
  })),
];

const producing: readonly Scenario[] = [
  {
    name: 'Produce of what is in no transaction',
    run: async (wire) => {
      const client = await begun(wire, 'txn-produce');
      const topic = 'txn-produce';
      const notAdded = [];
      for (const version of [9, 10, 11]) notAdded.push(await client.produce(topic, ['x'], { version }));
      const noId = await client.produce(topic, ['x'], { version: 11, transactionalId: null });
      const otherId = await client.produce(topic, ['x'], { version: 12, transactionalId: 'txn-nobody' });
      await client.addPartitions({ [topic]: [0] });
      const taken = await client.produce(topic, ['a']);
      const again = await client.produce(topic, ['a']);
      const plain = await client.produce(topic, ['b'], { baseSequence: 1, isTransactional: false });
      const gap = await client.produce(topic, ['b'], { baseSequence: 5 });
      client.epoch += 1;
      const higher = await client.produce(topic, ['c']);
      client.epoch -= 1;
      const ended = await client.end(false);
      await whenStable(wire, topic);
      const late = await client.produce(topic, ['late'], { version: 11, baseSequence: 1 });
      return {
        notAdded,
        noId,
        otherId,
        taken,
        again,
        plain,
        gap,
        higher,
        ended,
        late,
        after: await readTopic(wire, topic),
      };
    },
  },
  {
    name: 'Produce v12 that begins in the middle, and of an epoch that is over',
    run: async (wire) => {
      const client = await begun(wire, 'txn-middle');
      const middle = await client.produce('txn-middle', ['x'], { version: 12, baseSequence: 3 });
      const first = await client.produce('txn-middle', ['x'], { version: 12 });
      const { producerId, epoch } = client;
      await client.end(true, 5);
      await whenStable(wire, 'txn-middle');
      Object.assign(client, { producerId, epoch });
      const old = await client.produce('txn-middle', ['old'], { version: 12, baseSequence: 1 });
      return { middle, first, old };
    },
  },
];

const coordinating: readonly Scenario[] = [
  {
    name: 'InitProducerId: timeouts, epochs that are asked for, fencing',
    run: async (wire) => {
      const client = await begun(wire, 'txn-init');
      const first = client.epoch;
      const timeouts = [];
      for (const transactionTimeoutMs of [0, -1, 900_001])
        timeouts.push(
          await wire.ask(initProducerId, 4, { transactionalId: 'txn-init', transactionTimeoutMs }),
        );
      const bumped = await client.init(4, client.identity);
      const old = { producerId: client.producerId, producerEpoch: first };
      const again = await client.init(4, old);
      const stale = await client.init(4, { ...old, producerEpoch: 9 });
      const staleOld = await client.init(3, { ...old, producerEpoch: 9 });
      const other = await client.init(4, { producerId: 999_999, producerEpoch: 0 });
      const plain = await client.init(4);
      return { first, timeouts, bumped, again, stale, staleOld, other, plain };
    },
  },
  {
    name: 'InitProducerId while a transaction is open: the one before is fenced',
    run: async (wire) => {
      const older = await begun(wire, 'txn-fence');
      await older.addPartitions({ 'txn-fence': [0] });
      await older.produce('txn-fence', ['a']);
      const newer = new TransactionClient(wire, 'txn-fence');
      const taken = await newer.init();
      const { producerId, epoch } = older;
      const fenced = {
        produce: await older.produce('txn-fence', ['b'], { baseSequence: 1 }),
        add: await older.addPartitions({ 'txn-fence': [0] }, 3),
        addOld: await older.addPartitions({ 'txn-fence': [0] }, 1),
        offsets: await older.addOffsets('txn-fence', 3),
        offsetsOld: await older.addOffsets('txn-fence', 1),
        end: await older.end(true, 4),
        endOld: await older.end(true, 1),
        endNew: await older.end(true, 5),
        init: await older.init(4, { producerId, producerEpoch: epoch }),
      };
      return { taken, fenced, after: await readTopic(wire, 'txn-fence') };
    },
  },
  ...[9, 12].map((version) => ({
    name: `InitProducerId of one whose transaction (Produce v${version}) was aborted for a successor`,
    run: async (wire: Wire) => {
      const topic = `txn-aborted-${version}`;
      const older = await begun(wire, topic);
      if (version < 12) await older.addPartitions({ [topic]: [0] });
      await older.produce(topic, ['a'], { version });
      const body = { transactionalId: topic, transactionTimeoutMs: 60_000 };
      const successor = await wire.ask(initProducerId, 5, body);
      await whenStable(wire, topic);
      const { producerId, producerEpoch } = older.identity;
      const same = await older.init(5, { producerId, producerEpoch });
      const next = await older.init(5, { producerId, producerEpoch: producerEpoch + 1 });
      return { successor, same, next, producers: await describedProducers(wire, topic) };
    },
  })),
  {
    name: 'AddPartitionsToTxn of what cannot be',
    run: async (wire) => {
      const client = await begun(wire, 'txn-add');
      const unknown = await client.addPartitions({ 'txn-add': [0, 5], 'no-such-topic': [0] });
      const internal = await client.addPartitions({ __transaction_state: [0], 'txn-add': [0] });
      const { producerId, epoch } = client;
      client.epoch = epoch + 1;
      const higher = await client.addPartitions({ 'txn-add': [0] });
      Object.assign(client, { producerId: producerId + 77_777, epoch });
      const other = await client.addPartitions({ 'txn-add': [0] });
      const nobody = new TransactionClient(wire, 'txn-nobody');
      const missing = await nobody.addPartitions({ 'txn-add': [0] });
      const empty = await new TransactionClient(wire, '').addPartitions({ 'txn-add': [0] });
      return { unknown, internal, higher, other, missing, empty };
    },
  },
  ...[4, 5].map((version) => ({
    name: `AddPartitionsToTxn v${version}, as brokers ask`,
    run: async (wire: Wire) => {
      const topic = `txn-verify-${version}`;
      const client = await begun(wire, topic);
      await wire.createTopic(`${topic}-more`);
      const ask = async (verifyOnly: boolean, epoch = client.epoch) => {
        const { errorCode, resultsByTransaction } = await wire.raw(addPartitionsToTxn, version, {
          transactions: [
            {
              transactionalId: topic,
              producerId: client.producerId,
              producerEpoch: epoch,
              verifyOnly,
              topics: [topic, `${topic}-more`].map((name) => ({ name, partitions: [0] })),
            },
          ],
        });
        const results = resultsByTransaction.flatMap(({ topicResults }) =>
          topicResults.map(
            ({ name, resultsByPartition }) =>
              `${name} ${nameOf(resultsByPartition[0]?.partitionErrorCode ?? -1)}`,
          ),
        );
        return { error: nameOf(errorCode), results: results.sort() };
      };
      await client.addPartitions({ [topic]: [0] });
      const some = await ask(true);
      const added = await ask(false);
      const all = await ask(true);
      const stale = await ask(true, client.epoch + 1);
      return { some, added, all, stale };
    },
  })),
  {
    name: 'EndTxn that comes twice, or says something else, or ends nothing',
    run: async (wire) => {
      const client = await begun(wire, 'txn-end');
      const steps: unknown[] = [];
      const note = async (what: Promise<unknown>) => steps.push(await what);
      await note(client.end(true, 4));
      await note(client.end(false, 4));
      await note(client.end(true, 5));
      await note(client.end(false, 5));
      await note(client.init());
      await client.addPartitions({ 'txn-end': [0] });
      await note(client.end(true, 4));
      await whenStable(wire, 'txn-end');
      await note(client.end(true, 4));
      await note(client.end(false, 4));
      await client.produce('txn-end', ['a'], { version: 12 });
      const before = client.identity;
      await note(client.end(true, 5));
      const after = client.identity;
      await whenStable(wire, 'txn-end');
      Object.assign(client, { producerId: before.producerId, epoch: before.producerEpoch });
      await note(client.end(true, 5));
      Object.assign(client, { producerId: before.producerId, epoch: before.producerEpoch });
      await note(client.end(false, 5));
      Object.assign(client, { producerId: after.producerId, epoch: after.producerEpoch });
      await note(client.end(true, 5));
      await note(client.end(false, 5));
      await note(client.end(true, 5));
      Object.assign(client, { producerId: client.producerId + 77_777 });
      await note(client.end(true, 5));
      await note(new TransactionClient(wire, 'txn-nobody').end(true, 5));
      steps.push(
        await wire.ask(endTxn, 4, { transactionalId: '', producerId: 1, producerEpoch: 0, committed: true }),
      );
      return steps;
    },
  },
  {
    name: 'DescribeTransactions and ListTransactions, in every state',
    run: async (wire) => {
      const client = await begun(wire, 'txn-list');
      const listed = async (more: object, version = 2) => {
        const { errorCode, unknownStateFilters, transactionStates } = await wire.raw(
          listTransactions,
          version,
          {
            stateFilters: [],
            producerIdFilters: [],
            ...more,
          },
        );
        const ours = transactionStates.filter(({ transactionalId }) => transactionalId === 'txn-list');
        return {
          error: nameOf(errorCode),
          unknownStateFilters,
          states: ours.map((one) => one.transactionState),
        };
      };
      const empty = [await described(wire, 'txn-list'), await listed({})];
      await client.addPartitions({ 'txn-list': [0] });
      const open = [
        await described(wire, 'txn-list'),
        await listed({ stateFilters: ['Ongoing', 'Nonsense', 'Dead'] }, 0),
        await listed({ stateFilters: ['CompleteCommit'] }),
        await listed({ producerIdFilters: [client.producerId] }, 1),
        await listed({ producerIdFilters: [client.producerId + 1] }),
        await listed({ durationFilter: 3_600_000 }),
        await listed({ durationFilter: 0 }),
        await listed({ transactionalIdPattern: 'txn-l.*' }),
        await listed({ transactionalIdPattern: 'list' }),
        await listed({ transactionalIdPattern: '(' }),
      ];
      await client.end(false);
      await whenStable(wire, 'txn-list');
      await client.init();
      return {
        empty,
        open,
        again: await described(wire, 'txn-list'),
        nobody: await described(wire, 'txn-nobody'),
        none: await described(wire, ''),
      };
    },
  },
];

const partitions: readonly Scenario[] = [
  {
    name: 'DescribeProducers, and ListOffsets by isolation',
    run: async (wire) => {
      const client = await begun(wire, 'txn-producers');
      await client.addPartitions({ 'txn-producers': [0] });
      await client.produce('txn-producers', ['a', 'b']);
      const ends = async () => {
        const asked = [0, 1].map((isolationLevel) =>
          wire.raw(listOffsets, 5, {
            replicaId: -1,
            isolationLevel,
            topics: [{ name: 'txn-producers', partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
          }),
        );
        return (await Promise.all(asked)).map(({ topics }) => topics[0]?.partitions[0]?.offset);
      };
      const open = [await describedProducers(wire, 'txn-producers'), await ends()];
      await client.end(true);
      await whenStable(wire, 'txn-producers');
      const after = [await describedProducers(wire, 'txn-producers'), await ends()];
      return {
        open,
        after,
        nobody: await describedProducers(wire, 'no-such-topic'),
        bad: await describedProducers(wire, 'a/b'),
      };
    },
  },
  {
    name: 'WriteTxnMarkers: a hanging transaction is ended, what is stale is refused',
    run: async (wire) => {
      const client = await begun(wire, 'txn-markers');
      await client.addPartitions({ 'txn-markers': [0] });
      await client.produce('txn-markers', ['a']);
      const write = async (version: number, more: object) => {
        const { markers } = await wire.raw(writeTxnMarkers, version, {
          markers: [
            {
              ...client.identity,
              transactionResult: false,
              coordinatorEpoch: 5,
              topics: [{ name: 'txn-markers', partitionIndexes: [0, 3] }],
              ...more,
            },
          ],
        });
        const codes = markers.flatMap(({ topics }) => topics.flatMap(({ partitions: of }) => of));
        return codes.map(({ partitionIndex, errorCode }) => `${partitionIndex} ${nameOf(errorCode)}`).sort();
      };
      const sameEpochOfTwo = await write(2, { transactionVersion: 2 });
      const ended = await write(1, {});
      const open = await readTopic(wire, 'txn-markers');
      const again = await write(2, { transactionVersion: 2 });
      const olderCoordinator = await write(1, { coordinatorEpoch: 4 });
      const higher = await write(1, { producerEpoch: client.epoch + 1 });
      const older = await write(1, {});
      return { sameEpochOfTwo, ended, open, again, olderCoordinator, higher, older };
    },
  },
];

const offsets: readonly Scenario[] = [
  {
    name: 'TxnOffsetCommit of what cannot be',
    run: async (wire) => {
      const name = 'txn-commit';
      const client = await begun(wire, name);
      await wire.raw(findCoordinator, 4, { coordinatorKeys: [name] });
      const notAdded = [];
      for (const version of [2, 3, 4])
        notAdded.push(await client.commitOffsets(name, { [name]: 1 }, { version }));
      await client.addOffsets(name);
      const generation = await client.commitOffsets(
        name,
        { [name]: 1 },
        { generationId: 3, memberId: 'nobody' },
      );
      const large = await client.commitOffsets(name, { [name]: 1 }, { metadata: 'm'.repeat(5_000) });
      const emptyGroup = await client.commitOffsets('', { [name]: 1 });
      const nobody = new TransactionClient(wire, '');
      Object.assign(nobody, { producerId: client.producerId, epoch: client.epoch });
      const emptyId = await nobody.commitOffsets(name, { [name]: 1 });
      client.epoch += 1;
      const higher = await client.commitOffsets(name, { [name]: 1 });
      client.epoch -= 1;
      client.producerId += 77_777;
      const other = await client.commitOffsets(name, { [name]: 1 });
      return { notAdded, generation, large, emptyGroup, emptyId, higher, other };
    },
  },
  {
    name: 'TxnOffsetCommit of members, of those who are none, and who have been put out',
    run: async (wire) => {
      const name = 'txn-members';
      const client = await begun(wire, name);
      const { generationId } = await join(wire, name);
      await client.addOffsets(name);
      const none = await client.commitOffsets(name, { [name]: 1 });
      const stranger = await client.commitOffsets(name, { [name]: 1 }, { memberId: 'x', generationId });
      const noGeneration = await client.commitOffsets(name, { [name]: 1 }, { memberId: 'x' });
      return { none, stranger, noGeneration };
    },
  },
  {
    name: 'offsets of a transaction: aborted, overtaken, and of a group that is deleted',
    run: async (wire) => {
      const name = 'txn-fate';
      const client = await begun(wire, name);
      await wire.raw(findCoordinator, 4, { coordinatorKeys: [name] });
      const fate: unknown[] = [];
      for (const committed of [true, false]) {
        await client.addOffsets(name);
        await client.commitOffsets(name, { [name]: committed ? 5 : 9 });
        fate.push(await committedOffset(wire, name, name, true));
        await client.end(committed);
        await client.init();
        fate.push(await committedOffset(wire, name, name, true));
      }
      await client.addOffsets(name);
      await client.commitOffsets(name, { [name]: 11 });
      fate.push(await wire.ask(deleteGroups, 2, { groupsNames: [name] }));
      await client.end(true);
      await client.init();
      fate.push(await committedOffset(wire, name, name, true));
      return fate;
    },
  },
];

/** Transactions, request by request. */
export const transactionScenarios: readonly Scenario[] = [
  ...versions,
  ...producing,
  ...coordinating,
  ...partitions,
  ...offsets,
];
