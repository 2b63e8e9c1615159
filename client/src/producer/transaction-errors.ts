import { MillraceError } from '@millrace/foundation';

/**
 * Failures after which a transactional producer is of no more use, whoever tells them: broker or coordinator (KIP-1050). All
 * others spoil the transaction alone, which can be aborted. INVALID_PRODUCER_EPOCH counts too: what may be behind it other than
 * a newer producer, a transaction that was open for too long, has moved the epoch on just the same.
 */
const fatal = new Set([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTION_TIMED_OUT',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONS_UNSUPPORTED',
]);

export function isFatalForProducer(error: MillraceError): boolean {
  return fatal.has(error.code);
}

/** Whether the coordinator has given the transactional id a newer epoch. */
export function isFencing(error: MillraceError): boolean {
  return error.code === 'PRODUCER_FENCED' || error.code === 'INVALID_PRODUCER_EPOCH';
}

/** Of class config, since a fenced producer that came back by itself would fence its successor in turn. */
export function fencedError(transactionalId: string, cause: MillraceError): MillraceError {
  return new MillraceError(`a newer producer has taken over the transactional id ${transactionalId}`, {
    code: 'PRODUCER_FENCED',
    class: 'config',
    hint: 'Let only one producer use the id at a time; this one is over.',
    facts: { retriable: false },
    cause,
  });
}

/** A coordinator aborts what is open for too long, and fences its producer. */
export function timedOutError(
  transactionalId: string,
  { openMs, timeoutMs }: { readonly openMs: number; readonly timeoutMs: number },
  cause: MillraceError,
): MillraceError {
  return new MillraceError(
    `the transaction of ${transactionalId} was open for ${Math.round(openMs)} ms, which is more than its timeout of ${timeoutMs} ms: it was aborted`,
    {
      code: 'TRANSACTION_TIMED_OUT',
      class: 'transient',
      hint: 'Begin anew with a new producer; commit sooner, or raise the transaction timeout.',
      facts: { retriable: false },
      cause,
    },
  );
}

export function unsupportedError(cause?: unknown): MillraceError {
  return new MillraceError('the cluster does not have transactions', {
    code: 'TRANSACTIONS_UNSUPPORTED',
    class: 'config',
    hint: 'Do without exactly-once delivery, or use a Kafka cluster that serves transactions.',
    facts: { retriable: false },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The coordinator was asked to commit, and nobody knows whether it heard. */
export function outcomeUnknownError(transactionalId: string, cause: MillraceError): MillraceError {
  return new MillraceError(
    `it is not known whether the transaction of ${transactionalId} was committed: ${cause.message}`,
    {
      code: 'TRANSACTION_OUTCOME_UNKNOWN',
      class: 'transient',
      hint: 'Commit once more, or make a new producer: its initTransactions() ends the transaction one way or the other.',
      facts: { retriable: false },
      cause,
    },
  );
}

export function abortedError(): MillraceError {
  return new MillraceError('the transaction was aborted before the record was sent', {
    code: 'TRANSACTION_ABORTED',
    class: 'transient',
    facts: { retriable: false },
  });
}

export function invalidUse(message: string): MillraceError {
  return new MillraceError(message, {
    code: 'INVALID_TRANSACTION_USE',
    class: 'bug',
    hint: 'The order is initTransactions, then beginTransaction and commitTransaction or abortTransaction in turn, each awaited.',
    facts: { retriable: false },
  });
}
