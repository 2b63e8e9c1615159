import type { ErrorName } from '@millrace/protocol';
import { FINAL_EPOCH, INITIAL_EPOCH, ShareSession } from '../core/share/share-session.ts';
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

interface Held {
  readonly session: ShareSession;
  readonly stop: () => void;
}

/**
 * The share sessions of this broker (KIP-932): one for each member that reads here. A session ends when the member says so, begins
 * anew, or its connection closes; what the member holds is taken back then.
 */
export class ShareSessions {
  readonly #partitions: SharePartitions;
  readonly #config: BrokerConfig;
  readonly #groups = new Map<string, Map<string, Held>>();
  #size = 0;

  constructor(partitions: SharePartitions, config: BrokerConfig) {
    this.#partitions = partitions;
    this.#config = config;
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

  /** Ends a session: what its member holds is taken back. */
  end(session: ShareSession): void {
    const held = this.#groups.get(session.group)?.get(session.memberId);
    if (held?.session === session) this.#drop(held, 'ends');
  }

  close(): void {
    for (const members of this.#groups.values()) for (const { stop } of members.values()) stop();
    this.#groups.clear();
    this.#size = 0;
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
