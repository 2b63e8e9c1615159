import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, createAdmin } from '@millrace/client';
import { eventually, freePort } from '../support/index.ts';
import { type ClusterNode, clusterNode } from '../support/millrace-cluster.ts';
import { FaultLink, type LinkState } from './fault-link.ts';

const SIZE = 3;
const WHOLE_TIMEOUT_MS = 180_000;
const OPEN: LinkState = { cut: false, delayMs: 0 };

/** Three brokers, each a controller too, as processes; what they say to each other goes through links of ours. Clients connect directly. */
export class FaultyCluster {
  readonly folder: string;
  readonly nodes: readonly ClusterNode[];
  readonly bootstrapServers: readonly string[];
  readonly admin: Admin;
  readonly #links: readonly FaultLink[];
  readonly #states: Map<string, LinkState>;

  private constructor(
    folder: string,
    nodes: readonly ClusterNode[],
    links: readonly FaultLink[],
    states: Map<string, LinkState>,
  ) {
    this.folder = folder;
    this.nodes = nodes;
    this.#links = links;
    this.#states = states;
    this.bootstrapServers = nodes.map(({ address }) => address);
    this.admin = createAdmin({ bootstrapServers: this.bootstrapServers, requestTimeoutMs: 10_000 });
  }

  static async start(): Promise<FaultyCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'cluster-faults-'));
    const states = new Map<string, LinkState>();
    const rule = (from: number, to: number) => states.get(`${from}>${to}`) ?? OPEN;
    const links: FaultLink[] = [];
    const ports = [];
    for (let id = 1; id <= SIZE; id += 1) {
      const own = { id, client: await freePort(), peer: await freePort(), controller: await freePort() };
      const peer = await FaultLink.open({ to: id, targetPort: own.peer, rule });
      const controller = await FaultLink.open({ to: id, targetPort: own.controller, rule });
      links.push(peer, controller);
      ports.push({ ...own, peerLink: peer.port, controllerLink: controller.port });
    }
    const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
    const voters = ports.map(({ id, controllerLink }) => `${id}@127.0.0.1:${controllerLink}`).join(',');
    const nodes = ports.map(({ id, client, peer, controller, peerLink }) =>
      clusterNode(id, `127.0.0.1:${client}`, {
        'node.id': String(id),
        'cluster.id': clusterId,
        'process.roles': 'broker,controller',
        'controller.quorum.voters': voters,
        // That of clients comes first: where nobody listens any more is looked at there.
        listeners: `CLIENTS://127.0.0.1:${client},PEERS://127.0.0.1:${peer},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': `CLIENTS://127.0.0.1:${client},PEERS://127.0.0.1:${peerLink}`,
        'listener.security.protocol.map': 'CLIENTS:PLAINTEXT,PEERS:PLAINTEXT,CONTROLLER:PLAINTEXT',
        'inter.broker.listener.name': 'PEERS',
        'log.dirs': join(folder, `node-${id}`),
        'default.replication.factor': String(SIZE),
        'min.insync.replicas': '2',
        'offsets.topic.num.partitions': '4',
        'transaction.state.log.num.partitions': '4',
        'group.initial.rebalance.delay.ms': '0',
      }),
    );
    const cluster = new FaultyCluster(folder, nodes, links, states);
    try {
      await Promise.all(nodes.map((node) => node.start()));
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** The link between two nodes, in one direction. */
  setLink(from: number, to: number, state: LinkState): void {
    this.#states.set(`${from}>${to}`, state);
  }

  healLinks(): void {
    this.#states.clear();
  }

  async leaderOf(topic: string, partition: number): Promise<number> {
    const [described] = await this.admin.describeTopics([topic]);
    return described?.partitions[partition]?.leader ?? -1;
  }

  async quorumLeader(): Promise<number> {
    return (await this.admin.describeQuorum()).leaderId;
  }

  /** Every broker serves, every in-sync set is whole. @throws {Error} with what is missing */
  async whole(): Promise<void> {
    let missing: readonly string[] = [];
    try {
      await eventually(
        async () => {
          missing = await this.#missing().catch((error: Error) => [error.message]);
          return missing.length === 0;
        },
        { what: 'the cluster to be whole', timeoutMs: WHOLE_TIMEOUT_MS },
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${missing.slice(0, 10).join('; ')}`, { cause: error });
    }
  }

  async #missing(): Promise<readonly string[]> {
    const { brokers } = await this.admin.describeCluster();
    const topics = await this.admin.listTopics();
    return [
      ...(brokers.length < SIZE ? [`${brokers.length} brokers serve`] : []),
      ...topics.flatMap(({ name, partitions }) =>
        partitions
          .filter(({ isr, replicas, leader }) => leader < 0 || isr.length < replicas.length)
          .map(({ partition, leader, isr }) => `${name}-${partition} led by ${leader}, in sync ${isr}`),
      ),
    ];
  }

  /** Ends everything; the folder stays where something is to be looked at. */
  async close({ keepFolder = false } = {}): Promise<void> {
    this.healLinks();
    await this.admin.close().catch(() => undefined);
    await Promise.all(this.nodes.map((node) => node.kill()));
    for (const link of this.#links) link.close();
    if (!keepFolder) await rm(this.folder, { recursive: true, force: true });
  }
}
