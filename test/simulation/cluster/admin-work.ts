import {
  alterPartitionReassignments,
  createPartitions,
  createTopics,
  deleteTopics,
  electLeaders,
  incrementalAlterConfigs,
} from '@millrace/protocol/messages';
import { newestImage } from './cluster-view.ts';
import { ignoreUnanswered, type SimulatedClient, type Workload } from './simulated-client.ts';

export interface AdminWorkOptions {
  readonly client: SimulatedClient;
  readonly nodes: Parameters<typeof newestImage>[0];
  readonly replicas: number;
  /** A topic that stays; its configs change. */
  readonly steady: string;
}

type Standing = 'there' | 'gone' | 'unknown';

/** More would only make the looks at the cluster dear. */
const TOPICS_MAX = 6;
const TOPIC_RESOURCE = 2;
const SET = 0;
const PREFERRED = 0;

/** Somebody who makes, grows and deletes topics, changes configs, and has leaders elected. What was acknowledged holds. */
export class AdminWork implements Workload {
  readonly name = 'admin';
  isDone = false;
  failure: string | null = null;
  readonly #options: AdminWorkOptions;
  /** By id. */
  readonly #topics = new Map<string, Standing>();
  #made = 0;
  #isStopping = false;

  constructor(options: AdminWorkOptions) {
    this.#options = options;
    void this.#run().catch((error: unknown) => {
      this.failure = `admin: ${error}`;
    });
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** In the end. */
  check(): void {
    const image = newestImage(this.#options.nodes);
    for (const [topicId, standing] of this.#topics) {
      const isThere = image?.topicsById.has(topicId) === true;
      if (standing !== 'unknown' && isThere !== (standing === 'there'))
        throw new Error(`topic ${topicId} was said to be ${standing}, and is ${isThere ? 'there' : 'gone'}`);
    }
  }

  async #run(): Promise<void> {
    const { client } = this.#options;
    while (!this.#isStopping) {
      await client.pause(100, 1_500);
      await this.#act().catch(ignoreUnanswered);
    }
    this.isDone = true;
  }

  async #act(): Promise<void> {
    const { client, steady, nodes } = this.#options;
    const brokers = nodes.filter(({ isBroker }) => isBroker);
    const node = brokers[client.random.between(0, brokers.length)];
    if (node === undefined) return;
    const timeoutMs = 5_000;
    switch (client.random.between(0, 7)) {
      case 0:
      case 1:
        if (this.#made < TOPICS_MAX) await this.#make(node);
        return;
      case 2:
        return await this.#delete(node);
      case 3: {
        const topics = [{ name: 'passing-1', count: client.random.between(2, 4), assignments: null }];
        await client.ask(node, createPartitions, { topics, timeoutMs, validateOnly: false });
        return;
      }
      case 4: {
        const value = String(client.random.between(1_000_000, 2_000_000));
        const configs = [{ name: 'max.message.bytes', configOperation: SET, value }];
        const resources = [{ resourceType: TOPIC_RESOURCE, resourceName: steady, configs }];
        await client.ask(node, incrementalAlterConfigs, { resources, validateOnly: false });
        return;
      }
      case 5:
        return await this.#reassign(node);
      default:
        await client.ask(node, electLeaders, { electionType: PREFERRED, topicPartitions: null, timeoutMs });
    }
  }

  /** Moves a partition of the steady topic to any brokers, as many as it has. */
  async #reassign(node: Parameters<SimulatedClient['ask']>[0]): Promise<void> {
    const { client, steady, nodes, replicas } = this.#options;
    const left = nodes.filter(({ isBroker }) => isBroker).map(({ nodeId }) => nodeId);
    const chosen: number[] = [];
    while (chosen.length < replicas) chosen.push(...left.splice(client.random.between(0, left.length), 1));
    const partitions = [{ partitionIndex: 0, replicas: chosen }];
    const topics = [{ name: steady, partitions }];
    await client.ask(node, alterPartitionReassignments, { topics, timeoutMs: 5_000 });
  }

  async #make(node: Parameters<SimulatedClient['ask']>[0]): Promise<void> {
    const { client, replicas } = this.#options;
    const numPartitions = client.random.between(1, 3);
    const replicationFactor = client.random.between(1, replicas + 1);
    this.#made += 1;
    const name = `passing-${this.#made}`;
    const topic = { name, numPartitions, replicationFactor, assignments: [], configs: [] };
    const answer = await client.ask(node, createTopics, { topics: [topic], timeoutMs: 2_000 });
    const made = answer.topics[0];
    if (made?.errorCode === 0) this.#topics.set(made.topicId, 'there');
  }

  async #delete(node: Parameters<SimulatedClient['ask']>[0]): Promise<void> {
    const { client } = this.#options;
    const [topicId] = [...this.#topics].find(([, standing]) => standing === 'there') ?? [];
    if (topicId === undefined) return;
    this.#topics.set(topicId, 'unknown');
    const topics = [{ name: null, topicId }];
    const answer = await client.ask(node, deleteTopics, { topics, timeoutMs: 2_000 });
    if (answer.responses[0]?.errorCode === 0) this.#topics.set(topicId, 'gone');
  }
}
