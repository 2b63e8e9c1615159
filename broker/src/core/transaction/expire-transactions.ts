import type { Now } from '@millrace/foundation/types';
import { collectEffects } from '../coordinator/effects.ts';
import { fence } from './end-transaction.ts';
import type { Transaction, TransactionRecord } from './transaction.ts';
import type { TransactionEffect, TransactionShard } from './transaction-shard.ts';

/** Records of one batch, so that looking through a large shard makes no batch that the log refuses. */
const BATCH_RECORDS_MAX = 1_000;

/** Aborts transactions that are open for longer than their producer said. */
export function abortTimedOut(shard: TransactionShard, now: Now): readonly TransactionEffect[] {
  return collectEffects<TransactionRecord>((out) => {
    for (const [id, transaction] of shard.transactions) {
      const { state, startMs, timeoutMs } = transaction;
      // What is not appended now is tried again the next time.
      if (state === 'Ongoing' && startMs + timeoutMs < now.wallMs)
        fence(shard, id, transaction, now, out, () => {});
    }
  });
}

/** Forgets transactional ids that were not used for long, by tombstones. */
export function expireTransactionalIds(shard: TransactionShard, now: Now): readonly TransactionEffect[] {
  const expired = [...shard.transactions]
    .filter(([, transaction]) => isExpired(transaction, now.wallMs - shard.rules.idExpirationMs))
    .map(([transactionalId]) => ({ transactionalId, value: null }));
  return collectEffects<TransactionRecord>((out) => {
    for (let at = 0; at < expired.length; at += BATCH_RECORDS_MAX)
      out.appendApart(expired.slice(at, at + BATCH_RECORDS_MAX), () => {});
  });
}

function isExpired({ state, updatedMs }: Transaction, beforeMs: number): boolean {
  const isAtRest = state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort';
  return isAtRest && updatedMs <= beforeMs;
}
