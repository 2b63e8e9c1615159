import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Clock,
  createLogger,
  type Logger,
  MillraceError,
  type Random,
  type RawConfig,
  systemClock,
  systemRandom,
  systemTimers,
  type Timers,
} from '@millrace/foundation';
import { handlersOn } from '../apis/index.ts';
import { BrokerServer } from '../network/broker-server.ts';
import { doorFacts, openDoors } from '../network/doors.ts';
import { FrameMemory } from '../network/frame-memory.ts';
import { peerSockets } from '../network/peer-sockets.ts';
import { WireControllerPeers } from '../peers/controller-peers.ts';
import { PeerPool } from '../peers/peer-pool.ts';
import { WireQuorumPeers } from '../peers/quorum-peers.ts';
import { WireReplicaPeers } from '../peers/replica-peers.ts';
import { type DataFolder, openDataFolder } from '../storage/data-folder.ts';
import type { StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { openSegmentEngine } from '../storage/segment-engine.ts';
import { allowAll } from './authorizer.ts';
import { type BrokerConfig, type Listener, parseBrokerConfig, requestMemoryBytes } from './broker-config.ts';
import type { MetricSources } from './broker-metrics.ts';
import { createCoordinators } from './coordinators.ts';
import { FetchMemory } from './fetch-memory.ts';
import { FetchSessions } from './fetch-sessions.ts';
import { fileMetadataFolder } from './file-metadata-folder.ts';
import { LiveBrokerConfig } from './live-broker-config.ts';
import { LocalPartitions } from './local-partitions.ts';
import { LogCleaner } from './log-cleaner.ts';
import { logFolder } from './log-folder.ts';
import { LogMaintenance } from './log-maintenance.ts';
import { memoryMetadataFolder } from './metadata-folder.ts';
import { createMetadataPlane, type MetadataPlane } from './metadata-plane.ts';
import type { PeerNetwork } from './peer-network.ts';
import { Purgatory } from './purgatory.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import { Replication } from './replication.ts';
import { RequestMeter } from './request-meter.ts';
import { RequestQuotas } from './request-quotas.ts';
import type { AdvertisedApi, BrokerServices, ListenerKind } from './services.ts';
import { TimerWheel } from './timer-wheel.ts';

/** What a broker takes from outside; all have defaults, and simulations bring their own. */
export interface BrokerPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** How other nodes are reached. */
  readonly network: PeerNetwork;
}

/** A broker that serves. */
export interface RunningBroker {
  /** By listener name: where clients reach it. Port 0 of the configuration is the real port here. */
  readonly addresses: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
  /** By listener name: where it listens, whatever clients are told. */
  readonly boundAddresses: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
  readonly clusterId: string;
  readonly nodeId: number;
  readonly config: BrokerConfig;
  /** Ends all connections, syncs the logs and says in the data folder that all is well. Calls share one closing. */
  close(): Promise<void>;
}

const METADATA_LOG = '__cluster_metadata-0';
const PURGATORY_TICK_MS = 5;
/** A fetch session that was not used for so long gives way to a new one; as fixed in Kafka. */
const FETCH_SESSION_EVICTION_MS = 120_000;
const SECURITY_PLAINTEXT = 0;

/**
 * Starts a broker; resolves when it serves.
 * @throws {MillraceError} class config: INVALID_CONFIG, PORT_IN_USE and others of the listeners, DATA_DIR_NOT_WRITABLE,
 *   DATA_DIR_LOCKED, DATA_DIR_NEWER_FORMAT and others of the folder; LOG_STORAGE_FAILED
 */
export async function startBroker(raw: RawConfig, ports: Partial<BrokerPorts> = {}): Promise<RunningBroker> {
  const config = new LiveBrokerConfig(parseBrokerConfig(raw));
  const given = {
    clock: ports.clock ?? systemClock,
    timers: ports.timers ?? systemTimers,
    random: ports.random ?? systemRandom,
    network: ports.network ?? peerSockets,
    logger: (ports.logger ?? createLogger()).child({ component: 'broker', nodeId: config.nodeId }),
  };
  if (config.unknown.length > 0)
    given.logger.warn({ keys: config.unknown }, 'config keys that are not known here');
  if (config.idle.length > 0)
    given.logger.info({ keys: config.idle }, "config keys of Kafka's without an effect here");
  // Whatever was opened is closed again, last first, when a later step fails and when the broker closes.
  const rooms = new AsyncDisposableStack();
  try {
    return await compose(config, given, rooms);
  } catch (error) {
    await rooms.disposeAsync();
    throw error;
  }
}

async function compose(
  config: LiveBrokerConfig,
  ports: BrokerPorts,
  rooms: AsyncDisposableStack,
): Promise<RunningBroker> {
  const { values, nodeId } = config;
  const folder = await openDataFolder({
    path: config.dataFolder,
    nodeId,
    clusterId: values['cluster.id'],
    mayBeginCluster: config.isController && config.quorumVoters.size === 1,
    random: ports.random,
  });
  rooms.defer(() => folder.release());
  const doors = await openDoors(config, ports.logger);
  rooms.defer(() => doors?.close());
  const server = new BrokerServer({
    listeners: [...config.listeners, ...config.controllerListeners],
    backlog: values['socket.listen.backlog.size'],
    // Asked at each connection: they change while the broker runs.
    get maxConnections() {
      return config.values['max.connections'];
    },
    get maxConnectionsPerIp() {
      return config.values['max.connections.per.ip'];
    },
    maxIdleMs: values['connections.max.idle.ms'],
    logger: ports.logger,
  });
  const bound = await server.listen();
  rooms.defer(() => server.close());
  const addresses = advertised(config, bound);
  const storage = await openStorage(config, ports, folder);
  rooms.defer(() => storage.close());
  const pool = new PeerPool(ports.network, `broker-${nodeId}`);
  rooms.defer(() => pool.close());
  const plane = createPlane(config, ports, { storage, folder, addresses, pool });
  rooms.defer(() => plane.close());
  const peers = new WireReplicaPeers(pool);
  const furniture = furnish(config, ports, { storage, folder, plane, peers, rooms });
  const { services, partitions, replication, maintenance, cleaner } = furniture;
  const memory = new FrameMemory(requestMemoryBytes(config));
  const serve = (kind: ListenerKind, listeners: readonly Listener[]) =>
    server.serve(listeners, {
      listenerKind: kind,
      handlers: handlersOn(kind),
      services,
      authorizer: allowAll,
      maxRequestBytes: values['socket.request.max.bytes'],
      maxQueuedRequests: values['queued.max.requests'],
      maxQueuedResponseBytes: values['queued.max.response.bytes'],
      memory,
    });
  await plane.open();
  // Other controllers wait for this one, and this one for them.
  serve('controller', config.controllerListeners);
  await plane.start();
  if (config.isBroker) await partitions.followed();
  replication.start();
  maintenance.start();
  rooms.defer(() => maintenance.close());
  cleaner.start();
  rooms.defer(() => cleaner.close());
  // Clients go first; a second closing finds nothing to do.
  rooms.defer(() => server.close());
  rooms.defer(() => plane.shutDown());
  serve('broker', config.listeners);
  doors?.ready(doorFacts(metricSources(services, { partitions, server, memory, cleaner })));
  rooms.defer(() => doors?.stopping());
  let closing: Promise<void> | undefined;
  return {
    addresses: new Map([...addresses].map(([name, { host, port }]) => [name, { host, port }])),
    boundAddresses: new Map(bound.map(({ name, host, port }) => [name, { host, port }])),
    clusterId: folder.clusterId,
    nodeId,
    config,
    close: () => (closing ??= rooms.disposeAsync()),
  };
}

function metricSources(
  services: BrokerServices,
  rooms: {
    readonly partitions: LocalPartitions;
    readonly server: BrokerServer;
    readonly memory: FrameMemory;
    readonly cleaner: LogCleaner;
  },
): MetricSources {
  const { partitions, server, memory, cleaner } = rooms;
  return {
    nodeId: services.config.nodeId,
    meter: services.meter,
    partitions: () => partitions.all(),
    image: () => services.metadata.image(),
    purgatorySize: () => services.purgatory.size,
    connections: () => server.connections,
    requestMemoryBytes: () => memory.usedBytes,
    fetchMemory: services.fetchMemory,
    fetchSessions: services.fetchSessions,
    cleaner: () => cleaner.figures,
  };
}

/** A folder with logs is not served from memory: its topics would seem to be lost. */
async function openStorage(
  config: BrokerConfig,
  ports: BrokerPorts,
  folder: DataFolder,
): Promise<StorageEngine> {
  const { values } = config;
  if (values['log.storage.engine'] === 'memory') {
    if (!existsSync(join(folder.path, METADATA_LOG))) return createMemoryEngine();
    throw new MillraceError(`${folder.path} holds logs, which log.storage.engine=memory would not show.`, {
      code: 'INVALID_CONFIG',
      class: 'config',
      path: 'log.storage.engine',
      hint: 'Start it with log.storage.engine=segments, or on another folder.',
    });
  }
  return await openSegmentEngine({
    folder: folder.path,
    tailCacheBytes: values['log.tail.cache.bytes'],
    pendingWriteMaxBytes: values['log.pending.write.max.bytes'],
    openFilesMax: values['log.open.files.max'],
    syncWriteMaxMs: values['log.sync.write.max.ms'],
    timers: ports.timers,
    random: ports.random,
    logger: ports.logger,
  });
}

interface PlaneRooms {
  readonly storage: StorageEngine;
  readonly folder: DataFolder;
  readonly addresses: ReadonlyMap<string, Listener>;
  readonly pool: PeerPool;
}

function createPlane(config: BrokerConfig, ports: BrokerPorts, rooms: PlaneRooms): MetadataPlane {
  const { pool } = rooms;
  const { clusterId, directoryId } = rooms.folder;
  const own = () => {
    const [listener] = config.controllerListeners;
    const endpoint = config.quorumVoters.get(config.nodeId);
    return listener === undefined || endpoint === undefined ? null : { name: listener.name, ...endpoint };
  };
  return createMetadataPlane({
    ...ports,
    quorumPeers: new WireQuorumPeers({ pool, clusterId, directoryId, own }),
    controllerPeers: new WireControllerPeers({ pool, clusterId }),
    storage: rooms.storage,
    folder:
      config.values['log.storage.engine'] === 'memory'
        ? memoryMetadataFolder()
        : fileMetadataFolder(join(rooms.folder.path, METADATA_LOG)),
    config,
    clusterId,
    directoryId,
    endpoints: [...rooms.addresses.values()].map((address) => ({
      ...address,
      securityProtocol: SECURITY_PLAINTEXT,
    })),
  });
}

interface StartRooms {
  readonly storage: StorageEngine;
  readonly folder: DataFolder;
  readonly plane: MetadataPlane;
  readonly peers: ReplicaPeers;
  readonly rooms: AsyncDisposableStack;
}

function furnish(
  config: LiveBrokerConfig,
  ports: BrokerPorts,
  { storage, folder, plane, peers, rooms }: StartRooms,
) {
  const { metadata, quorum, controller, cluster, forwarding } = plane;
  const partitions = new LocalPartitions({ ...ports, storage, config });
  const coordinators = createCoordinators({ ...ports, metadata, cluster, partitions, peers, config });
  const replication = new Replication({ ...ports, metadata, cluster, partitions, peers, config });
  rooms.defer(() => replication.close());
  rooms.defer(() => coordinators.close());
  // The broker's own settings first: topics that set nothing obey them.
  plane.onImage((image) => config.follow(image));
  plane.onImage(async (image, previous) => {
    await partitions.follow(image, previous);
    replication.follow();
  });
  const wheel = new TimerWheel({ ...ports, tickMs: PURGATORY_TICK_MS });
  const services: BrokerServices = {
    ...ports,
    config,
    clusterId: folder.clusterId,
    metadata,
    quorum,
    quotas: new RequestQuotas({ ...ports, metadata }),
    partitions,
    replication,
    logFolder: logFolder(folder.path),
    controller,
    cluster,
    forwarding,
    groups: coordinators.groups,
    transactions: coordinators.transactions,
    shareState: coordinators.shareState,
    shareGroups: coordinators.shareGroups,
    sharePartitions: coordinators.sharePartitions,
    shareSessions: coordinators.shareSessions,
    producerIds: coordinators.producerIds,
    purgatory: new Purgatory(wheel),
    meter: new RequestMeter(),
    fetchSessions: new FetchSessions({
      ...ports,
      slots: config.values['max.incremental.fetch.session.cache.slots'],
      evictionMs: FETCH_SESSION_EVICTION_MS,
    }),
    fetchMemory: new FetchMemory(config.values['fetch.memory.max.bytes']),
    advertisedApis: { broker: advertisedOn('broker'), controller: advertisedOn('controller') },
  };
  return {
    services,
    partitions,
    replication,
    maintenance: new LogMaintenance({ ...ports, partitions, storage, config }),
    cleaner: new LogCleaner({ ...ports, partitions, config }),
  };
}

function advertisedOn(kind: ListenerKind): readonly AdvertisedApi[] {
  const apis = [...handlersOn(kind).values()].map(({ api, versions }) => ({ key: api.key, versions }));
  return apis.sort((a, b) => a.key - b.key);
}

/** Clients are told the advertised address, else the one that is listened on, with its real port. */
function advertised(config: BrokerConfig, bound: readonly Listener[]): ReadonlyMap<string, Listener> {
  const isClients = ({ name }: Listener) => config.listeners.some((listener) => listener.name === name);
  return new Map(
    bound.filter(isClients).map((listener) => {
      const told = config.advertisedListeners.get(listener.name) ?? listener;
      return [listener.name, { ...told, port: told.port === 0 ? listener.port : told.port }];
    }),
  );
}
