import { type Clock, silentLogger } from '@millrace/foundation';
import { parseBrokerConfig } from '../../runtime/broker-config.ts';
import { type BrokerCore, composeCore } from '../../runtime/broker-core.ts';
import { LiveBrokerConfig } from '../../runtime/live-broker-config.ts';
import type { NodeEndpoint } from '../../runtime/node-endpoint.ts';
import type { StorageEngine } from '../../storage/log.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { Life, SeededRandom, VirtualTime } from './virtual-time.ts';

export interface SimulatedNodeOptions {
  readonly nodeId: number;
  readonly voters: ReadonlyMap<number, NodeEndpoint>;
  readonly broker: NodeEndpoint;
  /** Whether it serves clients; else it is a controller alone. Who is no voter is no controller. */
  readonly isBroker: boolean;
  readonly config: Readonly<Record<string, string>>;
  readonly time: VirtualTime;
  readonly network: SimulatedNetwork;
  readonly random: SeededRandom;
  /** The longest that its disk takes for a write, virtual ms. */
  readonly writeMaxMs: number;
}

/** A whole broker on virtual time, network and disk. It can be killed at any moment, and come back on what its disk holds. */
export class SimulatedNode {
  readonly nodeId: number;
  readonly broker: NodeEndpoint;
  readonly isBroker: boolean;
  readonly #options: SimulatedNodeOptions;
  readonly #skew = { wallMs: 0 };
  #life: Life = { isAlive: false, pausedUntilMs: 0 };
  #disk: SimulatedDisk;
  #core: BrokerCore | null = null;
  #rooms = new AsyncDisposableStack();
  /** Counts its processes. */
  incarnation = 0;
  /** It was told to end, and has not ended yet. */
  isStopping = false;
  failure: unknown = null;

  constructor(options: SimulatedNodeOptions) {
    this.nodeId = options.nodeId;
    this.broker = options.broker;
    this.isBroker = options.isBroker;
    this.#options = options;
    this.#disk = new SimulatedDisk(options, this.#life);
  }

  /** Null while it is down. */
  get core(): BrokerCore | null {
    return this.#life.isAlive ? this.#core : null;
  }

  get storage(): StorageEngine {
    return this.#disk.storage;
  }

  /** Of its process now. */
  get disk(): SimulatedDisk {
    return this.#disk;
  }

  start(): void {
    const { nodeId, voters, broker, time, network, random } = this.#options;
    const life = this.#life;
    life.isAlive = true;
    this.incarnation += 1;
    const own = voters.get(nodeId);
    const config = new LiveBrokerConfig(parseBrokerConfig(this.#config(own)));
    const clock: Clock = time.clock(this.#skew);
    const ports = {
      clock,
      timers: time.timersOf(life),
      random: { float: () => random.float(), uuid: () => random.uuid() },
      logger: silentLogger,
      network: network.portOf(nodeId, life),
    };
    const rooms = new AsyncDisposableStack();
    this.#rooms = rooms;
    const core = composeCore(config, ports, {
      storage: this.#disk.storage,
      metadataFolder: this.#disk.folder,
      folder: {
        path: '/nowhere',
        clusterId: 'simulated',
        nodeId,
        directoryId: Buffer.alloc(16, nodeId).toString('base64url'),
      },
      endpoints: this.isBroker ? [{ name: 'PLAINTEXT', ...broker, securityProtocol: 0 }] : [],
      rooms,
    });
    this.#core = core;
    const { services } = core;
    void (async () => {
      await core.plane.open();
      if (own !== undefined)
        network.listen(own, { nodeId, kind: 'controller', listener: 'CONTROLLER', life, services });
      await core.plane.start();
      if (!this.isBroker) return;
      await core.partitions.followed();
      core.replication.start();
      core.maintenance.start();
      rooms.defer(() => core.maintenance.close());
      core.cleaner.start();
      rooms.defer(() => core.cleaner.close());
      rooms.defer(() => network.unlisten(nodeId));
      rooms.defer(() => core.plane.shutDown());
      network.listen(broker, { nodeId, kind: 'broker', listener: 'PLAINTEXT', life, services });
    })().catch((error: unknown) => {
      if (life.isAlive && !this.isStopping && !this.#disk.hasRefusedMetadata) this.failure = error;
    });
  }

  /** The process is gone at once; what it wrote stays. After a loss of power only what was synced is sure to be there. */
  async kill({ losesPower }: { readonly losesPower: boolean }): Promise<void> {
    this.#life.isAlive = false;
    this.#life = { isAlive: false, pausedUntilMs: 0 };
    this.#core = null;
    this.isStopping = false;
    // What is left of the old process may go on to write: it does so to a disk that nobody reads any more.
    this.#disk = await this.#disk.after({ losesPower }, this.#life);
  }

  /** The process is told to end, as by SIGTERM: it hands over what it leads, and is gone some time later. */
  stop(): void {
    const life = this.#life;
    if (this.isStopping || !life.isAlive) return;
    this.isStopping = true;
    const { storage } = this.#disk;
    const brokerEpoch = this.#core?.plane.cluster.brokerEpoch;
    void (async () => {
      await this.#rooms.disposeAsync().catch(() => undefined);
      await storage.close(brokerEpoch);
      if (life.isAlive && this.#life === life) await this.kill({ losesPower: false });
    })();
  }

  /** Frozen, with everything that comes to it waiting. */
  freeze(ms: number): void {
    this.#life.pausedUntilMs = this.#options.time.nowMs + ms;
  }

  jumpWallClock(ms: number): void {
    this.#skew.wallMs += ms;
  }

  #config(own: NodeEndpoint | undefined): Record<string, string> {
    const { nodeId, voters, broker, config } = this.#options;
    const roles = [...(this.isBroker ? ['broker'] : []), ...(own === undefined ? [] : ['controller'])];
    const listeners = [
      ...(this.isBroker ? [`PLAINTEXT://${broker.host}:${broker.port}`] : []),
      ...(own === undefined ? [] : [`CONTROLLER://${own.host}:${own.port}`]),
    ];
    return {
      'node.id': String(nodeId),
      'process.roles': roles.join(','),
      'log.dirs': '/nowhere',
      'controller.quorum.voters': [...voters]
        .map(([id, { host, port }]) => `${id}@${host}:${port}`)
        .join(','),
      listeners: listeners.join(','),
      ...config,
    };
  }
}
