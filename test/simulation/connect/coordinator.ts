import type { Assignment, MemberAssignment } from '@millrace/connect-runtime/core/assignor/assign';
import type { Schedule } from './schedule.ts';

/** What a worker says when it joins. */
export interface Joining {
  readonly held: Assignment;
  readonly draining: boolean;
}

export interface JoinAnswer {
  readonly generation: number;
  readonly memberId: string;
  readonly leaderId: string;
  /** For the leader alone. */
  readonly members: readonly (Joining & { readonly memberId: string })[];
}

/** What the leader gives to a member, with how far it had read the config topic. */
export interface Given extends MemberAssignment {
  readonly configOffset: number;
}

export type JoinReply = (answer: JoinAnswer | 'unknown') => void;
export type SyncReply = (answer: Given | 'rebalance' | 'unknown') => void;

interface Member {
  readonly id: string;
  said: Joining;
  joining: JoinReply | null;
  syncing: SyncReply | null;
  seenMs: number;
}

/** A classic group as Kafka's coordinator keeps it, as far as the workers can tell. */
export class Coordinator {
  readonly #schedule: Schedule;
  readonly #timing: { readonly sessionMs: number; readonly rebalanceMs: number };
  readonly #members = new Map<string, Member>();
  #state: 'preparing' | 'syncing' | 'stable' = 'stable';
  #generation = 0;
  #leaderId = '';
  #lastId = 0;
  #round = 0;
  #given: ReadonlyMap<string, Given> = new Map();

  constructor(schedule: Schedule, timing: { readonly sessionMs: number; readonly rebalanceMs: number }) {
    this.#schedule = schedule;
    this.#timing = timing;
    this.#watchSessions();
  }

  get isStable(): boolean {
    return this.#state === 'stable';
  }

  get size(): number {
    return this.#members.size;
  }

  has(memberId: string): boolean {
    return this.#members.has(memberId);
  }

  join(memberId: string, said: Joining, reply: JoinReply): void {
    if (memberId !== '' && !this.#members.has(memberId)) {
      reply('unknown');
      return;
    }
    const id = memberId === '' ? `m${++this.#lastId}` : memberId;
    const member = this.#members.get(id) ?? { id, said, joining: null, syncing: null, seenMs: 0 };
    member.said = said;
    member.joining = reply;
    member.seenMs = this.#schedule.nowMs;
    this.#members.set(id, member);
    this.#prepare();
    this.#completeIfAllJoined();
  }

  sync(
    memberId: string,
    generation: number,
    assignments: ReadonlyMap<string, Given> | null,
    reply: SyncReply,
  ): void {
    const member = this.#members.get(memberId);
    if (!member) reply('unknown');
    else if (generation !== this.#generation || this.#state === 'preparing') reply('rebalance');
    else {
      member.seenMs = this.#schedule.nowMs;
      member.syncing = reply;
      if (assignments) this.#finish(assignments);
      else if (this.#state === 'stable') this.#answerSyncs();
    }
  }

  heartbeat(memberId: string, generation: number): 'ok' | 'rebalance' | 'unknown' | 'illegal' {
    const member = this.#members.get(memberId);
    if (!member) return 'unknown';
    if (generation !== this.#generation) return 'illegal';
    member.seenMs = this.#schedule.nowMs;
    return this.#state === 'preparing' ? 'rebalance' : 'ok';
  }

  leave(memberId: string): void {
    if (this.#members.has(memberId)) this.#remove(memberId);
  }

  #remove(memberId: string): void {
    this.#members.delete(memberId);
    if (this.#members.size === 0) {
      this.#state = 'stable';
      return;
    }
    this.#prepare();
    this.#completeIfAllJoined();
  }

  #prepare(): void {
    if (this.#state === 'preparing') return;
    this.#state = 'preparing';
    for (const member of this.#members.values()) {
      member.syncing?.('rebalance');
      member.syncing = null;
    }
    const round = ++this.#round;
    this.#schedule.after(this.#timing.rebalanceMs, () => {
      if (this.#round !== round || this.#state !== 'preparing') return;
      for (const member of [...this.#members.values()]) if (!member.joining) this.#members.delete(member.id);
      this.#completeIfAllJoined();
    });
  }

  #completeIfAllJoined(): void {
    const members = [...this.#members.values()];
    if (members.length === 0 || members.some(({ joining }) => !joining)) return;
    this.#generation++;
    this.#state = 'syncing';
    if (!this.#members.has(this.#leaderId)) this.#leaderId = members[0]!.id;
    const all = members.map(({ id, said }) => ({ ...said, memberId: id }));
    for (const member of members) {
      const reply = member.joining!;
      member.joining = null;
      member.seenMs = this.#schedule.nowMs;
      reply({
        generation: this.#generation,
        memberId: member.id,
        leaderId: this.#leaderId,
        members: member.id === this.#leaderId ? all : [],
      });
    }
  }

  #finish(assignments: ReadonlyMap<string, Given>): void {
    this.#state = 'stable';
    this.#given = assignments;
    this.#answerSyncs();
  }

  #answerSyncs(): void {
    for (const member of this.#members.values()) {
      const given = this.#given.get(member.id);
      if (!member.syncing || !given) continue;
      member.syncing(given);
      member.syncing = null;
    }
  }

  #watchSessions(): void {
    const { sessionMs } = this.#timing;
    for (const { id, joining, seenMs } of [...this.#members.values()])
      if (!joining && this.#schedule.nowMs - seenMs >= sessionMs) this.#remove(id);
    this.#schedule.after(250, () => this.#watchSessions());
  }
}
