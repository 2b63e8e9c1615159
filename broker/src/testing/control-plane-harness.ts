import {
  type Clock,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
  systemTimers,
  type Timers,
  ZERO_UUID,
} from '@millrace/foundation';
import { type Api, Reader, Writer } from '@millrace/protocol';
import { createTopics } from '../apis/19-create-topics.ts';
import {
  type ApiHandler,
  CLOSE_CONNECTION,
  type Operation,
  type RequestContext,
  type Resource,
} from '../apis/api.ts';
import { parseBrokerConfig } from '../runtime/broker-config.ts';
import { type Coordinators, createCoordinators } from '../runtime/coordinators.ts';
import { FetchMemory } from '../runtime/fetch-memory.ts';
import { FetchSessions } from '../runtime/fetch-sessions.ts';
import type { GroupCoordinator } from '../runtime/group-coordinator.ts';
import { LiveBrokerConfig } from '../runtime/live-broker-config.ts';
import { LocalPartitions } from '../runtime/local-partitions.ts';
import { type MetadataFolder, memoryMetadataFolder } from '../runtime/metadata-folder.ts';
import { createMetadataPlane, type MetadataPlane } from '../runtime/metadata-plane.ts';
import { Purgatory } from '../runtime/purgatory.ts';
import { ReplicationQuota } from '../runtime/replication-quota.ts';
import { RequestMeter } from '../runtime/request-meter.ts';
import { RequestQuotas } from '../runtime/request-quotas.ts';
import type { BrokerServices, GroupAccess } from '../runtime/services.ts';
import { TimerWheel } from '../runtime/timer-wheel.ts';
import type { StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { NO_PEERS } from './no-peers.ts';

const FETCH_MEMORY_BYTES = 64 * 1024 * 1024;
/** What outlives a broker: its logs and the files beside the metadata log. */
export interface HarnessDisk {
  readonly storage: StorageEngine;
  readonly folder: MetadataFolder;
}

export function memoryDisk(): HarnessDisk {
  return { storage: createMemoryEngine(), folder: memoryMetadataFolder() };
}

/** Clock, chance and timers of the broker under test; the system's where they are not given. */
export interface HarnessPorts {
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly random?: Random;
}

/** A broker without sockets, for tests of what stands behind them: requests go straight to the handlers. */
export class ControlPlaneHarness {
  readonly services: BrokerServices;
  readonly plane: MetadataPlane;
  readonly groups: GroupAccess;
  readonly groupCoordinator: GroupCoordinator;
  /** What the caller may do; all of it at first. */
  allow: (operation: Operation, resource: Resource) => boolean = () => true;
  /** For how long the caller has to wait, ms, when it is offered so many bytes of records; not at all at first. */
  offerRecords: (bytes: number) => number = () => 0;

  readonly #coordinators: Coordinators;
  /** What must have begun before the next request does. */
  readonly #held = new Set<Promise<unknown>>();

  private constructor(services: BrokerServices, plane: MetadataPlane, coordinators: Coordinators) {
    this.services = services;
    this.#coordinators = coordinators;
    this.plane = plane;
    this.groups = coordinators.groups;
    this.groupCoordinator = coordinators.groupCoordinator;
  }

  static async start(
    disk: HarnessDisk = memoryDisk(),
    raw: Record<string, unknown> = {},
    given: HarnessPorts = {},
  ): Promise<ControlPlaneHarness> {
    const config = new LiveBrokerConfig(
      parseBrokerConfig({
        'log.dirs': '/nowhere',
        'offsets.topic.num.partitions': '5',
        'group.initial.rebalance.delay.ms': '0',
        ...raw,
      }),
    );
    const ports = {
      clock: given.clock ?? systemClock,
      timers: given.timers ?? systemTimers,
      random: given.random ?? systemRandom,
      logger: silentLogger,
    };
    const plane = createMetadataPlane({
      ...ports,
      ...NO_PEERS,
      ...disk,
      config,
      clusterId: 'cluster',
      directoryId: 'BBBBBBBBBBBBBBBBBBBBBA',
      endpoints: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }],
    });
    const { metadata, quorum, controller, cluster, forwarding } = plane;
    const partitions = new LocalPartitions({ ...ports, storage: disk.storage, config });
    const coordinators = createCoordinators({
      ...ports,
      ...NO_PEERS,
      metadata,
      cluster,
      partitions,
      config,
    });
    const { groups, transactions, producerIds } = coordinators;
    const { shareState, shareGroups, sharePartitions, shareSessions } = coordinators;
    plane.onImage((image) => config.follow(image));
    plane.onImage((image, previous) => partitions.follow(image, previous));
    await plane.start();
    const services: BrokerServices = {
      ...ports,
      config,
      clusterId: 'cluster',
      metadata,
      quorum,
      quotas: new RequestQuotas({ ...ports, metadata }),
      partitions,
      replication: {
        followerFetched: () => undefined,
        leaderQuota: new ReplicationQuota({ ...ports, of: 'leader', metadata, config }),
      },
      logFolder: { path: '/nowhere', space: async () => ({ totalBytes: -1, usableBytes: -1 }) },
      controller,
      cluster,
      forwarding,
      groups,
      transactions,
      shareState,
      shareGroups,
      sharePartitions,
      shareSessions,
      producerIds,
      purgatory: new Purgatory(new TimerWheel({ ...ports, tickMs: 5 })),
      fetchMemory: new FetchMemory(FETCH_MEMORY_BYTES),
      meter: new RequestMeter(),
      fetchSessions: new FetchSessions({ ...ports, slots: 10, evictionMs: 1000 }),
      advertisedApis: { broker: [], controller: [] },
    };
    return new ControlPlaneHarness(services, plane, coordinators);
  }

  /** Sends a request through its codec in that version, and its answer likewise; it begins when a connection would begin it. */
  async call<Req, ReqInit, Res, ResInit>(
    handler: ApiHandler<Req, ReqInit, Res, ResInit>,
    init: ReqInit,
    version = handler.versions[1],
  ): Promise<Res> {
    const request = recode(handler.api.request, init, version);
    while (this.#held.size > 0) await Promise.allSettled(this.#held);
    const answer = await handler.handle(this.#context(version), request);
    if (answer === null || answer === CLOSE_CONNECTION) throw new Error('the handler gave no answer');
    return recode(handler.api.response, answer, version);
  }

  /** Makes a topic of one replica. @returns its id */
  async makeTopic(name: string, numPartitions = 1): Promise<string> {
    const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: [] };
    const { topics } = await this.call(createTopics, { topics: [topic], timeoutMs: 1_000 });
    return topics[0]?.topicId ?? ZERO_UUID;
  }

  async stop(): Promise<void> {
    this.#coordinators.close();
    await this.plane.close();
  }

  #context(version: number): RequestContext {
    return {
      version,
      correlationId: 1,
      clientId: 'client',
      principal: { type: 'User', name: 'ANONYMOUS' },
      clientHost: '127.0.0.1',
      listener: 'PLAINTEXT',
      listenerKind: 'broker',
      carryOut: () => Promise.resolve(null),
      signal: new AbortController().signal,
      afterSent: () => undefined,
      keep: (bytes) => bytes,
      holdUp: (work) => {
        this.#held.add(work);
        const done = () => this.#held.delete(work);
        work.then(done, done);
      },
      throttle: () => undefined,
      offerRecords: (bytes) => this.offerRecords(bytes),
      authorize: (operation, resource) => this.allow(operation, resource),
      services: this.services,
    };
  }
}

/** What arrives of a message that is sent in that version. */
export function recode<Value, Init>(
  codec: Api<Value, Init, Value, Init>['request'],
  init: Init,
  version: number,
): Value {
  const writer = new Writer();
  codec.encode(writer, version, init);
  const reader = new Reader(writer.finish());
  const value = codec.decode(reader, version);
  reader.expectEnd();
  return value;
}
