import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import { incrementalAlterConfigs } from '@millrace/protocol/messages';
import { imageOf } from './cluster-view.ts';
import { ShareMember } from './share-member.ts';
import { SharePromises } from './share-promises.ts';
import { errorOf, ignoreUnanswered, type SimulatedClient, type Workload } from './simulated-client.ts';
import { strikeOne } from './struck-member.ts';

export interface ShareWorkOptions {
  readonly newClient: () => SimulatedClient;
  readonly nodes: readonly SimulatedNode[];
  readonly topic: string;
  readonly partitions: number;
  /** Where each partition ends, once nobody writes any more. */
  readonly endOf: (partition: number) => number;
}

const GROUP = 'sharers';
const MEMBERS = 3;
const GROUP_RESOURCE = 32;
const SET = 0;
const OFFSET_RESET = 'share.auto.offset.reset';
/** As much as brokers allow: deliveries whose answer is lost count too. */
const DELIVERIES_MAX = 25;

/** A share group whose members come, crash and freeze. In the end each record was accepted, and none twice. */
export class ShareWork implements Workload {
  readonly #options: ShareWorkOptions;
  readonly #promises = new SharePromises(DELIVERIES_MAX);
  readonly #members: ShareMember[] = [];
  #failure: string | null = null;
  #isStopping = false;
  #made = 0;

  constructor(options: ShareWorkOptions) {
    this.#options = options;
    void this.#begin().catch((error: unknown) => {
      this.#failure = `share group: ${error}`;
    });
  }

  /** With what is left. */
  get name(): string {
    const { partitions, endOf } = this.#options;
    const left = Array.from({ length: partitions }, (_, partition) => {
      const end = endOf(partition);
      return `${this.#promises.firstLeft(partition, end) ?? end} of ${end}`;
    });
    return `share group (${left})`;
  }

  get failure(): string | null {
    return this.#failure ?? this.#members.find(({ failure }) => failure !== null)?.failure ?? null;
  }

  get isDone(): boolean {
    if (!this.#isStopping) return false;
    const { partitions, endOf } = this.#options;
    for (let partition = 0; partition < partitions; partition += 1)
      if (this.#promises.firstLeft(partition, endOf(partition)) !== null) return false;
    return true;
  }

  stop(): void {
    this.#isStopping = true;
  }

  crash(): void {
    strikeOne(this.#members, () => this.#member());
  }

  /** From the start of the topic on: nobody reads before the group is told so. */
  async #begin(): Promise<void> {
    const client = this.#options.newClient();
    while (!(await this.#readsAll(client).catch(ignoreUnanswered))) await client.pause(50, 300);
    while (!this.#isKnown()) await client.pause(5, 50);
    for (let index = 0; index < MEMBERS; index += 1) this.#members.push(this.#member());
  }

  #isKnown(): boolean {
    return this.#options.nodes.every(
      ({ core }) => core === null || imageOf(core)?.configs.get('group', GROUP)?.has(OFFSET_RESET) === true,
    );
  }

  async #readsAll(client: SimulatedClient): Promise<boolean> {
    const node = client.leaderOf(this.#options.topic, 0)?.node;
    if (node === undefined) return false;
    const configs = [
      { name: OFFSET_RESET, configOperation: SET, value: 'earliest' },
      { name: 'share.delivery.count.limit', configOperation: SET, value: String(DELIVERIES_MAX) },
    ];
    const resources = [{ resourceType: GROUP_RESOURCE, resourceName: GROUP, configs }];
    const answer = await client.ask(node, incrementalAlterConfigs, { resources, validateOnly: false });
    return errorOf(answer.responses[0]?.errorCode) === 'NONE';
  }

  #member(): ShareMember {
    const { newClient, topic } = this.#options;
    this.#made += 1;
    return new ShareMember({
      client: newClient(),
      memberId: Buffer.alloc(16, this.#made).toString('base64url'),
      group: GROUP,
      topic,
      promises: this.#promises,
    });
  }
}
