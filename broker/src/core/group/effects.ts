import { type CoordinatorEffect, collectEffects, type EffectOutbox } from '../coordinator/effects.ts';
import type { GroupRecord } from './records.ts';

export { appendErrorToClient as appendErrorToMember, type ReplyTo } from '../coordinator/effects.ts';

/** What a command of a group wants done. */
export type GroupEffect = CoordinatorEffect<GroupRecord>;

/** Collects the effects of one command. */
export type Outbox = EffectOutbox<GroupRecord>;

/** Runs a command of a group and gives what it wants done. */
export const collect: (run: (out: Outbox) => void) => readonly GroupEffect[] = collectEffects;
