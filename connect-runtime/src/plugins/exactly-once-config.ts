import { type ConfigDef, type ConfigProblem, oneOf, range } from '@millrace/foundation';
import type { SourceConnector } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { TaskId } from '../core/task-id.ts';

/** Keys of sources about exactly once and their offsets (KIP-618), with Kafka Connect's names and defaults. */
export const exactlyOnceConfig = {
  'exactly.once.support': {
    type: 'string',
    default: 'requested',
    importance: 'medium',
    group: 'Exactly Once Support',
    docs: 'Whether the connector is refused where it can not write exactly once (required), or written at least once then (requested).',
    recommend: ['requested', 'required'],
    validate: oneOf('requested', 'required', 'REQUESTED', 'REQUIRED'),
  },
  'transaction.boundary': {
    type: 'string',
    default: 'poll',
    importance: 'medium',
    group: 'Exactly Once Support',
    docs: 'Where transactions end: behind each batch of records (poll), after a time (interval), or where the connector says (connector).',
    recommend: ['poll', 'interval', 'connector'],
    validate: oneOf('poll', 'interval', 'connector', 'POLL', 'INTERVAL', 'CONNECTOR'),
  },
  'transaction.boundary.interval.ms': {
    type: 'long',
    default: null,
    importance: 'low',
    group: 'Exactly Once Support',
    docs: "How long a transaction may take up records where transaction.boundary=interval, ms. The worker's offset.flush.interval.ms where it is not given.",
    // Kafka's brokers allow transactions of 15 minutes.
    validate: range(1, 840_000),
  },
  'offsets.storage.topic': {
    type: 'string',
    default: null,
    importance: 'low',
    group: 'Exactly Once Support',
    docs: "A topic for this connector's offsets alone; it is made where it is missing. The worker's own where it is not given.",
  },
} as const satisfies ConfigDef;

export type TransactionBoundary =
  | { readonly kind: 'poll' | 'connector' }
  | { readonly kind: 'interval'; readonly intervalMs: number };

/** Above the boundary's own time, for the commit itself, ms; alone it is what Kafka's producers have. */
const TRANSACTION_TIMEOUT_MS = 60_000;

/** What `transaction.boundary` and its interval say. */
export function boundaryOf(config: ConnectorConfig, offsetFlushIntervalMs: number): TransactionBoundary {
  const kind = (config['transaction.boundary']?.trim() || 'poll').toLowerCase();
  if (kind === 'connector' || kind === 'poll') return { kind };
  const given = config['transaction.boundary.interval.ms']?.trim();
  return { kind: 'interval', intervalMs: given ? Number(given) : offsetFlushIntervalMs };
}

/** How long the coordinator leaves a transaction open, ms. */
export function transactionTimeoutMsOf(boundary: TransactionBoundary): number {
  return TRANSACTION_TIMEOUT_MS + (boundary.kind === 'interval' ? boundary.intervalMs : 0);
}

/** The transactional id of a task, as Kafka Connect makes it: workers of both kinds fence each other. */
export function transactionalIdOf(groupId: string, { connector, task }: TaskId): string {
  return `${groupId}-${connector}-${task}`;
}

/** What a source's config asks for, and this worker or connector can't give. */
export function exactlyOnceProblems(
  connector: SourceConnector,
  raw: ConnectorConfig,
  parsed: Parameters<NonNullable<SourceConnector['exactlyOnce']>>[0],
  worker: { readonly exactlyOnce: boolean },
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const isRequired = raw['exactly.once.support']?.trim().toLowerCase() === 'required';
  if (isRequired && !worker.exactlyOnce) {
    problems.push({
      key: 'exactly.once.support',
      message:
        'This worker does not write exactly once: set exactly.once.source.support=enabled on all workers, or "exactly.once.support" to requested.',
    });
  } else if (isRequired && connector.exactlyOnce?.(parsed) !== true) {
    const what = connector.exactlyOnce ? 'with this configuration' : 'as far as it says';
    problems.push({
      key: 'exactly.once.support',
      message: `The connector can't give the same records again ${what}, which exactly once needs. Set "exactly.once.support" to requested.`,
    });
  }
  const boundary = boundaryOf(raw, 1);
  if (boundary.kind === 'connector' && connector.definesTransactions?.(parsed) !== true) {
    problems.push({
      key: 'transaction.boundary',
      message:
        'The connector does not say where transactions end. Set "transaction.boundary" to poll or interval.',
    });
  }
  return problems;
}
