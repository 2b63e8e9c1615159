import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import { consumerGroupHeartbeat, heartbeat, joinGroup, syncGroup } from '@millrace/protocol/messages';
import { consumerBytes } from '../groups/consumer-bytes.ts';
import type { GroupMemberOptions, Protocol, Standing } from './group-member.ts';
import { errorOf, ignoreUnanswered } from './simulated-client.ts';

const SESSION_TIMEOUT_MS = 6_000;
const REBALANCE_TIMEOUT_MS = 4_000;
const PROTOCOL_TYPE = 'consumer';

/** JoinGroup, SyncGroup, Heartbeat: the leader of the group divides. */
export class ClassicProtocol implements Protocol {
  readonly #options: GroupMemberOptions;
  #memberId = '';
  #standing: Standing | null = null;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
  }

  async step(coordinator: SimulatedNode): Promise<Standing | null> {
    const { client, group } = this.#options;
    if (this.#standing === null) {
      this.#standing = await this.#join(coordinator).catch(ignoreUnanswered);
      return this.#standing;
    }
    const { memberId, generation } = this.#standing;
    const body = { groupId: group, generationId: generation, memberId };
    const answer = await client.ask(coordinator, heartbeat, body).catch(ignoreUnanswered);
    const error = answer === null ? 'NONE' : errorOf(answer.errorCode);
    if (error === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
    if (
      ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID'].includes(
        error,
      )
    )
      this.#standing = null;
    return this.#standing;
  }

  async #join(coordinator: SimulatedNode): Promise<Standing | null> {
    const { client, group, topic } = this.#options;
    const protocols = [{ name: 'range', metadata: consumerBytes.subscription([topic]) }];
    const asked = {
      groupId: group,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      memberId: this.#memberId,
      protocolType: PROTOCOL_TYPE,
      protocols,
    };
    const how = { timeoutMs: REBALANCE_TIMEOUT_MS * 2 };
    const joined = await client.ask(coordinator, joinGroup, asked, how);
    const error = errorOf(joined.errorCode);
    if (error === 'MEMBER_ID_REQUIRED') this.#memberId = joined.memberId;
    if (error === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
    if (error !== 'NONE') return null;
    const { memberId, generationId, protocolName } = joined;
    this.#memberId = memberId;
    const isLeader = joined.leader === memberId && !joined.skipAssignment;
    const members = joined.members.map((member) => member.memberId);
    const body = {
      groupId: group,
      generationId,
      memberId,
      protocolType: PROTOCOL_TYPE,
      protocolName,
      assignments: isLeader ? this.#divided(members) : [],
    };
    const synced = await client.ask(coordinator, syncGroup, body, how);
    if (errorOf(synced.errorCode) === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
    if (synced.errorCode !== 0) return null;
    const partitions = consumerBytes.assigned(synced.assignment).flatMap((named) => [...named.partitions]);
    return { memberId, generation: generationId, partitions };
  }

  #divided(members: readonly string[]) {
    const { topic, partitions } = this.#options;
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    return members.map((memberId, at) => {
      const own = all.filter((partition) => partition % members.length === at);
      const assignment = consumerBytes.assignment(own.length === 0 ? [] : [{ topic, partitions: own }]);
      return { memberId, assignment };
    });
  }
}

/** ConsumerGroupHeartbeat (KIP-848): the coordinator divides. */
export class ConsumerProtocol implements Protocol {
  readonly #options: GroupMemberOptions;
  readonly #memberId: string;
  #epoch = 0;
  #partitions: readonly number[] = [];

  constructor(options: GroupMemberOptions, memberId: string) {
    this.#options = options;
    this.#memberId = memberId;
  }

  async step(coordinator: SimulatedNode, owned: readonly number[]): Promise<Standing | null> {
    const { client, group, topic } = this.#options;
    const topicId = client.leaderOf(topic, 0)?.topicId;
    const isNew = this.#epoch === 0;
    if (topicId === undefined) return this.#standing();
    const held = this.#partitions.filter((partition) => owned.includes(partition));
    const answer = await client
      .ask(coordinator, consumerGroupHeartbeat, {
        groupId: group,
        memberId: this.#memberId,
        memberEpoch: this.#epoch,
        rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
        subscribedTopicNames: [topic],
        serverAssignor: null,
        topicPartitions: isNew || held.length === 0 ? [] : [{ topicId, partitions: [...held] }],
      })
      .catch(ignoreUnanswered);
    if (answer === null) return this.#standing();
    const error = errorOf(answer.errorCode);
    // The last: only members of the classic protocol were left of the group, and it is theirs now.
    if (['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', 'GROUP_ID_NOT_FOUND'].includes(error)) {
      this.#epoch = 0;
      this.#partitions = [];
    }
    if (error !== 'NONE') return this.#standing();
    this.#epoch = answer.memberEpoch;
    if (answer.assignment !== null)
      this.#partitions = answer.assignment.topicPartitions.flatMap((given) => [...given.partitions]);
    return this.#standing();
  }

  #standing(): Standing | null {
    if (this.#epoch === 0) return null;
    return { memberId: this.#memberId, generation: this.#epoch, partitions: this.#partitions };
  }
}
