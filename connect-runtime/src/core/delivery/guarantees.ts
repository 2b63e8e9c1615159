import type { ConnectorConfig } from '../config/cluster-config.ts';

/** What a connector says of itself, for whom no code of it runs. */
export interface ConnectorTraits {
  readonly type: 'source' | 'sink';
  /** Of a source: whether a task that starts again gives the same records; of a sink: whether it keeps offsets with what it writes; null where it does not say. */
  readonly exactlyOnce: boolean | null;
  /** Of a sink: whether a batch that failed may be written again in parts. */
  readonly bisects: boolean;
}

export interface DeliveryFacts {
  readonly config: ConnectorConfig;
  readonly traits: ConnectorTraits;
  /** `exactly.once.source.support=enabled` on this worker. */
  readonly workerWritesExactlyOnce: boolean;
  /** Whether the brokers have what is needed; null where they were not asked, or did not answer. */
  readonly brokers: { readonly transactions: boolean | null; readonly shareGroups: boolean | null };
  readonly deadLetterTopic: string | null;
  readonly toleratesAll: boolean;
}

/** One thing that a guarantee rests on. */
export interface DeliveryReason {
  /** Stable: `WORKER_TRANSACTIONS`, `CONNECTOR_REPEATS`, ... */
  readonly code: string;
  /** Null: nobody knows. */
  readonly holds: boolean | null;
  readonly sentence: string;
}

export interface Guarantees {
  readonly delivery: 'exactly once' | 'at least once';
  /** In one sentence. */
  readonly sentence: string;
  readonly reasons: readonly DeliveryReason[];
  readonly order: string;
  /** When records come twice; empty: never. */
  readonly duplicates: readonly string[];
  /** When records are left out although nothing failed for good; empty: never. */
  readonly losses: readonly string[];
}

/** What holds for the delivery of a connector's records, and why (KIP-618, KIP-298, KIP-932). */
export function guaranteesOf(facts: DeliveryFacts): Guarantees {
  return facts.traits.type === 'source' ? ofSource(facts) : ofSink(facts);
}

function ofSource(facts: DeliveryFacts): Guarantees {
  const reasons = sourceReasons(facts);
  const exactly = reasons.every(({ holds }) => holds === true);
  const boundary = facts.config['transaction.boundary']?.trim().toLowerCase() || 'poll';
  return {
    delivery: exactly ? 'exactly once' : 'at least once',
    sentence: exactly
      ? `Each record is in its topic once for readers with isolation.level=read_committed: records and offsets are written in one transaction (boundary: ${boundary}).`
      : 'Each record is in its topic at least once: an offset is stored only when its record, and all before it, are acknowledged by all in-sync replicas.',
    reasons,
    order: 'Records of one source partition are written in the order in which the connector gives them.',
    duplicates: exactly
      ? []
      : ['A task that ends without having stored its newest offsets gives the records behind them again.'],
    losses: tolerated(facts),
  };
}

function sourceReasons(facts: DeliveryFacts): readonly DeliveryReason[] {
  const { traits, brokers, workerWritesExactlyOnce } = facts;
  const repeats = {
    true: 'The connector gives the same records again from a stored offset.',
    false: 'The connector says that with this configuration it can not give the same records again.',
    null: 'The connector does not say whether it gives the same records again from a stored offset.',
  };
  const worker: DeliveryReason = {
    code: 'WORKER_TRANSACTIONS',
    holds: workerWritesExactlyOnce,
    sentence: workerWritesExactlyOnce
      ? 'The workers write records and offsets in transactions (exactly.once.source.support=enabled).'
      : 'The workers do not write in transactions; exactly.once.source.support=enabled on all of them changes that.',
  };
  const source: DeliveryReason = {
    code: 'CONNECTOR_REPEATS',
    holds: traits.exactlyOnce,
    sentence: repeats[`${traits.exactlyOnce}`],
  };
  // Asked only where transactions are wanted.
  if (!workerWritesExactlyOnce) return [worker, source];
  return [
    worker,
    source,
    {
      code: 'BROKER_TRANSACTIONS',
      holds: brokers.transactions,
      sentence:
        brokers.transactions === false
          ? 'The brokers have no transactions.'
          : brokers.transactions
            ? 'The brokers have transactions.'
            : 'The brokers did not say whether they have transactions.',
    },
  ];
}

/** The broker gives up on a record by itself, whatever its tasks say of it. */
const ARCHIVED =
  "A record whose task ended while it held it as often as the brokers' share.delivery.count.limit says (5) is given to nobody any more; it stays in its topic.";

function ofSink(facts: DeliveryFacts): Guarantees {
  const { config, traits } = facts;
  const shares = sharesRecords(config);
  const exactly = traits.exactlyOnce === true && !shares;
  return {
    delivery: exactly ? 'exactly once' : 'at least once',
    sentence: exactly
      ? 'Each record is written once: the sink stores its offset in the transaction that writes it, and passes over what lies before that.'
      : shares
        ? 'Each record is written at least once: it is acknowledged one by one when the sink has written it, by a share group.'
        : 'Each record is written at least once: an offset is committed only when the sink has written its record, and all before it.',
    reasons: sinkReasons(facts, shares),
    order: shares
      ? 'Records come in no promised order: a share group gives them to whichever task is free.'
      : 'Records of one partition are written in their order, those of one key too where batches are taken apart for a culprit.',
    duplicates: [...(exactly ? [] : [WRITTEN_AGAIN]), ...letterAgain(facts, exactly)],
    losses: [...tolerated(facts), ...beginsLate(config), ...(shares ? [ARCHIVED] : [])],
  };
}

const WRITTEN_AGAIN =
  'A task that ends between a write and its commit writes the batch again; a sink that writes by key changes nothing by it.';

function letterAgain({ toleratesAll, deadLetterTopic }: DeliveryFacts, exactly: boolean): readonly string[] {
  if (!exactly || !toleratesAll || deadLetterTopic === null) return [];
  return [`A task that ends before it has committed may put a dead letter into ${deadLetterTopic} again.`];
}

function sinkReasons({ traits, brokers, deadLetterTopic, toleratesAll }: DeliveryFacts, shares: boolean) {
  const holds = traits.exactlyOnce === true && !shares;
  const reasons: DeliveryReason[] = [
    {
      code: 'SINK_HOLDS_OFFSETS',
      holds,
      sentence: holds
        ? 'The sink keeps offsets in its target, in the transaction of what they cover, and only the newest owner of a partition can write.'
        : traits.exactlyOnce === false
          ? 'The sink does not keep offsets in its target with this configuration, which exactly once would need.'
          : 'The sink does not keep offsets in its target, which exactly once would need.',
    },
  ];
  if (shares) {
    reasons.push({
      code: 'BROKER_SHARE_GROUPS',
      holds: brokers.shareGroups,
      sentence: brokers.shareGroups
        ? 'The brokers have share groups.'
        : 'The brokers are not known to have share groups, which consumer.protocol=share needs.',
    });
  }
  const isolates = toleratesAll && deadLetterTopic !== null && traits.bisects;
  reasons.push({
    code: 'CULPRITS_ISOLATED',
    holds: isolates,
    sentence: isolates
      ? `A record that can never be written is found in its batch and kept in ${deadLetterTopic}; the others are written.`
      : 'A record that can never be written fails its task, which waits until somebody mends it.',
  });
  return reasons;
}

function tolerated({ toleratesAll, deadLetterTopic }: DeliveryFacts): readonly string[] {
  if (!toleratesAll || deadLetterTopic !== null) return [];
  return [
    'Records that can not be processed are passed over and kept nowhere: errors.tolerance is all, and errors.deadletterqueue.topic.name names no topic.',
  ];
}

function beginsLate(config: ConnectorConfig): readonly string[] {
  if (config['consumer.override.auto.offset.reset'] !== 'latest') return [];
  return ['Records that were in the topics before the first start are not read (auto.offset.reset=latest).'];
}

/** Whether a sink reads by a share group. */
export function sharesRecords(config: ConnectorConfig): boolean {
  return (config['consumer.protocol'] ?? '').trim().toLowerCase() === 'share';
}
