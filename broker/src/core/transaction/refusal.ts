import type { ErrorName } from '@millrace/protocol';
import { appendErrorToClient } from '../coordinator/effects.ts';
import type { Transaction } from './transaction.ts';
import type { TransactionOutbox } from './transaction-shard.ts';

/**
 * Refuses for what is known of the transaction, once that is written again and committed. With KIP-890 a producer and the brokers that it
 * writes to find the coordinator each for themselves: one that was deposed and has not heard, and knows nothing of what the next one was told, would
 * fence a sound producer. It finds out as it writes, and the next one is asked.
 */
export function refuse(
  transactionalId: string,
  known: Transaction | undefined,
  error: ErrorName | null,
  out: TransactionOutbox,
  answer: (error: ErrorName | null, out: TransactionOutbox) => void,
): void {
  if (known === undefined) {
    answer(error, out);
    return;
  }
  out.append([{ transactionalId, value: known }], (failed, _now, later) =>
    answer(failed === null ? error : appendErrorToClient(failed), later),
  );
}
