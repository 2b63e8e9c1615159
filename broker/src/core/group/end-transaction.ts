import type { ErrorName } from '@millrace/protocol';
import type { TransactionEnd } from '../coordinator/effects.ts';
import { collect, type GroupEffect, type ReplyTo } from './effects.ts';

export interface EndGroupTransactionCommand {
  readonly reply: ReplyTo<{ readonly error: ErrorName | null }>;
  readonly end: TransactionEnd;
}

/** The marker of a transaction in which offsets were committed: with it they count, or are dropped. */
export function endGroupTransaction({ reply, end }: EndGroupTransactionCommand): readonly GroupEffect[] {
  return collect((out) => {
    out.marker(end, (error, _now, later) => later.reply(reply, { error }));
  });
}
