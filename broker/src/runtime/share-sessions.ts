import type { ErrorName } from '@millrace/protocol';
import {
  FINAL_EPOCH,
  INITIAL_EPOCH,
  type SessionPartition,
  ShareSession,
} from '../core/share/share-session.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { SharePartitions } from './share-partitions.ts';

/** Who asks, in which session. */
export interface SessionCaller {
  readonly group: string;
  readonly memberId: string;
  readonly epoch: number;
  /** Aborted when the caller's connection closes. */
  readonly signal: AbortSignal;
}

/** What a ShareFetch says of the partitions that its session reads. */
export interface SessionChange {
  readonly added: readonly SessionPartition[];
  readonly forgotten: readonly SessionPartition[];
}

/** Of all sessions, 200 bytes or so each. */
const PARTITIONS_MAX = 1_000_000;

interface Held {
  readonly session: ShareSession;
  readonly stop: () => void;
}

/**
 * The share sessions of this broker (KIP-932): one for each member that reads here. A session ends when the member says so, begins
 * anew, or its connection closes; what the member holds is taken back then. Kafka bounds the sessions alone; here their partitions are too,
 * {@link PARTITIONS_MAX} of all of them.
 */
export class ShareSessions {
  readonly #partitions: SharePartitions;
  readonly #config: BrokerConfig;
  readonly #groups = new Map<string, Map<string, Held>>();
  readonly #readMax: number;
  #size = 0;
  /** Partitions of all sessions. */
  #read = 0;

  constructor(partitions: SharePartitions, config: BrokerConfig, partitionsMax = PARTITIONS_MAX) {
    this.#partitions = partitions;
    this.#config = config;
    this.#readMax = partitionsMax;
  }

  get size(): number {
    return this.#size;
  }

  /** Finds the session of a request, or begins it. */
  turn({ group, memberId, epoch, signal }: SessionCaller): ShareSession | ErrorName {
    const known = this.#groups.get(group)?.get(memberId);
    if (epoch === INITIAL_EPOCH) {
      if (known !== undefined) this.#drop(known, 'begins anew');
      if (this.#size >= this.#config.values['group.share.max.share.sessions']) {
        this.#leaveIfLast(group);
        return 'SHARE_SESSION_LIMIT_REACHED';
      }
      return this.#begin(new ShareSession(group, memberId), signal);
    }
    if (known === undefined) return 'SHARE_SESSION_NOT_FOUND';
    if (epoch === FINAL_EPOCH) return known.session;
    return known.session.turn(epoch) ?? known.session;
  }

  /**
   * Reads more in a session, or less.
   * @returns what was not read before; or why the session is over, where all of them would read too much
   */
  change(
    session: ShareSession,
    { added, forgotten }: SessionChange,
  ): ReadonlySet<SessionPartition> | ErrorName {
    const before = session.size;
    const begun = new Set(added.filter((partition) => session.add(partition)));
    for (const partition of forgotten) session.forget(partition);
    this.#read += session.size - before;
    if (this.#read <= this.#readMax) return begun;
    this.end(session);
    return 'SHARE_SESSION_LIMIT_REACHED';
  }

  /** Ends a session: what its member holds is taken back. */
  end(session: ShareSession): void {
    const held = this.#groups.get(session.group)?.get(session.memberId);
    if (held?.session === session) this.#drop(held, 'ends');
  }

  close(): void {
    for (const members of this.#groups.values()) for (const { stop } of members.values()) stop();
    this.#groups.clear();
    this.#size = 0;
    this.#read = 0;
  }

  #begin(session: ShareSession, signal: AbortSignal): ShareSession {
    const gone = () => this.end(session);
    signal.addEventListener('abort', gone);
    const held = { session, stop: () => signal.removeEventListener('abort', gone) };
    const members = this.#groups.get(session.group) ?? new Map<string, Held>();
    this.#groups.set(session.group, members.set(session.memberId, held));
    this.#size += 1;
    return session;
  }

  #drop({ session, stop }: Held, how: 'ends' | 'begins anew'): void {
    const { group, memberId } = session;
    this.#read -= session.size;
    session.end();
    stop();
    this.#groups.get(group)?.delete(memberId);
    this.#size -= 1;
    this.#partitions.release(group, memberId);
    if (how === 'ends') this.#leaveIfLast(group);
  }

  #leaveIfLast(group: string): void {
    if ((this.#groups.get(group)?.size ?? 0) > 0) return;
    this.#groups.delete(group);
    this.#partitions.groupLeft(group);
  }
}
