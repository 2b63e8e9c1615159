import {
  SeededRandom,
  SimulatedNetwork,
  SimulatedNode,
  settled,
  VirtualTime,
} from '@millrace/broker/testing/simulation';
import { createTopics } from '@millrace/protocol/messages';
import { AdminWork } from './admin-work.ts';
import { type ClusterPlan, drawPlan, type TopicPlan } from './cluster-plan.ts';
import { imageOf, isReady, newestImage, quorumOf, unrest } from './cluster-view.ts';
import { CommittedReader } from './committed-reader.ts';
import { Faults } from './faults.ts';
import { GroupWork } from './group-work.ts';
import { Invariants } from './invariants.ts';
import { Pipeline } from './pipeline.ts';
import { ShareWork } from './share-work.ts';
import { errorOf, SimulatedClient, type Workload } from './simulated-client.ts';
import { SimulatedProducer } from './simulated-producer.ts';
import { checkLedger, checkOrders } from './stored-records.ts';

export interface ClusterRunOptions {
  readonly seed: number;
  /** Told of each fault and change of leaders, for a look at one seed. */
  readonly say?: (line: string) => void;
}

export interface ClusterRunResult {
  readonly seed: number;
  /** Null where all is well. */
  readonly violation: string | null;
  /** Batches. */
  readonly acknowledged: number;
  readonly faults: number;
  readonly events: number;
}

const CONVERGE_MS = 120_000;
const START_MS = 60_000;
const BROKER_PORT = 9_000;
const CONTROLLER_PORT = 19_000;
const HOST = 'node';
/** Of idempotent producers that were given no id by the cluster: beyond all that it gives. */
const FIRST_PRODUCER_ID = 1_000_000_000;
const LEDGER_KEYS = ['a', 'b', 'c', 'd', 'e'];

/**
 * One seed: whole brokers with their controllers, clients at work, faults; then the faults stop, and everything must come together
 * again, with nothing lost that was acknowledged.
 */
export async function runCluster(options: ClusterRunOptions): Promise<ClusterRunResult> {
  const run = new ClusterRun(options);
  const violation = await run.violation();
  return { seed: options.seed, violation, ...run.counts };
}

class ClusterRun {
  readonly #options: ClusterRunOptions;
  readonly #plan: ClusterPlan;
  readonly #random: SeededRandom;
  readonly #time = new VirtualTime();
  readonly #network: SimulatedNetwork;
  readonly #nodes: readonly SimulatedNode[];
  readonly #invariants: Invariants;
  readonly #faults: Faults;
  #producers: SimulatedProducer[] = [];
  #work: Workload[] = [];
  #said = '';
  #events = 0;

  constructor(options: ClusterRunOptions) {
    this.#options = options;
    this.#plan = drawPlan(options.seed);
    this.#random = new SeededRandom(options.seed);
    this.#network = new SimulatedNetwork(this.#time, this.#random);
    this.#nodes = nodesOf(this.#plan, { time: this.#time, network: this.#network, random: this.#random });
    this.#invariants = new Invariants(this.#nodes, Number(this.#plan.config['min.insync.replicas']));
    this.#faults = new Faults({
      plan: this.#plan,
      nodes: this.#nodes,
      network: this.#network,
      random: this.#random,
      time: this.#time,
      invariants: this.#invariants,
      work: () => this.#work,
      say: (line) => options.say?.(`${Math.round(this.#time.nowMs)} ${line}`),
    });
  }

  get counts() {
    const acknowledged = this.#producers.reduce((sum, producer) => sum + producer.acknowledged, 0);
    return { acknowledged, faults: this.#faults.count, events: this.#events };
  }

  async violation(): Promise<string | null> {
    const plan = this.#plan;
    this.#options.say?.(`brokers ${plan.brokers}, controllers ${plan.controllers}, work ${[...plan.work]}`);
    try {
      for (const node of this.#nodes) node.start();
      await settled();
      await this.#until(
        () => isReady(this.#nodes),
        START_MS,
        () => 'the cluster is ready',
      );
      await this.#createTopics();
      this.#begin();
      const faultsUntilMs = this.#time.nowMs + plan.faultsMs;
      while (this.#time.nowMs < faultsUntilMs) {
        const nextMs = this.#time.nowMs + this.#random.between(50, plan.calmMaxMs);
        await this.#until(
          () => this.#time.nowMs >= nextMs,
          CONVERGE_MS,
          () => 'time goes on',
        );
        await this.#faults.next();
        await settled();
      }
      this.#faults.end();
      for (const work of this.#work) work.stop();
      await settled();
      await this.#until(
        () => this.#work.every(({ isDone }) => isDone),
        CONVERGE_MS,
        () => `clients end: ${this.#undone()}`,
      );
      await this.#until(
        () => unrest(this.#nodes) === null,
        CONVERGE_MS,
        () => `the cluster is whole: ${unrest(this.#nodes)}`,
      );
      await this.#invariants.look();
      await this.#check();
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      for (const node of this.#nodes) await node.kill({ losesPower: false });
    }
  }

  async #check(): Promise<void> {
    for (const work of this.#work) work.check?.();
    for (const producer of this.#producers) {
      const { topic, partition } = producer;
      if (topic === this.#plan.orders.name) checkOrders(this.#invariants.logOf(topic, partition), producer);
      else await checkLedger(this.#nodes, producer);
    }
  }

  #undone(): string {
    const left = this.#work.filter(({ isDone }) => !isDone).map(({ name }) => name);
    return `${left} (${unrest(this.#nodes)})`;
  }

  async #until(isSo: () => boolean, withinMs: number, what: () => string): Promise<void> {
    const untilMs = this.#time.nowMs + withinMs;
    while (!isSo()) {
      if (this.#time.nowMs > untilMs || !(await this.#time.step()))
        throw new Error(`not within ${withinMs} ms: ${what()}`);
      this.#events += 1;
      if (this.#options.say !== undefined) this.#sayChanges(this.#options.say);
      await this.#invariants.look();
      await this.#faults.watch();
      const failed = this.#nodes.find(({ failure }) => failure !== null);
      if (failed) throw new Error(`node ${failed.nodeId} failed: ${failed.failure}`);
      const refused = this.#work.find(({ failure }) => failure !== null);
      if (refused) throw new Error(refused.failure ?? '');
    }
  }

  /** What the newest image says of the partitions, and who leads the quorum, where it is news. */
  #sayChanges(say: (line: string) => void): void {
    const partitions: string[] = [];
    for (const topic of newestImage(this.#nodes)?.topicsById.values() ?? [])
      for (const { partition, leader, leaderEpoch, isr, elr } of topic.partitions)
        partitions.push(
          `${topic.name}-${partition}: ${leader}@${leaderEpoch} [${isr}]${elr.length > 0 ? ` elr ${elr}` : ''}`,
        );
    const leaders = this.#nodes.map(({ core, nodeId }) => {
      const state = core === null ? null : quorumOf(core);
      const own = core === null ? undefined : imageOf(core)?.brokers.get(nodeId);
      const standing = own === undefined ? '' : own.fenced ? ' fenced' : ` epoch ${own.epoch}`;
      return `${nodeId}: ${state === null ? 'down' : `${state.leaderId}@${state.leaderEpoch}`}${standing}`;
    });
    const line = `  ${partitions.join(', ')} | ${leaders.join(', ')}`;
    if (line !== this.#said) say(`${Math.round(this.#time.nowMs)} ${line}`);
    this.#said = line;
  }

  #client(): SimulatedClient {
    return new SimulatedClient({
      nodes: this.#nodes,
      time: this.#time,
      random: this.#random,
      network: this.#network,
    });
  }

  async #createTopics(): Promise<void> {
    const { orders, bills, ledger, work } = this.#plan;
    const topics = [orders];
    if (work.has('transactions')) topics.push(bills);
    if (work.has('ledger')) topics.push(ledger);
    const client = this.#client();
    let made = 0;
    const make = async (topic: TopicPlan): Promise<void> => {
      const node = this.#nodes.find(({ isBroker }) => isBroker);
      const answer =
        node &&
        (await client
          .ask(node, createTopics, { topics: [wireTopic(topic)], timeoutMs: 10_000 }, { timeoutMs: 20_000 })
          .catch(() => null));
      const error = errorOf(answer?.topics[0]?.errorCode);
      if (error === 'NONE' || error === 'TOPIC_ALREADY_EXISTS') made += 1;
      else {
        await client.pause(100, 101);
        await make(topic);
      }
    };
    for (const topic of topics) void make(topic);
    await this.#until(
      () => made === topics.length,
      START_MS,
      () => 'the topics are made',
    );
  }

  #begin(): void {
    const { orders, ledger, work } = this.#plan;
    for (let partition = 0; partition < orders.partitions; partition += 1)
      this.#producers.push(this.#producer(orders, partition, null));
    if (work.has('ledger')) this.#producers.push(this.#producer(ledger, 0, LEDGER_KEYS));
    this.#work = [
      ...this.#producers,
      ...(work.has('transactions') ? this.#pipelines() : []),
      ...(work.has('group') ? [this.#group()] : []),
      ...(work.has('admin') ? [this.#admin()] : []),
      ...(work.has('share') ? [this.#shareGroup()] : []),
    ];
  }

  #pipelines(): readonly Workload[] {
    const { orders, bills, transactionVersion: version, looks } = this.#plan;
    const newClient = () => this.#client();
    const from = orders.name;
    const to = { topic: bills.name, partitions: bills.partitions };
    const pipelines = Array.from(
      { length: orders.partitions },
      (_, partition) => new Pipeline({ newClient, partition, from, to, version, looks }),
    );
    const readers = Array.from(
      { length: bills.partitions },
      (_, partition) =>
        new CommittedReader({ client: this.#client(), topic: bills.name, partition, pipelines }),
    );
    return [...pipelines, ...readers];
  }

  #group(): Workload {
    const { orders, groupProtocols: protocols } = this.#plan;
    return new GroupWork({
      newClient: () => this.#client(),
      topic: orders.name,
      partitions: orders.partitions,
      protocols,
      endOf: (partition) => this.#invariants.logOf(orders.name, partition).end,
    });
  }

  #shareGroup(): Workload {
    const { orders } = this.#plan;
    return new ShareWork({
      newClient: () => this.#client(),
      nodes: this.#nodes,
      topic: orders.name,
      partitions: orders.partitions,
      endOf: (partition) => this.#invariants.logOf(orders.name, partition).end,
    });
  }

  #admin(): Workload {
    const { orders } = this.#plan;
    const { name: steady, replicas } = orders;
    return new AdminWork({ client: this.#client(), nodes: this.#nodes, replicas, steady });
  }

  #producer({ name }: TopicPlan, partition: number, keys: readonly string[] | null): SimulatedProducer {
    return new SimulatedProducer({
      client: this.#client(),
      topic: name,
      partition,
      producerId: FIRST_PRODUCER_ID + this.#producers.length,
      keys,
      acknowledged: (offset, batch) => this.#invariants.logOf(name, partition).acknowledged(offset, batch),
    });
  }
}

function wireTopic({ name, partitions, replicas, minInSync, configs }: TopicPlan) {
  const all = { 'min.insync.replicas': String(minInSync), ...configs };
  return {
    name,
    numPartitions: partitions,
    replicationFactor: replicas,
    assignments: [],
    configs: Object.entries(all).map(([key, value]) => ({ name: key, value })),
  };
}

function nodesOf(
  plan: ClusterPlan,
  world: { readonly time: VirtualTime; readonly network: SimulatedNetwork; readonly random: SeededRandom },
): readonly SimulatedNode[] {
  const voters = new Map(plan.controllers.map((id) => [id, { host: HOST, port: CONTROLLER_PORT + id }]));
  const ids = [...new Set([...plan.brokers, ...plan.controllers])];
  return ids.map(
    (nodeId) =>
      new SimulatedNode({
        nodeId,
        voters,
        broker: { host: HOST, port: BROKER_PORT + nodeId },
        isBroker: plan.brokers.includes(nodeId),
        config: plan.config,
        writeMaxMs: plan.writeMaxMs,
        ...world,
      }),
  );
}
