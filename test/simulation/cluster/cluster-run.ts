import {
  type Life,
  SeededRandom,
  SimulatedNetwork,
  SimulatedNode,
  settled,
  VirtualTime,
} from '@millrace/broker/testing/simulation';
import { createTopics } from '@millrace/protocol/messages';
import { Invariants } from './invariants.ts';
import { SimulatedProducer } from './simulated-producer.ts';

export interface ClusterRunOptions {
  readonly seed: number;
  /** For how long faults come, virtual ms. */
  readonly faultsMs?: number;
  /** Whether nodes lose what was not synced, too. */
  readonly losesPower?: boolean;
  /** Told of each fault, for a look at one seed. */
  readonly say?: (line: string) => void;
}

export interface ClusterRunResult {
  readonly seed: number;
  /** Null where all is well. */
  readonly violation: string | null;
  readonly acknowledged: number;
  readonly faults: number;
  readonly events: number;
}

const NODES = 3;
const PARTITIONS = 2;
const TOPIC = 'orders';
const CONVERGE_MS = 120_000;
const START_MS = 60_000;
/** Looks at the whole cluster are dear: one for so many events. */
const EVENTS_PER_LOOK = 20;
const BROKER_PORT = 9_000;
const CONTROLLER_PORT = 9_500;

/**
 * One seed: three whole brokers with a topic of three replicas, idempotent producers with acks=all, faults; then the faults
 * stop, and everything must come together again, with nothing lost that was acknowledged.
 */
export async function runCluster(options: ClusterRunOptions): Promise<ClusterRunResult> {
  const run = new ClusterRun(options);
  const violation = await run.violation();
  return { seed: options.seed, violation, ...run.counts };
}

class ClusterRun {
  readonly #options: ClusterRunOptions;
  readonly #random: SeededRandom;
  readonly #time = new VirtualTime();
  readonly #network: SimulatedNetwork;
  readonly #nodes: readonly SimulatedNode[];
  readonly #invariants: Invariants;
  readonly #client: Life = { isAlive: true, pausedUntilMs: 0 };
  #producers: SimulatedProducer[] = [];
  #said = '';
  #events = 0;
  #faults = 0;

  constructor(options: ClusterRunOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#network = new SimulatedNetwork(this.#time, this.#random);
    const ids = Array.from({ length: NODES }, (_, index) => index + 1);
    const host = 'node';
    const voters = new Map(ids.map((id) => [id, { host, port: CONTROLLER_PORT + id }]));
    const lagMs = this.#random.between(1_000, 10_000);
    this.#nodes = ids.map(
      (nodeId) =>
        new SimulatedNode({
          nodeId,
          voters,
          broker: { host, port: BROKER_PORT + nodeId },
          config: {
            'replica.lag.time.max.ms': String(lagMs),
            'broker.session.timeout.ms': '3000',
            'broker.heartbeat.interval.ms': '500',
            'metadata.log.max.record.bytes.between.snapshots': String(this.#random.between(500, 20_000)),
          },
          time: this.#time,
          network: this.#network,
          random: this.#random,
        }),
    );
    this.#invariants = new Invariants(this.#nodes, TOPIC);
  }

  get counts() {
    const acknowledged = this.#producers.reduce((sum, producer) => sum + producer.acknowledged, 0);
    return { acknowledged, faults: this.#faults, events: this.#events };
  }

  async violation(): Promise<string | null> {
    try {
      for (const node of this.#nodes) node.start();
      await settled();
      await this.#until(() => this.#isReady(), START_MS, 'the cluster is ready');
      await this.#createTopic();
      this.#producers = Array.from({ length: PARTITIONS }, (_, partition) => this.#producer(partition));
      const faultsUntilMs = this.#time.nowMs + (this.#options.faultsMs ?? 30_000);
      while (this.#time.nowMs < faultsUntilMs) {
        const nextMs = this.#time.nowMs + this.#random.between(100, 3_000);
        await this.#until(() => this.#time.nowMs >= nextMs, CONVERGE_MS, 'time goes on');
        await this.#fault();
      }
      await this.#calm();
      await this.#until(
        () => this.#producers.every(({ isDone }) => isDone),
        CONVERGE_MS,
        'producers are answered',
      );
      await this.#until(() => this.#hasConverged(), CONVERGE_MS, 'all replicas are in sync and alike');
      await this.#invariants.look();
      this.#invariants.checkAcknowledged(this.#producers);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#client.isAlive = false;
      for (const node of this.#nodes) await node.kill({ losesPower: false });
    }
  }

  async #until(isSo: () => boolean, withinMs: number, what: string): Promise<void> {
    const untilMs = this.#time.nowMs + withinMs;
    while (!isSo()) {
      if (this.#time.nowMs > untilMs || !(await this.#time.step()))
        throw new Error(`not within ${withinMs} ms: ${what}`);
      this.#events += 1;
      this.#sayChanges();
      if (this.#events % EVENTS_PER_LOOK === 0) await this.#invariants.look();
      const failed = this.#nodes.find(({ failure }) => failure !== null);
      if (failed) throw new Error(`node ${failed.nodeId} failed: ${failed.failure}`);
      const refused = this.#producers.find(({ failure }) => failure !== null);
      if (refused) throw new Error(`a producer was refused: ${refused.failure}`);
    }
  }

  /** What the newest image says of the partitions, where it is news. */
  #sayChanges(): void {
    const { say } = this.#options;
    if (say === undefined) return;
    const now = this.#partitionImages()
      .map(
        ({ partition, leader, leaderEpoch, isr }) => `${partition}: ${leader} in ${leaderEpoch}, isr ${isr}`,
      )
      .join('; ');
    const leaders = this.#nodes
      .map(({ core, nodeId }) => `${nodeId}:${core === null ? 'down' : quorumOf(core)}`)
      .join(' ');
    const line = `${now} | ${leaders}`;
    if (line !== this.#said) say(`${Math.round(this.#time.nowMs)}     ${line}`);
    this.#said = line;
  }

  #isReady(): boolean {
    return this.#nodes.every(
      ({ core, nodeId }) => core !== null && imageOf(core)?.brokers.get(nodeId)?.fenced === false,
    );
  }

  async #createTopic(): Promise<void> {
    const [node] = this.#nodes;
    if (node === undefined) return;
    let isMade = false;
    const configs = [{ name: 'min.insync.replicas', value: '2' }];
    const topic = {
      name: TOPIC,
      numPartitions: PARTITIONS,
      replicationFactor: NODES,
      assignments: [],
      configs,
    };
    const make = async (): Promise<void> => {
      try {
        const port = this.#network.portOf(-1, this.#client);
        const connection = await port.connect(node.broker, { clientId: 'client' });
        await connection.request(createTopics, { topics: [topic], timeoutMs: 10_000 }, { timeoutMs: 20_000 });
        isMade = true;
      } catch {
        await this.#time.pause(100);
        await make();
      }
    };
    void make();
    await this.#until(() => isMade, START_MS, 'the topic is made');
  }

  #producer(partition: number): SimulatedProducer {
    return new SimulatedProducer({
      topic: TOPIC,
      partition,
      producerId: 1_000_000 + partition,
      nodes: this.#nodes,
      time: this.#time,
      random: this.#random,
      port: this.#network.portOf(-1, this.#client),
      acknowledged: (offset, batch) => this.#invariants.acknowledged(partition, offset, batch),
    });
  }

  async #fault(): Promise<void> {
    this.#faults += 1;
    const node = this.#nodes[this.#random.between(0, NODES)] as SimulatedNode;
    const other = this.#nodes[this.#random.between(0, NODES)] as SimulatedNode;
    const down = this.#nodes.filter(({ core }) => core === null);
    const kind = this.#random.between(0, 8);
    const say = (what: string) => this.#options.say?.(`${Math.round(this.#time.nowMs)} ${what}`);
    if (kind <= 1 && node.core !== null) {
      // Power goes at one place at a time: what only page caches hold must be in another one.
      const losesPower =
        this.#options.losesPower === true && kind === 1 && down.length === 0 && this.#inSyncEverywhere();
      say(`kill ${node.nodeId}${losesPower ? ' with its power' : ''}`);
      await node.kill({ losesPower });
    } else if (kind <= 3 && down.length > 0) {
      for (const one of down) say(`start ${one.nodeId}`);
      for (const one of down) one.start();
    } else if (kind === 4) {
      say(`cut ${node.nodeId} > ${other.nodeId}`);
      if (node !== other) this.#network.cut(node.nodeId, other.nodeId);
      if (node !== other && this.#random.float() < 0.5) this.#network.cut(other.nodeId, node.nodeId);
    } else if (kind === 5) {
      say('heal');
      this.#network.heal();
    } else if (kind === 6) {
      const ms = this.#random.between(100, 6_000);
      say(`freeze ${node.nodeId} for ${ms} ms`);
      node.freeze(ms);
    } else {
      this.#network.lossRate = this.#random.float() * 0.1;
      this.#network.delayMaxMs = this.#random.between(1, 200);
      node.jumpWallClock(this.#random.between(-3_600_000, 3_600_000));
      say(`loss ${this.#network.lossRate.toFixed(3)}, delay ${this.#network.delayMaxMs}`);
    }
    await settled();
  }

  async #calm(): Promise<void> {
    this.#options.say?.(`${Math.round(this.#time.nowMs)} calm`);
    this.#network.heal();
    this.#network.delayMaxMs = 5;
    for (const node of this.#nodes) if (node.core === null) node.start();
    for (const producer of this.#producers) producer.stop();
    await settled();
  }

  #inSyncEverywhere(): boolean {
    return this.#partitionImages().every(({ isr }) => isr.length === NODES);
  }

  #partitionImages() {
    const images = this.#nodes.flatMap(({ core }) => (core === null ? [] : [imageOf(core)]));
    const newest = images.reduce(
      (best, image) => ((image?.offset ?? -1) > (best?.offset ?? -1) ? image : best),
      null,
    );
    return newest?.topicsByName.get(TOPIC)?.partitions ?? [];
  }

  #hasConverged(): boolean {
    if (!this.#isReady()) return false;
    const partitions = this.#partitionImages();
    if (partitions.length < PARTITIONS || !this.#inSyncEverywhere()) return false;
    return partitions.every(({ partition }) => {
      const ends = this.#nodes.map(({ core }) => {
        const local = core?.partitions.get(TOPIC, partition);
        return local === undefined || local.highWatermark < local.log.endOffset ? -1 : local.log.endOffset;
      });
      return ends.every((end) => end >= 0 && end === ends[0]);
    });
  }
}

function imageOf(core: NonNullable<SimulatedNode['core']>) {
  try {
    return core.plane.metadata.image();
  } catch {
    // It has not begun yet.
    return null;
  }
}

function quorumOf(core: NonNullable<SimulatedNode['core']>): string {
  try {
    const { leaderId, leaderEpoch } = core.plane.quorum.state();
    return `${leaderId}@${leaderEpoch}`;
  } catch {
    return 'opening';
  }
}
