import type { Now } from '@millrace/foundation/types';
import type { ClassicGroup } from './classic-group.ts';
import type { Outbox } from './effects.ts';
import type { Member } from './member.ts';

interface Session {
  deadlineMonoMs: number;
  /** When the armed timer fires: a heartbeat only moves the deadline, and the timer is set again when it fires early. */
  firesMonoMs: number;
}

type Expire = (now: Now, out: Outbox) => void;

const sessions = new WeakMap<Member, Session>();

/** The session ends `timeoutMs` from now, unless it is begun anew before. */
export function beginSession(
  group: ClassicGroup,
  member: Member,
  timing: { readonly now: Now; readonly timeoutMs: number },
  out: Outbox,
  expire: Expire,
): void {
  const { now, timeoutMs } = timing;
  const deadlineMonoMs = now.monoMs + timeoutMs;
  const session = sessions.get(member);
  if (session && session.firesMonoMs <= deadlineMonoMs) {
    session.deadlineMonoMs = deadlineMonoMs;
    return;
  }
  const begun = { deadlineMonoMs, firesMonoMs: deadlineMonoMs };
  sessions.set(member, begun);
  arm(group, member, begun, now, out, expire);
}

export function endSession(group: ClassicGroup, memberId: string, out: Outbox): void {
  const member = group.members.get(memberId);
  if (member) sessions.delete(member);
  out.cancel(sessionKey(group, memberId));
}

export function sessionKey(group: ClassicGroup, memberId: string): string {
  return `session\n${group.id}\n${memberId}`;
}

function arm(
  group: ClassicGroup,
  member: Member,
  session: Session,
  now: Now,
  out: Outbox,
  expire: Expire,
): void {
  session.firesMonoMs = session.deadlineMonoMs;
  out.timer(sessionKey(group, member.id), Math.max(0, session.deadlineMonoMs - now.monoMs), (at, later) => {
    if (sessions.get(member) !== session || group.members.get(member.id) !== member) return;
    if (at.monoMs < session.deadlineMonoMs) {
      arm(group, member, session, at, later, expire);
      return;
    }
    sessions.delete(member);
    expire(at, later);
  });
}
