import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import { shareAcknowledge, shareFetch, shareGroupHeartbeat } from '@millrace/protocol/messages';
import type { SharePromises } from './share-promises.ts';
import { errorOf, ignoreUnanswered, type SimulatedClient } from './simulated-client.ts';

export interface ShareMemberOptions {
  readonly client: SimulatedClient;
  readonly memberId: string;
  readonly group: string;
  readonly topic: string;
  readonly promises: SharePromises;
}

interface Acquired {
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** What it reads from one broker. */
interface Session {
  epoch: number;
  readonly partitions: readonly number[];
}

const MAX_BYTES = 20_000;
const RECORDS_MAX = 12;
const ACCEPT = 1;
const RELEASE = 2;
/** What it does with records: the rest it keeps until their lock ends. */
const ACCEPT_RATE = 0.8;
const RELEASE_RATE = 0.1;
/** What is said of an acceptance that does not count. Errors of sessions leave it open: the same request may have come before. */
const NOT_HELD = 'INVALID_RECORD_STATE';

/** A consumer in a share group: acquires records wherever they are led, and accepts, releases or forgets them. */
export class ShareMember {
  failure: string | null = null;
  readonly client: SimulatedClient;
  readonly #options: ShareMemberOptions;
  /** By node. */
  readonly #sessions = new Map<number, Session>();
  #epoch = 0;
  #partitions: readonly number[] = [];

  constructor(options: ShareMemberOptions) {
    this.#options = options;
    this.client = options.client;
    void this.#run().catch((error: unknown) => {
      if (this.client.isAlive) this.failure = `share group ${options.group}: ${error}`;
    });
  }

  async #run(): Promise<void> {
    const { client, group, topic } = this.#options;
    for (;;) {
      await client.pause(50, 300);
      const coordinator = await client.coordinator(0, group).catch(() => null);
      if (coordinator !== null) await this.#beat(coordinator).catch(ignoreUnanswered);
      const byNode = new Map<SimulatedNode, number[]>();
      for (const partition of this.#partitions) {
        const node = client.leaderOf(topic, partition)?.node;
        if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), partition]);
      }
      for (const [node, partitions] of byNode) await this.#turn(node, partitions);
    }
  }

  async #beat(coordinator: SimulatedNode): Promise<void> {
    const { client, group, memberId, topic } = this.#options;
    const subscribedTopicNames = this.#epoch === 0 ? [topic] : null;
    const asked = { groupId: group, memberId, memberEpoch: this.#epoch, subscribedTopicNames };
    const answer = await client.ask(coordinator, shareGroupHeartbeat, asked);
    const error = errorOf(answer.errorCode);
    if (['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH', 'GROUP_ID_NOT_FOUND'].includes(error)) {
      this.#epoch = 0;
      this.#partitions = [];
    }
    if (error !== 'NONE') return;
    this.#epoch = answer.memberEpoch;
    if (answer.assignment !== null)
      this.#partitions = answer.assignment.topicPartitions.flatMap(({ partitions }) => [...partitions]);
  }

  /** Reads once from a broker, and says what becomes of it. */
  async #turn(node: SimulatedNode, partitions: readonly number[]): Promise<void> {
    const known = this.#sessions.get(node.nodeId);
    const isSame = known?.partitions.join() === partitions.join();
    const session = known !== undefined && isSame ? known : { epoch: 0, partitions };
    this.#sessions.set(node.nodeId, session);
    const { promises } = this.#options;
    const acquired = await this.#fetch(node, session).catch((error: unknown) => {
      promises.unanswered();
      return ignoreUnanswered(error);
    });
    for (const { partition, firstOffset, lastOffset } of acquired ?? [])
      promises.delivered(partition, firstOffset, lastOffset);
    if (acquired === null) {
      this.#sessions.delete(node.nodeId);
      return;
    }
    for (const records of acquired) {
      const dice = this.client.random.float();
      if (dice > ACCEPT_RATE + RELEASE_RATE) continue;
      if (this.client.random.float() < 0.3) await this.client.pause(1, 400);
      const error = await this.#acknowledge(node, session, records, dice < ACCEPT_RATE ? ACCEPT : RELEASE);
      if (error === 'NONE') continue;
      this.#sessions.delete(node.nodeId);
      return;
    }
  }

  /** @returns null where the session has to begin anew */
  async #fetch(node: SimulatedNode, session: Session): Promise<readonly Acquired[] | null> {
    const { client, group, memberId, topic } = this.#options;
    const topicId = client.leaderOf(topic, session.partitions[0] ?? 0)?.topicId;
    if (topicId === undefined) return null;
    const partitions = session.partitions.map((partitionIndex) => ({
      partitionIndex,
      acknowledgementBatches: [],
    }));
    const answer = await client.ask(node, shareFetch, {
      groupId: group,
      memberId,
      shareSessionEpoch: session.epoch,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: MAX_BYTES,
      maxRecords: RECORDS_MAX,
      batchSize: RECORDS_MAX,
      topics: session.epoch === 0 ? [{ topicId, partitions }] : [],
      forgottenTopicsData: [],
    });
    if (answer.errorCode !== 0) return null;
    session.epoch += 1;
    const told = answer.responses.flatMap((one) => one.partitions);
    if (told.some(({ errorCode }) => errorCode !== 0)) return null;
    return told.flatMap(({ partitionIndex: partition, acquiredRecords }) =>
      acquiredRecords.map(({ firstOffset, lastOffset }) => ({ partition, firstOffset, lastOffset })),
    );
  }

  /** @returns the error, where it does not count */
  async #acknowledge(
    node: SimulatedNode,
    session: Session,
    { partition, firstOffset, lastOffset }: Acquired,
    type: number,
  ): Promise<string> {
    const { client, group, memberId, topic, promises } = this.#options;
    const topicId = client.leaderOf(topic, partition)?.topicId;
    if (topicId === undefined) return 'no answer';
    const acknowledgementBatches = [{ firstOffset, lastOffset, acknowledgeTypes: [type] }];
    const error = await client
      .ask(node, shareAcknowledge, {
        groupId: group,
        memberId,
        shareSessionEpoch: session.epoch,
        topics: [{ topicId, partitions: [{ partitionIndex: partition, acknowledgementBatches }] }],
      })
      .then(({ errorCode, responses }) =>
        errorOf(errorCode === 0 ? responses[0]?.partitions[0]?.errorCode : errorCode),
      )
      .catch((thrown: unknown) => ignoreUnanswered(thrown) ?? 'no answer');
    session.epoch += 1;
    if (type !== ACCEPT) return error;
    if (error === 'NONE') promises.accepted(partition, firstOffset, lastOffset);
    else if (error !== NOT_HELD) promises.maybeAccepted(partition, firstOffset, lastOffset);
    return error;
  }
}
