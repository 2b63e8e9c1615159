import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { defaultRetentionMs, defaultSegmentMs, parseBrokerConfig } from './broker-config.ts';

const parse = (raw: Record<string, unknown>) => parseBrokerConfig({ 'log.dirs': '/data', ...raw });

describe('the configuration of a broker', () => {
  it("has Kafka's defaults, and listens on loopback", () => {
    const config = parse({});
    expect(config.listeners).toEqual([{ name: 'PLAINTEXT', host: '127.0.0.1', port: 9092 }]);
    expect(config.values['message.max.bytes']).toBe(1_048_588);
    expect(config.values['offsets.topic.num.partitions']).toBe(50);
    expect(defaultRetentionMs(config)).toBe(604_800_000);
    expect(defaultSegmentMs(config)).toBe(604_800_000);
  });

  it('lets the finer unit of time go first', () => {
    expect(defaultRetentionMs(parse({ 'log.retention.hours': '1' }))).toBe(3_600_000);
    expect(defaultRetentionMs(parse({ 'log.retention.hours': '1', 'log.retention.minutes': '2' }))).toBe(
      120_000,
    );
    expect(defaultRetentionMs(parse({ 'log.retention.minutes': '2', 'log.retention.ms': '-1' }))).toBe(-1);
    expect(defaultRetentionMs(parse({ 'log.retention.hours': '-1' }))).toBe(-1);
  });

  it("takes Kafka's largest long for no limit", () => {
    const config = parse({ 'log.flush.interval.messages': '9223372036854775807' });
    expect(config.values['log.flush.interval.messages']).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('tells listeners of the controller from those of clients, and names unknown keys', () => {
    const config = parse({ listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093', 'zookeeper.connect': 'x' });
    expect(config.listeners.map(({ name }) => name)).toEqual(['PLAINTEXT']);
    expect(config.controllerListeners.map(({ name }) => name)).toEqual(['CONTROLLER']);
    expect(config.advertisedListeners.get('PLAINTEXT')?.host).toBe(hostname());
    expect(config.unknown).toEqual(['zookeeper.connect']);
  });

  it('knows what it is in a cluster, and where the others are', () => {
    const voters = '1@a:9093,2@[::1]:9093';
    const listeners = 'PLAINTEXT://:9092,CONTROLLER://:9093';
    const combined = parse({ 'node.id': '1', 'controller.quorum.voters': voters, listeners });
    expect([combined.isBroker, combined.isController]).toEqual([true, true]);
    expect([...combined.quorumVoters]).toEqual([
      [1, { host: 'a', port: 9093 }],
      [2, { host: '::1', port: 9093 }],
    ]);
    const broker = parse({
      'node.id': '7',
      'process.roles': 'broker',
      'controller.quorum.bootstrap.servers': 'a:9093',
    });
    expect([broker.isBroker, broker.isController, broker.quorumVoters.size]).toEqual([true, false, 0]);
    const controller = parse({
      'process.roles': 'controller',
      'controller.quorum.voters': '1@a:1',
      listeners: 'CONTROLLER://:9093',
    });
    expect([controller.isBroker, controller.listeners]).toEqual([false, []]);
  });

  it('takes the addresses of the server.properties that Kafka ships: a quorum of its own', () => {
    const config = parse({
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.bootstrap.servers': 'localhost:9093',
      listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      'inter.broker.listener.name': 'PLAINTEXT',
      'advertised.listeners': 'PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093',
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
    });
    expect([...config.quorumVoters.keys()]).toEqual([1]);
    expect([...config.advertisedListeners.keys()]).toEqual(['PLAINTEXT']);
  });

  it("takes Kafka's stock settings, and says which have no effect", () => {
    const config = parse({
      'num.network.threads': '3',
      'num.io.threads': '8',
      'socket.send.buffer.bytes': '102400',
      'socket.receive.buffer.bytes': '102400',
      'num.recovery.threads.per.data.dir': '2',
      'share.coordinator.state.topic.replication.factor': '1',
      'share.coordinator.state.topic.min.isr': '1',
      'log.retention.hours': '168',
    });
    expect(config.unknown).toEqual([]);
    expect(config.idle).toHaveLength(5);
  });

  it.each([
    [{ 'ssl.keystore.location': '/secret' }, 'ssl.keystore.location'],
    [{ 'remote.log.storage.system.enable': 'true' }, 'remote.log.storage.system.enable'],
    [{ 'compression.type': 'brotli' }, 'compression.type'],
    [{ 'log.dirs': undefined }, 'log.dirs'],
    [{ 'log.dirs': '/a,/b' }, 'log.dirs'],
    [{ 'process.roles': 'worker' }, 'process.roles'],
    [{ 'process.roles': 'broker' }, 'controller.quorum.voters'],
    [{ 'process.roles': 'broker', 'controller.quorum.voters': '1@a:1' }, 'controller.quorum.voters'],
    [{ 'controller.quorum.bootstrap.servers': 'a:1' }, 'controller.quorum.voters'],
    [{ 'controller.quorum.voters': '2@a:1,3@b:2' }, 'controller.quorum.voters'],
    [{ 'controller.quorum.voters': '1@a' }, 'controller.quorum.voters'],
    [{ 'inter.broker.listener.name': 'OTHER' }, 'inter.broker.listener.name'],
    [{ 'num.partitions': '0' }, 'num.partitions'],
    [{ listeners: '127.0.0.1:9092' }, 'listeners'],
    [{ listeners: 'PLAINTEXT://127.0.0.1:99999' }, 'listeners'],
    [{ listeners: 'A://:1,A://:2' }, 'listeners'],
    [{ listeners: 'A://:1' }, 'listener.security.protocol.map'],
    [
      { listeners: 'A://:1', 'listener.security.protocol.map': 'A:SASL_SSL' },
      'listener.security.protocol.map',
    ],
    [{ 'listener.security.protocol.map': 'A' }, 'listener.security.protocol.map'],
    [{ listeners: 'CONTROLLER://:9093' }, 'listeners'],
    [
      {
        ...{ 'node.id': '2', 'process.roles': 'broker', 'controller.quorum.voters': '1@a:1' },
        listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      },
      'listeners',
    ],
    [{ 'process.roles': 'controller', listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093' }, 'listeners'],
    [
      {
        ...{ 'controller.quorum.voters': '1@a:1,2@b:2' },
        listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      },
      'node.id',
    ],
    [{ 'replica.fetch.wait.max.ms': '40000' }, 'replica.fetch.wait.max.ms'],
    [{ 'broker.heartbeat.interval.ms': '9000' }, 'broker.heartbeat.interval.ms'],
    [{ listeners: 'PLAINTEXT://0.0.0.0:9092' }, 'advertised.listeners'],
    [{ 'advertised.listeners': 'OTHER://h:1' }, 'advertised.listeners'],
    [{ 'node.id': '1', 'controller.quorum.voters': '1@a:1,2@b:2' }, 'listeners'],
    [{ 'log.cleanup.policy': 'shred' }, 'log.cleanup.policy'],
  ])('refuses %o and names the key', (raw, path) => {
    expect(() => parse(raw)).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        details: expect.objectContaining({ path, class: 'config' }),
      }),
    );
  });
});
