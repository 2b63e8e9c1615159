import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import { errorByCode, errorCode } from '@millrace/protocol';
import { describeQuorum, electLeaders, fetch, metadata, produce } from '@millrace/protocol/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AcknowledgedLoad, readAll } from '../support/acknowledged-load.ts';
import { askBroker, moved, reassign } from '../support/cluster-wire.ts';
import { eventually } from '../support/index.ts';
import { type MillraceCluster, startMillraceCluster } from '../support/millrace-cluster.ts';

const RACKS = ['a', 'b', 'c'];
const SELECTOR = 'org.apache.kafka.common.replica.RackAwareReplicaSelector';

describe('three brokers in three racks', () => {
  let cluster: MillraceCluster;
  let address = '';
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-moves-'));
    cluster = await startMillraceCluster(3, (nodeId) => ({
      'broker.rack': RACKS[nodeId - 1] ?? '',
      'replica.selector.class': SELECTOR,
      'log.dirs': join(folder, String(nodeId)),
      'metadata.log.max.record.bytes.between.snapshots': '3000',
      'offsets.topic.num.partitions': '2',
      'transaction.state.log.num.partitions': '2',
    }));
    [address = ''] = cluster.bootstrapServers;
  });
  afterAll(async () => {
    await cluster?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const partitionsOf = async (topic: string, at = address) => {
    const { topics } = await askBroker(at, metadata, {
      topics: [{ name: topic }],
      allowAutoTopicCreation: false,
    });
    const [found] = topics;
    const sorted = (found?.partitions ?? []).toSorted(
      (one, other) => one.partitionIndex - other.partitionIndex,
    );
    return { topicId: found?.topicId ?? '', partitions: sorted };
  };
  const withAdmin = async (act: (admin: ReturnType<typeof createAdmin>) => Promise<void>) => {
    const admin = createAdmin({ bootstrapServers: cluster.bootstrapServers });
    try {
      await act(admin);
    } finally {
      await admin.close();
    }
  };

  it('go on while everything moves: records, groups and transactions, and nothing is lost or twice', async () => {
    await withAdmin((admin) =>
      admin.createTopics([
        { name: 'moving', partitions: 3, replicationFactor: 1 },
        { name: 'paid', partitions: 1, replicationFactor: 3 },
      ]),
    );
    await using load = new AcknowledgedLoad(cluster.bootstrapServers, 'moving');
    const { bootstrapServers } = cluster;
    const payer = createProducer({ bootstrapServers, transactionalId: 'payer' });
    await payer.initTransactions();
    const groupId = 'readers';
    const reader = createConsumer({
      ...{ bootstrapServers, groupId, autoOffsetReset: 'earliest', enableAutoCommit: false },
    });
    reader.subscribe(['moving']);
    let paid = 0;
    let committed = 0;
    let isOver = false;
    // One transaction after the other, and a commit of the group with each; what fails for now is tried again.
    const worked = (async () => {
      while (!isOver) {
        try {
          payer.beginTransaction();
          await payer.send([{ topic: 'paid', key: null, value: Buffer.from(String(paid)) }]);
          await payer.commitTransaction();
          paid += 1;
        } catch (error) {
          await payer.abortTransaction().catch(() => {
            throw error;
          });
        }
        await reader.poll(50);
        await reader.commit().then(
          () => {
            committed += 1;
          },
          () => undefined,
        );
      }
    })();
    const goesOn = async () => {
      const before = { paid, committed };
      await load.goesOn(200);
      await eventually(() => paid > before.paid + 1 && committed > before.committed + 1, {
        what: 'more transactions and commits',
        timeoutMs: 60_000,
      });
    };
    await goesOn();
    for (const round of [0, 1, 2]) {
      const target = (index: number) => [1 + ((index + round) % 3)];
      await reassign(address, 'moving', [0, 1, 2].map(target));
      await reassign(address, '__consumer_offsets', [0, 1].map(target));
      await reassign(address, '__transaction_state', [0, 1].map(target));
      await moved(address);
      await goesOn();
      for (const topic of ['moving', '__consumer_offsets', '__transaction_state']) {
        const { partitions } = await partitionsOf(topic);
        expect(partitions.map(({ replicaNodes }) => replicaNodes)).toEqual(
          partitions.map((_, index) => target(index)),
        );
        expect(partitions.map(({ leaderId }) => leaderId)).toEqual(
          partitions.map((_, index) => target(index)[0]),
        );
      }
    }
    isOver = true;
    await worked;
    await load.end();
    await Promise.all([payer.close(), reader.close()]);
    const found = await readAll(cluster.bootstrapServers, 'moving', 3);
    const there = new Set(found);
    expect(found).toHaveLength(there.size);
    expect(load.acknowledged.filter((value) => !there.has(value))).toEqual([]);
    const payments = await readAll(cluster.bootstrapServers, 'paid', 1, {
      isolationLevel: 'read_committed',
      records: paid,
    });
    expect(payments.map(Number)).toEqual(Array.from({ length: paid }, (_, index) => index));
    await withAdmin(async (admin) => {
      // Logs of partitions that left are gone from their brokers.
      for (const { nodeId } of cluster.nodes) {
        await eventually(
          async () => {
            const [dir] = await admin.describeLogDirs(nodeId, 'all');
            const held = (dir?.partitions ?? []).filter(({ topic }) => topic === 'moving');
            return held.length === 1 && held.every(({ partition }) => 1 + ((partition + 2) % 3) === nodeId);
          },
          { what: `only its own log on broker ${nodeId}` },
        );
      }
    });
  }, 240_000);

  it('are read from where the consumer is: the leader sends it there, and it reads on while the leader stands still', async () => {
    const topic = 'near';
    const configs = { 'min.insync.replicas': '1' };
    await withAdmin((admin) =>
      admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 3, configs }]),
    );
    const producer = createProducer({ bootstrapServers: cluster.bootstrapServers, lingerMs: 1 });
    const values = Array.from({ length: 300 }, (_, index) => `${index}-${'x'.repeat(500)}`);
    for (const value of values) await producer.send([{ topic, key: null, value: Buffer.from(value) }]);
    await producer.close();
    const { topicId, partitions } = await partitionsOf(topic);
    const leaderId = partitions[0]?.leaderId ?? -1;
    const leader = cluster.nodes.find(({ nodeId }) => nodeId === leaderId);
    const near = cluster.nodes.find(({ nodeId }) => nodeId !== leaderId);
    const rackId = RACKS[(near?.nodeId ?? 0) - 1] ?? '';
    const ask = (at: string, rack: string) =>
      askBroker(at, fetch, {
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes: 1_000_000,
        rackId: rack,
        sessionEpoch: -1,
        topics: [
          {
            topicId,
            partitions: [
              { partition: 0, currentLeaderEpoch: -1, fetchOffset: 0, partitionMaxBytes: 100_000 },
            ],
          },
        ],
        forgottenTopicsData: [],
      });
    const sent = (await ask(leader?.address ?? '', rackId)).responses[0]?.partitions[0];
    expect(sent?.preferredReadReplica).toBe(near?.nodeId);
    expect(sent?.records?.length).toBe(0);
    for (const [at, rack] of [
      [near?.address, rackId],
      [leader?.address, RACKS[leaderId - 1]],
      [leader?.address, 'nowhere'],
    ]) {
      const answer = (await ask(at ?? '', rack ?? '')).responses[0]?.partitions[0];
      expect(errorByCode(answer?.errorCode ?? -1).name).toBe('NONE');
      expect(answer?.preferredReadReplica).toBe(-1);
      expect(answer?.records?.length).toBeGreaterThan(0);
    }

    const small = { maxPollRecords: 5, maxPartitionFetchBytes: 5_000 };
    const consumer = createConsumer({ bootstrapServers: cluster.bootstrapServers, rackId, ...small });
    consumer.assign([{ topic, partition: 0 }]);
    consumer.seek({ topic, partition: 0 }, 0);
    const read: string[] = [];
    const reads = (count: number) =>
      eventually(
        async () => {
          for (const { value } of await consumer.poll(200)) read.push(String(value));
          return read.length >= count;
        },
        { what: `${count} records`, timeoutMs: 60_000 },
      );
    await reads(20);
    leader?.process?.kill('SIGSTOP');
    try {
      await reads(values.length);
    } finally {
      leader?.process?.kill('SIGCONT');
    }
    await consumer.close();
    expect(read).toEqual(values);
  }, 120_000);

  it('are slowed down as they catch up where throttles say so, and leave the leader to its clients', async () => {
    const topic = 'heavy';
    const rate = 400_000;
    const configs = {
      'leader.replication.throttled.replicas': '*',
      'follower.replication.throttled.replicas': '*',
    };
    await withAdmin(async (admin) => {
      await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, configs }]);
      for (const { nodeId } of cluster.nodes)
        await admin.alterConfigs('broker', String(nodeId), {
          'leader.replication.throttled.rate': String(rate),
        });
    });
    const producer = createProducer({ bootstrapServers: cluster.bootstrapServers });
    const total = 2_400_000;
    const value = Buffer.alloc(40_000, 'x');
    for (let bytes = 0; bytes < total; bytes += value.length)
      await producer.send([{ topic, key: null, value }]);
    const [from] = (await partitionsOf(topic)).partitions;
    const to = 1 + ((from?.leaderId ?? 0) % 3);
    const begun = performance.now();
    await reassign(address, topic, [[to]]);
    // The new replica holds nobody up: who produces is answered meanwhile.
    let answered = 0;
    const waited = moved(address).then(() => true);
    while (!(await Promise.race([waited, Promise.resolve(false)]))) {
      await producer.send([{ topic, key: null, value: Buffer.from('small') }]);
      answered += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const tookMs = performance.now() - begun;
    await producer.close();
    // An answer has 1 MiB of a partition at most: the third one comes when two are within the rate.
    expect(tookMs).toBeGreaterThan((1_900_000 / rate) * 1_000);
    expect(answered).toBeGreaterThan(10);
    await withAdmin(async (admin) => {
      for (const { nodeId } of cluster.nodes)
        await admin.alterConfigs('broker', String(nodeId), { 'leader.replication.throttled.rate': null });
    });
  }, 120_000);

  it('say who leads instead, and clients go there without a pause', async () => {
    const topic = 'elsewhere';
    await withAdmin((admin) => admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1 }]));
    const [led] = (await partitionsOf(topic)).partitions;
    const from = led?.leaderId ?? 0;
    const to = 1 + (from % 3);
    // Whoever paused would still do so when the test is over.
    const options = { bootstrapServers: cluster.bootstrapServers, retryBackoffMs: 600_000 };
    const producer = createProducer({ ...options, retryBackoffMaxMs: 600_000 });
    const consumer = createConsumer({ ...options, retryBackoffMaxMs: 600_000 });
    const send = (value: string) => producer.send([{ topic, key: null, value: Buffer.from(value) }]);
    const read: string[] = [];
    const reads = (value: string) =>
      eventually(
        async () => {
          for (const record of await consumer.poll(200)) read.push(String(record.value));
          return read.includes(value);
        },
        { what: `a record ${value}`, timeoutMs: 60_000 },
      );
    await send('before');
    consumer.assign([{ topic, partition: 0 }]);
    consumer.seek({ topic, partition: 0 }, 0);
    await reads('before');
    await reassign(address, topic, [[to]]);
    await moved(address);
    await send('after');
    await reads('after');
    expect(read).toEqual(['before', 'after']);
    await Promise.all([producer.close(), consumer.close()]);

    const { topicId, partitions } = await partitionsOf(topic);
    const [now] = partitions;
    expect(now).toMatchObject({ leaderId: to });
    const addressOf = (id: number) => cluster.nodes.find(({ nodeId }) => nodeId === id)?.address ?? '';
    const [host = '', port = ''] = addressOf(to).split(':');
    const currentLeader = { leaderId: to, leaderEpoch: now?.leaderEpoch };
    const nodeEndpoints = [{ nodeId: to, host, port: Number(port), rack: RACKS[to - 1] }];
    const records = Buffer.alloc(0);
    const produced = await askBroker(addressOf(from), produce, {
      ...{ transactionalId: null, acks: -1, timeoutMs: 1_000 },
      topicData: [{ topicId, partitionData: [{ index: 0, records }] }],
    });
    expect(produced.nodeEndpoints).toEqual(nodeEndpoints);
    expect(produced.responses[0]?.partitionResponses[0]).toMatchObject({
      errorCode: errorCode('NOT_LEADER_OR_FOLLOWER'),
      currentLeader,
    });
    for (const [at, leaderEpoch, error] of [
      [from, -1, 'NOT_LEADER_OR_FOLLOWER'],
      [to, 0, 'FENCED_LEADER_EPOCH'],
    ] as const) {
      const fetched = await askBroker(addressOf(at), fetch, {
        ...{ maxWaitMs: 0, minBytes: 1, maxBytes: 1_000_000, sessionEpoch: -1 },
        topics: [
          {
            topicId,
            partitions: [
              { partition: 0, currentLeaderEpoch: leaderEpoch, fetchOffset: 0, partitionMaxBytes: 100_000 },
            ],
          },
        ],
      });
      expect(fetched.nodeEndpoints).toEqual(nodeEndpoints);
      expect(fetched.responses[0]?.partitions[0]).toMatchObject({
        errorCode: errorCode(error),
        currentLeader,
      });
    }
  }, 150_000);

  it('elect preferred leaders again when they are asked to', async () => {
    const { partitions } = await partitionsOf('near');
    const [preferred] = partitions[0]?.replicaNodes ?? [];
    await eventually(
      async () => {
        await withAdmin(async (admin) => {
          const failed = (await admin.electPreferredLeaders()).filter(({ error }) => error !== null);
          expect(failed.filter(({ error }) => error?.code !== 'PREFERRED_LEADER_NOT_AVAILABLE')).toEqual([]);
        });
        return (await partitionsOf('near')).partitions[0]?.leaderId === preferred;
      },
      { what: 'the preferred replica leads', timeoutMs: 60_000 },
    );
  }, 90_000);

  it('take one in again that was away for long: by a snapshot, for the log before it is gone', async () => {
    const quorum = async (at: string) => {
      const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }];
      const [partition] = (await askBroker(at, describeQuorum, { topics })).topics[0]?.partitions ?? [];
      return partition;
    };
    const { leaderId } = (await quorum(address)) ?? {};
    const away = cluster.nodes.find(({ nodeId }) => nodeId !== leaderId);
    const here = cluster.nodes.find((node) => node !== away)?.address ?? '';
    await away?.stop();
    const endBefore = (await quorum(here))?.highWatermark ?? 0;
    const admin = createAdmin({ bootstrapServers: [here] });
    const names = Array.from({ length: 40 }, (_, index) => `meanwhile-${index}`);
    for (const name of names) await admin.createTopics([{ name, partitions: 2, replicationFactor: 2 }]);
    await admin.close();
    await away?.start();
    await eventually(
      async () => {
        const partition = await quorum(here);
        const voter = partition?.currentVoters.find(({ replicaId }) => replicaId === away?.nodeId);
        return partition !== undefined && (voter?.logEndOffset ?? -1) >= partition.highWatermark;
      },
      { what: 'it has all metadata', timeoutMs: 60_000 },
    );
    const own = createAdmin({ bootstrapServers: [away?.address ?? ''] });
    const known = new Set((await own.listTopics()).map(({ name }) => name));
    await own.close();
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    const files = await readdir(join(folder, String(away?.nodeId), '__cluster_metadata-0'));
    const begins = files.filter((name) => name.endsWith('.log')).map((name) => Number.parseInt(name, 10));
    expect(Math.min(...begins)).toBeGreaterThan(endBefore);
    // Snapshots do not pile up.
    expect(files.filter((name) => name.endsWith('.checkpoint')).length).toBeLessThanOrEqual(2);
  }, 120_000);

  it('lead nothing from an empty disk: where the last one in sync has lost its own, an election says what is lost', async () => {
    const topic = 'kept';
    const [first, second, third] = cluster.nodes;
    const at = third?.address ?? '';
    await withAdmin((admin) => admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1 }]));
    await reassign(at, topic, [[1, 2]]);
    await moved(at);
    const values = Array.from({ length: 20 }, (_, index) => `value-${index}`);
    const produce = async (...texts: readonly string[]) => {
      const producer = createProducer({ bootstrapServers: cluster.bootstrapServers });
      for (const text of texts) await producer.send([{ topic, key: null, value: Buffer.from(text) }]);
      await producer.close();
    };
    const isrIs = (leader: number, ...isr: readonly number[]) =>
      eventually(
        async () => {
          const [partition] = (await partitionsOf(topic, at)).partitions;
          const seen = [partition?.leaderId, ...(partition?.isrNodes.toSorted() ?? [])];
          if (seen.join() !== [leader, ...isr].join()) throw new Error(`leader and in sync: ${seen.join()}`);
          return true;
        },
        { what: `leader ${leader}, in sync ${isr}`, timeoutMs: 60_000 },
      );
    await produce(...values);
    await second?.kill();
    await isrIs(1, 1);
    await produce('of the first alone');
    await first?.kill();
    await rm(join(folder, '1'), { recursive: true });
    // The first lost what it knew as a voter too: with the second, which was away, it would make a quorum that forgot what is committed.
    await first?.start();
    await isrIs(-1, 1);
    await second?.start();
    const topicPartitions = [{ topic, partitions: [0] }];
    const unclean = { electionType: 1, topicPartitions, timeoutMs: 10_000 };
    const { replicaElectionResults } = await askBroker(at, electLeaders, unclean);
    expect(replicaElectionResults[0]?.partitionResult[0]?.errorCode).toBe(0);
    await isrIs(2, 1, 2);
    expect(await readAll(cluster.bootstrapServers, topic, 1)).toEqual(values);
  }, 180_000);
});
