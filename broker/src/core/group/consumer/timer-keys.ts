import type { Outbox } from '../effects.ts';

const KINDS = ['session', 'revocation', 'join', 'sync'] as const;

/** What waits for a member of a consumer group. */
export function timerKey(kind: (typeof KINDS)[number], groupId: string, memberId: string): string {
  return `consumer-${kind}\n${groupId}\n${memberId}`;
}

/** The member is gone: nothing waits for it any more. */
export function endTimers(groupId: string, memberId: string, out: Outbox): void {
  for (const kind of KINDS) out.cancel(timerKey(kind, groupId, memberId));
}
