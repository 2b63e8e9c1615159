import { type Clock, silentLogger } from '@millrace/foundation';
import { parseBrokerConfig } from '../../runtime/broker-config.ts';
import { type BrokerCore, composeCore } from '../../runtime/broker-core.ts';
import { LiveBrokerConfig } from '../../runtime/live-broker-config.ts';
import { type MetadataFolder, memoryMetadataFolder } from '../../runtime/metadata-folder.ts';
import type { NodeEndpoint } from '../../runtime/node-endpoint.ts';
import type { StorageEngine } from '../../storage/log.ts';
import { createMemoryEngine } from '../../storage/memory-engine.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { Life, SeededRandom, VirtualTime } from './virtual-time.ts';

/** What outlives a process. */
interface Disk {
  readonly storage: StorageEngine;
  readonly folder: MetadataFolder;
}

export interface SimulatedNodeOptions {
  readonly nodeId: number;
  readonly voters: ReadonlyMap<number, NodeEndpoint>;
  readonly broker: NodeEndpoint;
  readonly config: Readonly<Record<string, string>>;
  readonly time: VirtualTime;
  readonly network: SimulatedNetwork;
  readonly random: SeededRandom;
}

const EVERYTHING = {
  maxBytes: Number.MAX_SAFE_INTEGER,
  atLeastOne: true,
  endBefore: Number.MAX_SAFE_INTEGER,
};

/** A whole broker on virtual time, network and disk. It can be killed at any moment, and come back on what its disk holds. */
export class SimulatedNode {
  readonly nodeId: number;
  readonly broker: NodeEndpoint;
  readonly #options: SimulatedNodeOptions;
  readonly #skew = { wallMs: 0 };
  #disk: Disk = { storage: createMemoryEngine(), folder: memoryMetadataFolder() };
  #life: Life = { isAlive: false, pausedUntilMs: 0 };
  #core: BrokerCore | null = null;
  /** Counts its processes. */
  incarnation = 0;
  failure: unknown = null;

  constructor(options: SimulatedNodeOptions) {
    this.nodeId = options.nodeId;
    this.broker = options.broker;
    this.#options = options;
  }

  /** Null while it is down. */
  get core(): BrokerCore | null {
    return this.#life.isAlive ? this.#core : null;
  }

  get storage(): StorageEngine {
    return this.#disk.storage;
  }

  start(): void {
    const { nodeId, voters, broker, config: more, time, network, random } = this.#options;
    const life: Life = { isAlive: true, pausedUntilMs: 0 };
    this.#life = life;
    this.incarnation += 1;
    const own = voters.get(nodeId);
    const config = new LiveBrokerConfig(
      parseBrokerConfig({
        'node.id': String(nodeId),
        'log.dirs': '/nowhere',
        'controller.quorum.voters': [...voters]
          .map(([id, { host, port }]) => `${id}@${host}:${port}`)
          .join(','),
        listeners: `PLAINTEXT://${broker.host}:${broker.port},CONTROLLER://${own?.host}:${own?.port}`,
        'offsets.topic.num.partitions': '1',
        'transaction.state.log.num.partitions': '1',
        ...more,
      }),
    );
    const clock: Clock = time.clock(this.#skew);
    const ports = {
      clock,
      timers: time.timersOf(life),
      random: { float: () => random.float(), uuid: () => random.uuid() },
      logger: silentLogger,
      network: network.portOf(nodeId, life),
    };
    const core = composeCore(config, ports, {
      storage: this.#disk.storage,
      metadataFolder: this.#disk.folder,
      folder: {
        path: '/nowhere',
        clusterId: 'simulated',
        nodeId,
        directoryId: Buffer.alloc(16, nodeId).toString('base64url'),
      },
      endpoints: [{ name: 'PLAINTEXT', ...broker, securityProtocol: 0 }],
      rooms: new AsyncDisposableStack(),
    });
    this.#core = core;
    const { services } = core;
    void (async () => {
      await core.plane.open();
      if (own !== undefined)
        network.listen(own, { nodeId, kind: 'controller', listener: 'CONTROLLER', life, services });
      await core.plane.start();
      await core.partitions.followed();
      core.replication.start();
      network.listen(broker, { nodeId, kind: 'broker', listener: 'PLAINTEXT', life, services });
    })().catch((error: unknown) => {
      if (life.isAlive) this.failure = error;
    });
  }

  /** The process is gone at once; what it wrote stays. After a loss of power only what was synced is there. */
  async kill({ losesPower }: { readonly losesPower: boolean }): Promise<void> {
    this.#life.isAlive = false;
    this.#core = null;
    // What is left of the old process may go on to write: it does so to a disk that nobody reads any more.
    this.#disk = await copyOf(this.#disk, losesPower);
  }

  /** Frozen, with everything that comes to it waiting. */
  freeze(ms: number): void {
    this.#life.pausedUntilMs = this.#options.time.nowMs + ms;
  }

  jumpWallClock(ms: number): void {
    this.#skew.wallMs += ms;
  }
}

async function copyOf({ storage, folder }: Disk, losesPower: boolean): Promise<Disk> {
  const copy = { storage: createMemoryEngine(), folder: memoryMetadataFolder() };
  for (const log of storage.logs.values()) {
    const own = await copy.storage.open(log.id, log.config);
    const end = losesPower ? log.flushedOffset : log.endOffset;
    if (log.startOffset > 0) await own.resetTo(log.startOffset);
    if (log.endOffset > log.startOffset) {
      for (const batch of await log.read(log.startOffset, EVERYTHING)) own.appendReplicated(batch);
      if (end < log.endOffset) await own.truncateTo(Math.max(end, log.startOffset));
    }
    await own.flush();
  }
  for (const name of await folder.list()) {
    const bytes = await folder.read(name);
    if (bytes !== null) await copy.folder.write(name, bytes);
  }
  return copy;
}
