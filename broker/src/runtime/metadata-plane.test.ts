import { silentLogger, systemClock, systemRandom, systemTimers, ZERO_UUID } from '@millrace/foundation';
import { Reader } from '@millrace/protocol';
import { leaderChangeMessage } from '@millrace/protocol/internal';
import { decodeBatch, decodeControlKey } from '@millrace/protocol/records';
import { describe, expect, it, vi } from 'vitest';
import type { CreateTopicsCommand, TopicToCreate } from '../core/controller/commands.ts';
import { supportedFeatures } from '../core/controller/features.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { Log, StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { NO_PEERS } from '../testing/no-peers.ts';
import { parseBrokerConfig } from './broker-config.ts';
import { memoryMetadataFolder } from './metadata-folder.ts';
import { createMetadataPlane, type MetadataPlane } from './metadata-plane.ts';

const directoryId = 'BBBBBBBBBBBBBBBBBBBBBA';

function disk() {
  return { storage: createMemoryEngine(), folder: memoryMetadataFolder() };
}

function plane(on: ReturnType<typeof disk>, config: Record<string, unknown> = {}): MetadataPlane {
  return createMetadataPlane({
    ...on,
    ...NO_PEERS,
    config: parseBrokerConfig({ 'log.dirs': '/nowhere', ...config }),
    clusterId: 'cluster',
    directoryId,
    endpoints: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }],
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
  });
}

const topic = (name: string, more: Partial<TopicToCreate> = {}): TopicToCreate => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...more,
});
const creating = (...topics: TopicToCreate[]): CreateTopicsCommand => ({ topics, validateOnly: false });

/** The image without what differs from one start to the next. */
function stable(image: MetadataImage) {
  return {
    topics: [...image.topicsByName.values()].map(({ name, id, partitions }) => ({
      name,
      id,
      partitions: partitions.map(({ leader, replicas, isr }) => ({ leader, replicas, isr })),
    })),
    configs: [...image.configs.resources()].map(({ type, name, values }) => ({
      type,
      name,
      values: [...values],
    })),
    features: [...image.features],
    nextProducerId: image.nextProducerId,
  };
}

describe('the metadata plane', () => {
  it('leads, registers this broker and shows it unfenced', async () => {
    const running = plane(disk());
    await running.start();
    const broker = running.metadata.image().brokers.get(1);
    expect(broker).toMatchObject({ id: 1, fenced: false, endpoints: [{ host: 'localhost', port: 9092 }] });
    expect(running.metadata.image().features.get('metadata.version')).toBe(30);
    await running.close();
  });

  it('says in words that a disk has refused its log', async () => {
    const sound = disk();
    let isRefusing = false;
    const refusing = (log: Log): Log =>
      new Proxy(log, {
        get(target, key) {
          if (key === 'flush' && isRefusing) return () => Promise.reject(new Error('no space left'));
          const value = Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const open: StorageEngine['open'] = async (...args) => refusing(await sound.storage.open(...args));
    const running = plane({ ...sound, storage: { ...sound.storage, open } });
    await running.start();
    expect(running.problems).toEqual([]);
    expect(running.forwarding.isActiveHere).toBe(true);
    isRefusing = true;
    await expect(running.controller.createTopics(creating(topic('orders')))).rejects.toMatchObject({
      code: 'METADATA_LOG_FAILED',
    });
    expect(running.problems).toEqual([
      expect.stringMatching(/no changes of metadata any more.*no space left.*start the broker again/),
    ]);
    expect(running.forwarding.isActiveHere).toBe(false);
    await running.close();
  });

  it('answers a command once the image shows it, and tells the listeners before', async () => {
    const running = plane(disk());
    const seen: string[][] = [];
    running.onImage(async (image) => {
      await Promise.resolve();
      seen.push([...image.topicsByName.keys()]);
    });
    await running.start();
    const [result] = await running.controller.createTopics(creating(topic('orders', { numPartitions: 3 })));
    expect(result).toMatchObject({ error: null, numPartitions: 3, replicationFactor: 1 });
    expect(seen.at(-1)).toEqual(['orders']);
    expect(running.metadata.image().topicsByName.get('orders')?.partitions).toHaveLength(3);
    await running.close();
  });

  it('decides commands of one moment one after the other', async () => {
    const running = plane(disk());
    await running.start();
    const [first, second] = await Promise.all([
      running.controller.createTopics(creating(topic('orders'))),
      running.controller.createTopics(creating(topic('orders'))),
    ]);
    expect(first[0]).toMatchObject({ error: null });
    expect(second[0]).toMatchObject({ error: 'TOPIC_ALREADY_EXISTS' });
    await running.close();
  });

  it('comes back from its log with everything, in a later epoch', async () => {
    const on = disk();
    const before = plane(on);
    await before.start();
    await before.controller.createTopics(
      creating(topic('orders', { configs: [{ name: 'retention.ms', value: '5' }] }), topic('gone')),
    );
    await before.controller.deleteTopics({ topics: [{ name: 'gone' }] });
    const block = await before.cluster.allocateProducerIds();
    const was = before.metadata.image();
    await before.close();

    const after = plane(on);
    const images: MetadataImage[] = [];
    after.onImage((image) => void images.push(image));
    await after.start();
    const is = after.metadata.image();
    expect(stable(is)).toEqual(stable(was));
    expect(is.configs.get('topic', 'orders')?.get('retention.ms')).toBe('5');
    expect(is.epoch).toBe(was.epoch + 1);
    const [partition] = is.topicsByName.get('orders')!.partitions;
    expect(partition!.leaderEpoch).toBeGreaterThan(0);
    // No listener has seen the last incarnation lead.
    expect(images.map((image) => image.topicsByName.get('orders')!.partitions[0]!.leader)).toEqual([-1, 1]);
    expect(block).toMatchObject({ error: null, first: 0, count: 1_000 });
    expect(await after.cluster.allocateProducerIds()).toMatchObject({ error: null, first: 1_000 });
    await after.close();
  });

  it('keeps the log short by snapshots, and comes back from one', async () => {
    const on = disk();
    const config = { 'metadata.log.max.record.bytes.between.snapshots': '2000' };
    const before = plane(on, config);
    await before.start();
    for (let index = 0; index < 60; index += 1)
      await before.controller.createTopics(creating(topic(`topic-${index}`, { numPartitions: 2 })));
    await before.controller.incrementalAlterConfigs({
      resources: [
        { type: 'topic', name: 'topic-7', changes: [{ name: 'retention.ms', operation: 'set', value: '9' }] },
      ],
      validateOnly: false,
    });
    await before.cluster.allocateProducerIds();
    const was = before.metadata.image();
    await before.close();
    const log = on.storage.logs.get('__cluster_metadata-0')!;
    expect(log.startOffset).toBeGreaterThan(0);
    expect((await on.folder.list()).filter((name) => name.endsWith('.checkpoint'))).toHaveLength(1);

    const after = plane(on, config);
    await after.start();
    expect(stable(after.metadata.image())).toEqual(stable(was));
    await after.close();
  });

  it('begins each epoch with a LeaderChange record that Kafka can read', async () => {
    const on = disk();
    const running = plane(on);
    await running.start();
    const log = on.storage.logs.get('__cluster_metadata-0')!;
    const [bytes] = await log.read(0, { maxBytes: 1, atLeastOne: true, endBefore: 1 });
    const { header, records } = decodeBatch(bytes!, 0, { maxDecompressedBytes: 1_000 });
    expect([header.isControl, decodeControlKey(records[0]!.key)]).toEqual([true, 'LEADER_CHANGE']);
    const reader = new Reader(records[0]!.value!);
    const message = leaderChangeMessage.decode(reader, leaderChangeMessage.maxVersion);
    reader.expectEnd();
    expect(message).toMatchObject({
      version: 1,
      leaderId: 1,
      voters: [{ voterId: 1, voterDirectoryId: directoryId }],
    });
    await running.close();
  });

  it('answers no command whose records are not on disk, and none after that', async () => {
    const on = disk();
    const running = plane(on);
    await running.start();
    const log = on.storage.logs.get('__cluster_metadata-0')!;
    log.flush = () => Promise.reject(new Error('no space'));
    const failed = { code: 'METADATA_LOG_FAILED' };
    await expect(running.controller.createTopics(creating(topic('orders')))).rejects.toMatchObject(failed);
    expect(running.metadata.image().topicsByName.size).toBe(0);
    await expect(running.controller.createTopics(creating(topic('other')))).rejects.toMatchObject(failed);
    await running.close();
  });

  it('comes back where a registration of an earlier process arrives late', async () => {
    const running = plane(disk(), { 'broker.heartbeat.interval.ms': '10' });
    await running.start();
    const first = running.cluster.brokerEpoch;
    const late = await running.controller.registerBroker({
      brokerId: 1,
      incarnationId: 'DDDDDDDDDDDDDDDDDDDDDA',
      endpoints: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }],
      rack: null,
      logDirs: [directoryId],
      features: supportedFeatures,
      previousEpoch: -1,
    });
    expect(late.error).toBeNull();
    await vi.waitFor(() => {
      const { brokerEpoch, isHeard } = running.cluster;
      expect(brokerEpoch).toBeGreaterThan(first);
      expect(running.metadata.image().brokers.get(1)).toMatchObject({ epoch: brokerEpoch, fenced: false });
      expect(isHeard).toBe(true);
    });
    await running.close();
  });

  it('fences nobody while what a change of metadata causes takes longer than a session', async () => {
    const running = plane(disk(), {
      'broker.heartbeat.interval.ms': '20',
      'broker.session.timeout.ms': '200',
    });
    const { promise: isTaken, resolve: taken } = Promise.withResolvers<void>();
    const fenced: boolean[] = [];
    running.onImage(async (image) => {
      fenced.push(image.brokers.get(1)?.fenced ?? true);
      if (image.topicsByName.has('wide')) await isTaken;
    });
    await running.start();
    fenced.length = 0;
    const made = running.controller.createTopics(creating(topic('wide')));
    // Five sessions: nothing else would show that none has ended.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    taken();
    await made;
    await running.controller.createTopics(creating(topic('next')));
    expect(fenced.length).toBeGreaterThan(1);
    expect(fenced).not.toContain(true);
    await running.close();
  });

  it('writes quorum-state as Kafka does and refuses one that cannot be read', async () => {
    const on = disk();
    const first = plane(on);
    await first.start();
    await first.close();
    const state: unknown = JSON.parse(String(await on.folder.read('quorum-state')));
    expect(state).toEqual({
      leaderId: 1,
      leaderEpoch: 1,
      votedId: -1,
      votedDirectoryId: ZERO_UUID,
      data_version: 1,
    });
    await on.folder.write('quorum-state', Buffer.from('{"leaderEpoch":'));
    await expect(plane(on).start()).rejects.toMatchObject({ code: 'QUORUM_STATE_CORRUPT' });
  });
});
