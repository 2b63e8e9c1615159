import { assert } from '@millrace/foundation/assert';
import type { ErrorName } from '@millrace/protocol';
import type { GroupMetadataValue } from '@millrace/protocol/internal';
import { type Member, type MemberProtocol, metadataOf } from './member.ts';
import { EMPTY_BYTES, type JoinedMember } from './results.ts';

/** Kafka's names, as ListGroups and DescribeGroups answer them. */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

/**
 * One group by the classic protocol: who is in it and how far its rebalance is. It decides nothing by itself: the
 * commands (`join-group.ts` and its neighbours) do, and change it.
 *
 *     Empty -> PreparingRebalance -> CompletingRebalance -> Stable
 *       ^              |   ^                 |                 |
 *       +--------------+   +-----------------+-----------------+
 */
export class ClassicGroup {
  readonly type = 'classic';
  readonly id: string;
  /** In the order in which they came. */
  readonly members = new Map<string, Member>();
  /** Ids that were given out by MEMBER_ID_REQUIRED and have not joined yet. */
  readonly pendingJoin = new Set<string>();
  /** Members of this generation that have not asked for their assignment yet. */
  readonly pendingSync = new Set<string>();
  readonly #staticMembers = new Map<string, string>();
  generation = 0;
  /** Null: no member was ever in it (only offsets are committed). */
  protocolType: string | null = null;
  protocolName: string | null = null;
  leader: string | null = null;
  /** While the first rebalance of an empty group waits: somebody came since the wait began. */
  newMemberAdded = false;
  /** Topics that the members of a Stable consumer group read; null where that is not known. */
  subscribedTopics: ReadonlySet<string> | null = null;
  #state: GroupState = 'Empty';
  #previousState: GroupState = 'Empty';
  /** Wall time of the last change of state, ms; null where it was not stored. */
  stateTimestampMs: number | null;

  constructor(id: string, wallMs: number | null) {
    this.id = id;
    this.stateTimestampMs = wallMs;
  }

  /** A group as its record says: Stable with its members, or Empty. */
  static fromRecord(id: string, value: GroupMetadataValue): ClassicGroup {
    const stored = value.currentStateTimestamp;
    const group = new ClassicGroup(id, stored === -1 ? null : stored);
    group.generation = value.generation;
    group.protocolName = value.protocol;
    group.#state = value.members.length === 0 ? 'Empty' : 'Stable';
    for (const member of value.members) {
      group.add({
        id: member.memberId,
        instanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        protocols: value.protocol === null ? [] : [{ name: value.protocol, metadata: member.subscription }],
        rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
        sessionTimeoutMs: member.sessionTimeout,
        assignment: member.assignment,
        joining: null,
        syncing: null,
        isNew: false,
      });
    }
    group.protocolType = value.protocolType === '' ? null : value.protocolType;
    group.leader = value.leader;
    return group;
  }

  get state(): GroupState {
    return this.#state;
  }

  get previousState(): GroupState {
    return this.#previousState;
  }

  transitionTo(state: GroupState, wallMs: number): void {
    const allowed = previousStates[state].includes(this.#state);
    assert(allowed, `group ${this.id} does not go from ${this.#state} to ${state}`);
    this.#previousState = this.#state;
    this.#state = state;
    this.stateTimestampMs = wallMs;
  }

  /** Whether a rebalance may begin: not while members are joining already. */
  get canRebalance(): boolean {
    return this.#state !== 'PreparingRebalance';
  }

  add(member: Member): void {
    if (this.members.size === 0) this.leader = null;
    this.leader ??= member.id;
    this.members.set(member.id, member);
    this.pendingJoin.delete(member.id);
    if (member.instanceId !== null) this.#staticMembers.set(member.instanceId, member.id);
  }

  /** A member, or an id that was pending. */
  remove(memberId: string): void {
    const member = this.members.get(memberId);
    if (member) {
      this.members.delete(memberId);
      const { instanceId } = member;
      if (instanceId !== null && this.#staticMembers.get(instanceId) === memberId)
        this.#staticMembers.delete(instanceId);
      if (this.leader === memberId) this.leader = this.members.keys().next().value ?? null;
    }
    this.pendingJoin.delete(memberId);
    this.pendingSync.delete(memberId);
  }

  /** The same static member under a new id, in the old one's place. */
  replace(old: Member, id: string): Member {
    const member: Member = { ...old, id, joining: null, syncing: null };
    const entries = [...this.members].map(([key, value]) =>
      value === old ? ([id, member] as const) : ([key, value] as const),
    );
    this.members.clear();
    for (const [key, value] of entries) this.members.set(key, value);
    if (this.leader === old.id) this.leader = id;
    if (this.pendingSync.delete(old.id)) this.pendingSync.add(id);
    if (member.instanceId !== null) this.#staticMembers.set(member.instanceId, id);
    return member;
  }

  staticMemberId(instanceId: string): string | undefined {
    return this.#staticMembers.get(instanceId);
  }

  get joiningCount(): number {
    let count = 0;
    for (const member of this.members.values()) if (member.joining !== null) count += 1;
    return count;
  }

  get hasAllMembersJoined(): boolean {
    return this.pendingJoin.size === 0 && this.joiningCount === this.members.size;
  }

  /** The slowest member's patience, ms. */
  get rebalanceTimeoutMs(): number {
    let timeoutMs = 0;
    for (const member of this.members.values()) timeoutMs = Math.max(timeoutMs, member.rebalanceTimeoutMs);
    return timeoutMs;
  }

  /** @returns UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID where another has taken the static member's place, or null */
  memberProblem(memberId: string, instanceId: string | null): ErrorName | null {
    if (instanceId !== null) {
      const current = this.#staticMembers.get(instanceId);
      if (current === undefined) return 'UNKNOWN_MEMBER_ID';
      if (current !== memberId) return 'FENCED_INSTANCE_ID';
    }
    return this.members.has(memberId) ? null : 'UNKNOWN_MEMBER_ID';
  }

  /** Whether a member with these protocols could join: one of them must be everybody's. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.#state === 'Empty') return protocolType !== '' && protocols.length > 0;
    if (this.protocolType !== protocolType) return false;
    const common = this.#commonProtocols();
    return protocols.some(({ name }) => common.has(name));
  }

  /** The protocol that most members prefer among those that all of them offer; the first one where votes are even. */
  selectProtocol(): string {
    const common = this.#commonProtocols();
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const choice = member.protocols.find(({ name }) => common.has(name));
      assert(choice, `member ${member.id} offers a protocol that all members do`);
      votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    let selected: string | null = null;
    for (const [name, count] of votes) {
      if (selected === null || count > (votes.get(selected) ?? 0)) selected = name;
    }
    assert(selected !== null, 'a group with members selects a protocol');
    return selected;
  }

  /** The next generation, of those who have joined: CompletingRebalance, or Empty where nobody has. */
  nextGeneration(wallMs: number): void {
    this.generation += 1;
    this.pendingSync.clear();
    if (this.members.size === 0) {
      this.protocolName = null;
      this.transitionTo('Empty', wallMs);
      return;
    }
    this.protocolName = this.selectProtocol();
    this.transitionTo('CompletingRebalance', wallMs);
  }

  /** Where the leader has not joined, somebody who has becomes it; false where nobody has. */
  electJoinedLeader(): boolean {
    const current = this.leader === null ? undefined : this.members.get(this.leader);
    if (!current) return false;
    if (current.joining !== null) return true;
    for (const member of this.members.values()) {
      if (member.joining === null) continue;
      this.leader = member.id;
      return true;
    }
    return false;
  }

  /** Everybody with their metadata for the chosen protocol, for the leader. */
  joinedMembers(): readonly JoinedMember[] {
    return [...this.members.values()].map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      metadata: metadataOf(member, this.protocolName),
    }));
  }

  /** What is stored of this generation, with these assignments by member id. */
  toRecord(assignments: ReadonlyMap<string, Buffer>): GroupMetadataValue {
    return {
      protocolType: this.protocolType ?? '',
      generation: this.generation,
      protocol: this.protocolName,
      leader: this.members.size === 0 ? null : this.leader,
      currentStateTimestamp: this.stateTimestampMs ?? -1,
      members: [...this.members.values()].map((member) => ({
        memberId: member.id,
        groupInstanceId: member.instanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: metadataOf(member, this.protocolName),
        assignment: assignments.get(member.id) ?? EMPTY_BYTES,
      })),
    };
  }

  #commonProtocols(): ReadonlySet<string> {
    const counts = new Map<string, number>();
    for (const member of this.members.values()) {
      for (const name of new Set(member.protocols.map((protocol) => protocol.name)))
        counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return new Set([...counts].filter(([, count]) => count === this.members.size).map(([name]) => name));
  }
}

const previousStates: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
};
