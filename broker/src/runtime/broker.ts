import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createLogger,
  MillraceError,
  type RawConfig,
  systemClock,
  systemRandom,
  systemTimers,
} from '@millrace/foundation';
import { handlersOn } from '../apis/index.ts';
import { BrokerServer } from '../network/broker-server.ts';
import { doorFacts, openDoors } from '../network/doors.ts';
import { FrameMemory } from '../network/frame-memory.ts';
import { connectionsWithin, openFilesLimit } from '../network/open-files-limit.ts';
import { peerSockets } from '../network/peer-sockets.ts';
import { type DataFolder, openDataFolder } from '../storage/data-folder.ts';
import type { StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { openSegmentEngine } from '../storage/segment-engine.ts';
import { allowAll } from './authorizer.ts';
import { type BrokerConfig, type Listener, parseBrokerConfig, requestMemoryBytes } from './broker-config.ts';
import { type BrokerCore, type BrokerPorts, composeCore } from './broker-core.ts';
import type { MetricSources } from './broker-metrics.ts';
import { fileMetadataFolder } from './file-metadata-folder.ts';
import { LiveBrokerConfig } from './live-broker-config.ts';
import type { LocalPartitions } from './local-partitions.ts';
import type { LogCleaner } from './log-cleaner.ts';
import { memoryMetadataFolder } from './metadata-folder.ts';
import type { MetadataPlane } from './metadata-plane.ts';
import type { BrokerServices, ListenerKind } from './services.ts';

export type { BrokerPorts } from './broker-core.ts';

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
  const server = createServer(config, ports);
  const bound = await server.listen();
  rooms.defer(() => server.close());
  const addresses = advertised(config, bound);
  const storage = await openStorage(config, ports, folder);
  // Closed last of the two: by then it is known in which registration the broker has ended.
  let core: BrokerCore | undefined;
  rooms.defer(() => storage.close(core?.plane.cluster.brokerEpoch));
  core = composeCore(config, ports, {
    storage,
    metadataFolder:
      values['log.storage.engine'] === 'memory'
        ? memoryMetadataFolder()
        : fileMetadataFolder(join(folder.path, METADATA_LOG)),
    folder,
    endpoints: [...addresses.values()].map((address) => ({
      ...address,
      securityProtocol: SECURITY_PLAINTEXT,
    })),
    rooms,
  });
  const { plane, services, partitions, replication, maintenance, cleaner } = core;
  const memory = frameMemory(config, ports);
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
  doors?.ready(doorFacts(metricSources(services, { plane, partitions, server, memory, cleaner })));
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

function createServer(config: LiveBrokerConfig, { clock, logger }: BrokerPorts): BrokerServer {
  const { valuesAtStart } = config;
  const room = connectionsWithin(openFilesLimit(), valuesAtStart['log.open.files.max']);
  return new BrokerServer({
    listeners: [...config.listeners, ...config.controllerListeners],
    backlog: valuesAtStart['socket.listen.backlog.size'],
    // Asked at each connection: they change while the broker runs.
    get maxConnections() {
      return Math.min(config.values['max.connections'], room);
    },
    get maxConnectionsPerIp() {
      return config.values['max.connections.per.ip'];
    },
    ownListeners: ownListeners(config),
    maxIdleMs: valuesAtStart['connections.max.idle.ms'],
    clock,
    logger,
  });
}

/** The controller's, and the one by which brokers reach each other where clients have another. */
function ownListeners({ controllerListeners, listeners, interBrokerListener }: BrokerConfig): Set<string> {
  const names = controllerListeners.map(({ name }) => name);
  return new Set(listeners.length > 1 ? [...names, interBrokerListener] : names);
}

function frameMemory(config: BrokerConfig, { timers }: BrokerPorts): FrameMemory {
  const receiveMaxMs = config.values['socket.request.receive.max.ms'];
  return new FrameMemory({ maxBytes: requestMemoryBytes(config), receiveMaxMs, timers });
}

function metricSources(
  services: BrokerServices,
  rooms: {
    readonly plane: MetadataPlane;
    readonly partitions: LocalPartitions;
    readonly server: BrokerServer;
    readonly memory: FrameMemory;
    readonly cleaner: LogCleaner;
  },
): MetricSources {
  const { plane, partitions, server, memory, cleaner } = rooms;
  return {
    nodeId: services.config.nodeId,
    isActiveController: () => services.forwarding.isActiveHere,
    metadataProblems: () => [...plane.problems, ...partitions.problems],
    unopened: () => partitions.unopened,
    uncleanable: () => cleaner.uncleanable,
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
    folderDeleteDelayMs: () => config.values['log.segment.delete.delay.ms'],
    timers: ports.timers,
    random: ports.random,
    logger: ports.logger,
  });
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
