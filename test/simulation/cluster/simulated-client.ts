import {
  coordinatorPartitionOf,
  type Life,
  type SimulatedNetwork,
  type SimulatedNode,
  type VirtualTime,
} from '@millrace/broker/testing/simulation';
import { type Api, errorByCode } from '@millrace/protocol';
import { findCoordinator } from '@millrace/protocol/messages';
import { newestImage } from './cluster-view.ts';

export interface SimulatedClientOptions {
  readonly nodes: readonly SimulatedNode[];
  readonly time: VirtualTime;
  readonly random: { between(low: number, high: number): number; float(): number };
  readonly network: SimulatedNetwork;
}

/** Who leads a partition, as some broker says. */
export interface KnownLeader {
  readonly node: SimulatedNode;
  readonly topicId: string;
  readonly leaderEpoch: number;
}

type Connection = Awaited<ReturnType<ReturnType<SimulatedNetwork['portOf']>['connect']>>;

const REQUEST_TIMEOUT_MS = 3_000;
const CLIENT_ID = -1;

/** One client process: it asks brokers, keeps a connection to each, and can be gone at any moment. */
export class SimulatedClient {
  readonly life: Life = { isAlive: true, pausedUntilMs: 0 };
  readonly time: VirtualTime;
  readonly random: SimulatedClientOptions['random'];
  readonly #options: SimulatedClientOptions;
  readonly #connections = new Map<number, Connection>();
  /** By partition: as clients do, it never goes back to an older leader. */
  readonly #epochs = new Map<string, number>();

  constructor(options: SimulatedClientOptions) {
    this.#options = options;
    this.time = options.time;
    this.random = options.random;
  }

  get isAlive(): boolean {
    return this.life.isAlive;
  }

  /** The process is gone, whatever it was at. */
  crash(): void {
    this.life.isAlive = false;
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  /** Never comes back where the client is gone meanwhile. */
  async pause(lowMs: number, highMs: number): Promise<void> {
    const { time, random } = this.#options;
    await new Promise<void>((resolve) =>
      time.at(time.nowMs + random.between(lowMs, highMs), this.life, resolve),
    );
  }

  /** What some broker has replayed of the metadata; null where it is down. */
  image() {
    const { nodes, random } = this.#options;
    const brokers = nodes.filter(({ isBroker }) => isBroker);
    const core = brokers[random.between(0, brokers.length)]?.core;
    try {
      return core?.plane.metadata.image() ?? null;
    } catch {
      // It has not begun yet.
      return null;
    }
  }

  leaderOf(topic: string, partition: number): KnownLeader | null {
    const known = this.image()?.topicsByName.get(topic);
    const state = known?.partitions[partition];
    const key = `${known?.id} ${partition}`;
    const node = this.#options.nodes.find(({ nodeId }) => nodeId === state?.leader);
    if (!known || !state || !node || state.leaderEpoch < (this.#epochs.get(key) ?? -1)) return null;
    this.#epochs.set(key, state.leaderEpoch);
    return { node, topicId: known.id, leaderEpoch: state.leaderEpoch };
  }

  /** The coordinator of a group (0) or a transactional id (1), as some broker says. */
  async coordinator(keyType: 0 | 1, key: string): Promise<SimulatedNode | null> {
    const { nodes, random } = this.#options;
    const brokers = nodes.filter(({ isBroker }) => isBroker);
    const asked = brokers[random.between(0, brokers.length)];
    if (asked === undefined) return null;
    const answer = await this.ask(asked, findCoordinator, { key: '', keyType, coordinatorKeys: [key] });
    const told = answer.coordinators[0];
    if (told === undefined || told.errorCode !== 0) return null;
    return nodes.find(({ nodeId }) => nodeId === told.nodeId) ?? null;
  }

  /** Whether the newest metadata of all nodes have it lead the group's partition. */
  coordinates({ nodeId }: SimulatedNode, group: string): boolean {
    const partitions =
      newestImage(this.#options.nodes)?.topicsByName.get('__consumer_offsets')?.partitions ?? [];
    return partitions[coordinatorPartitionOf(group, partitions.length)]?.leader === nodeId;
  }

  /** Whether the newest metadata of all nodes have it fenced. */
  isFenced({ nodeId }: SimulatedNode): boolean {
    return newestImage(this.#options.nodes)?.brokers.get(nodeId)?.fenced === true;
  }

  /** @throws {MillraceError} where no answer came */
  async ask<Req, ReqInit, Res, ResInit>(
    node: SimulatedNode,
    api: Api<Req, ReqInit, Res, ResInit>,
    body: ReqInit,
    how: { readonly timeoutMs?: number; readonly maxVersion?: number } = {},
  ): Promise<Res> {
    const connection = await this.#connection(node);
    return await connection.request(api, body, { timeoutMs: REQUEST_TIMEOUT_MS, ...how });
  }

  async #connection(node: SimulatedNode): Promise<Connection> {
    const known = this.#connections.get(node.nodeId);
    if (known?.isOpen === true) return known;
    const port = this.#options.network.portOf(CLIENT_ID, this.life);
    const connection = await port.connect(node.broker, { clientId: 'client' });
    this.#connections.set(node.nodeId, connection);
    return connection;
  }
}

/** Kafka's name of an error; what is not there counts as one too. */
export function errorOf(code: number | undefined): string {
  return code === undefined ? 'UNKNOWN_SERVER_ERROR' : errorByCode(code).name;
}

/** What the network did not let through is tried again by whoever asked; all else is a finding. */
export function ignoreUnanswered(error: unknown): null {
  const isOfNetwork = error instanceof Error && error.message.startsWith('The simulated network');
  if (!isOfNetwork) throw error;
  return null;
}

/** What runs beside the faults, and what it has to say in the end. */
export interface Workload {
  readonly name: string;
  /** What was broken, as far as it can tell by itself. */
  readonly failure: string | null;
  /** Everything that it had begun is ended: after `stop` alone. */
  readonly isDone: boolean;
  /** Begins nothing more. */
  stop(): void;
  /** Its client is gone at once, or frozen; another one takes over. */
  crash?(): void;
  /** Throws what is found when all has come together. */
  check?(): void;
}
