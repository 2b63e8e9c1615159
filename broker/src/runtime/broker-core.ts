import { type Clock, isMillraceError, type Logger, type Random, type Timers } from '@millrace/foundation';
import { handlersOn } from '../apis/index.ts';
import type { BrokerEndpoint } from '../core/metadata/image.ts';
import { WireControllerPeers } from '../peers/controller-peers.ts';
import { PeerPool } from '../peers/peer-pool.ts';
import { WireQuorumPeers } from '../peers/quorum-peers.ts';
import { WireReplicaPeers } from '../peers/replica-peers.ts';
import { WireSharePeers } from '../peers/share-peers.ts';
import type { FolderIdentity } from '../storage/data-folder.ts';
import type { StorageEngine } from '../storage/log.ts';
import { createCoordinators } from './coordinators.ts';
import { FetchMemory } from './fetch-memory.ts';
import { FetchSessions } from './fetch-sessions.ts';
import type { LiveBrokerConfig } from './live-broker-config.ts';
import { LocalPartitions } from './local-partitions.ts';
import { LogCleaner } from './log-cleaner.ts';
import { logFolder } from './log-folder.ts';
import { LogMaintenance } from './log-maintenance.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import { createMetadataPlane, type MetadataPlane } from './metadata-plane.ts';
import type { PeerNetwork } from './peer-network.ts';
import { Purgatory } from './purgatory.ts';
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

/** Where a broker keeps what it knows, and where it is reached. */
export interface CoreRooms {
  readonly storage: StorageEngine;
  readonly metadataFolder: MetadataFolder;
  readonly folder: FolderIdentity & { readonly path: string };
  /** What clients and other brokers are told. */
  readonly endpoints: readonly BrokerEndpoint[];
  /** What is opened is closed with it, last first. */
  readonly rooms: AsyncDisposableStack;
}

/** A broker without its sockets. */
export interface BrokerCore {
  readonly plane: MetadataPlane;
  readonly services: BrokerServices;
  readonly partitions: LocalPartitions;
  readonly replication: Replication;
  readonly maintenance: LogMaintenance;
  readonly cleaner: LogCleaner;
}

const PURGATORY_TICK_MS = 5;
/** A fetch session that was not used for so long gives way to a new one; as fixed in Kafka. */
const FETCH_SESSION_EVICTION_MS = 120_000;

/** Puts a broker together, all but its sockets: so a simulation runs what production runs. Nothing is started. */
export function composeCore(config: LiveBrokerConfig, ports: BrokerPorts, given: CoreRooms): BrokerCore {
  const { storage, folder, rooms } = given;
  const pool = new PeerPool(ports.network, `broker-${config.nodeId}`);
  rooms.defer(() => pool.close());
  const plane = createPlane(config, ports, { ...given, pool });
  rooms.defer(() => plane.close());
  const { metadata, cluster } = plane;
  const peers = new WireReplicaPeers(pool);
  const partitions = new LocalPartitions({ ...ports, storage, config });
  const sharePeers = new WireSharePeers(pool);
  const coordinators = createCoordinators({
    ...ports,
    metadata,
    cluster,
    partitions,
    peers,
    sharePeers,
    config,
  });
  const replication = new Replication({ ...ports, metadata, cluster, partitions, peers, config });
  // After those who move them, and before the disk is closed.
  rooms.defer(() => noteHighWatermarks(partitions, ports));
  rooms.defer(() => replication.close());
  rooms.defer(() => coordinators.close());
  // The broker's own settings first: topics that set nothing obey them.
  plane.onImage((image) => config.follow(image));
  plane.onImage(async (image, previous) => {
    await partitions.follow(image, previous);
    replication.follow();
  });
  const services: BrokerServices = {
    ...ports,
    config,
    clusterId: folder.clusterId,
    metadata,
    quorum: plane.quorum,
    controller: plane.controller,
    cluster,
    forwarding: plane.forwarding,
    quotas: new RequestQuotas({ ...ports, metadata }),
    partitions,
    replication,
    logFolder: logFolder(folder.path),
    groups: coordinators.groups,
    transactions: coordinators.transactions,
    shareState: coordinators.shareState,
    shareGroups: coordinators.shareGroups,
    sharePartitions: coordinators.sharePartitions,
    shareSessions: coordinators.shareSessions,
    producerIds: coordinators.producerIds,
    purgatory: new Purgatory(new TimerWheel({ ...ports, tickMs: PURGATORY_TICK_MS })),
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
    plane,
    services,
    partitions,
    replication,
    maintenance: new LogMaintenance({ ...ports, partitions, storage, config }),
    cleaner: new LogCleaner({ ...ports, partitions, config }),
  };
}

/** What could not be noted is found out anew by the next process: nothing else at the end waits for it. */
async function noteHighWatermarks(partitions: LocalPartitions, { logger }: BrokerPorts): Promise<void> {
  try {
    await partitions.noteHighWatermarks();
  } catch (error) {
    const facts = isMillraceError(error) ? error.report() : { err: error };
    logger.error(facts, 'up to where partitions are committed could not be noted');
  }
}

function createPlane(
  config: LiveBrokerConfig,
  ports: BrokerPorts,
  { pool, folder, storage, metadataFolder, endpoints }: CoreRooms & { readonly pool: PeerPool },
): MetadataPlane {
  const { clusterId, directoryId } = folder;
  const own = () => {
    const [listener] = config.controllerListeners;
    const endpoint = config.quorumVoters.get(config.nodeId);
    return listener === undefined || endpoint === undefined ? null : { name: listener.name, ...endpoint };
  };
  return createMetadataPlane({
    ...ports,
    quorumPeers: new WireQuorumPeers({ pool, clusterId, directoryId, own }),
    controllerPeers: new WireControllerPeers({ pool, clusterId }),
    storage,
    folder: metadataFolder,
    config,
    clusterId,
    directoryId,
    endpoints,
  });
}

function advertisedOn(kind: ListenerKind): readonly AdvertisedApi[] {
  const apis = [...handlersOn(kind).values()].map(({ api, versions }) => ({ key: api.key, versions }));
  return apis.sort((a, b) => a.key - b.key);
}
