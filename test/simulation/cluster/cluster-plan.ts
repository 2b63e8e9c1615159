import { SeededRandom } from '@millrace/broker/testing/simulation';

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly minInSync: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** What goes wrong, by its weight among the others. */
export type FaultKind =
  | 'kill'
  | 'lose-power'
  | 'start'
  | 'cut'
  | 'isolate-controller'
  | 'heal'
  | 'freeze'
  | 'weather'
  | 'clock'
  | 'disk-full'
  | 'disk-room'
  | 'stop'
  | 'roll'
  | 'crash-client'
  | 'ambush';

/** One cluster with its work and its faults, as a seed has it. */
export interface ClusterPlan {
  /** Nodes that serve clients, by id from 1 on. */
  readonly brokers: readonly number[];
  /** Voters of the quorum: brokers too, or nodes of their own. */
  readonly controllers: readonly number[];
  readonly config: Readonly<Record<string, string>>;
  readonly writeMaxMs: number;
  readonly orders: TopicPlan;
  readonly bills: TopicPlan;
  readonly ledger: TopicPlan;
  readonly work: ReadonlySet<Work>;
  /** Of the clients' transactions: 1 by AddPartitionsToTxn, 2 as the broker adds them (KIP-890). */
  readonly transactionVersion: 1 | 2;
  /** Whether those who commit offsets in transactions look at them after each. */
  readonly looks: boolean;
  readonly groupProtocols: readonly ('classic' | 'consumer')[];
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly faultsMs: number;
  /** The longest between two faults, ms. */
  readonly calmMaxMs: number;
}

export type Work = 'orders' | 'transactions' | 'group' | 'ledger' | 'admin' | 'share';

const WEIGHTS: readonly (readonly [FaultKind, weight: number])[] = [
  ['kill', 3],
  ['lose-power', 2],
  ['start', 5],
  ['cut', 3],
  ['isolate-controller', 1],
  ['heal', 4],
  ['freeze', 3],
  ['weather', 2],
  ['clock', 1],
  ['disk-full', 1],
  ['disk-room', 2],
  ['stop', 2],
  ['roll', 1],
  ['crash-client', 2],
  ['ambush', 4],
];
const SHARE_CONFIG = {
  'group.share.min.session.timeout.ms': '1000',
  'group.share.session.timeout.ms': '6000',
  'group.share.min.heartbeat.interval.ms': '300',
  'group.share.heartbeat.interval.ms': '500',
  'group.share.min.record.lock.duration.ms': '1000',
  'group.share.record.lock.duration.ms': '2000',
  'group.share.max.delivery.count.limit': '25',
  'share.coordinator.snapshot.update.records.per.snapshot': '20',
};
/** How many plans have a share group at work. */
const SHARE_RATE = 0.25;
/** How many have followers that fetch by the batch, and so do not come to the leader's end in one fetch. */
const SMALL_FETCH_RATE = 0.15;
const SMALL_FETCH = { 'replica.fetch.max.bytes': '1', 'replica.fetch.response.max.bytes': '300' };
/** How many look at offsets. */
const LOOK_RATE = 0.4;
/** Without these nothing ever comes back before the end. */
const ALWAYS: ReadonlySet<FaultKind> = new Set(['start', 'heal', 'disk-room']);

/** The plan of a seed; nothing but the seed decides. */
export function drawPlan(seed: number): ClusterPlan {
  const random = new SeededRandom(seed ^ 0x5eed);
  const pick = <Item>(items: readonly Item[]): Item => items[random.between(0, items.length)] as Item;
  const size = pick([1, 2, 3, 3, 3, 3, 4, 5]);
  const brokers = range(1, size);
  const controllers = drawControllers(size, pick);
  const replicas = Math.min(size, pick([1, 2, 3, 3, 3]));
  const topic = (name: string, partitions: number, configs: Record<string, string> = {}): TopicPlan => {
    const minInSync = Math.min(replicas, pick([1, 2, 2]));
    return { name, partitions, replicas, minInSync, configs: { ...drawFlush(pick), ...configs } };
  };
  const work = drawWork(random, pick);
  // By a chance of its own: the rest of a plan is as it was.
  if (new SeededRandom(seed ^ 0x5a12e).float() < SHARE_RATE) work.add('share');
  return {
    brokers,
    controllers,
    config: {
      ...drawConfig(random, { replicas, pick }),
      // By a chance of its own as well.
      ...(new SeededRandom(seed ^ 0xfe7c4).float() < SMALL_FETCH_RATE && SMALL_FETCH),
    },
    writeMaxMs: pick([0, 0, 2, 20]),
    orders: topic('orders', random.between(1, 4)),
    bills: topic('bills', 2),
    ledger: topic('ledger', 1, {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.1',
    }),
    work,
    transactionVersion: pick([1, 2]),
    looks: new SeededRandom(seed ^ 0x79b9).float() < LOOK_RATE,
    groupProtocols: pick([['classic'], ['consumer'], ['classic', 'consumer']] as const),
    faults: drawFaults(random),
    faultsMs: random.between(8_000, 25_000),
    calmMaxMs: pick([500, 2_000, 4_000]),
  };
}

type Pick = <Item>(items: readonly Item[]) => Item;

function drawControllers(size: number, pick: Pick): readonly number[] {
  const kind = pick(['combined', 'combined', 'combined', 'some', 'separate']);
  if (kind === 'separate') return range(101, pick([1, 3]));
  if (kind === 'some') return range(1, Math.min(size, pick([1, 3])));
  return range(1, size);
}

function drawFlush(pick: Pick): Record<string, string> {
  return pick([true, false, false]) ? { 'flush.messages': '1' } : {};
}

function drawConfig(
  random: SeededRandom,
  { replicas, pick }: { replicas: number; pick: Pick },
): Readonly<Record<string, string>> {
  const partitions = String(pick([1, 2]));
  return {
    'replica.lag.time.max.ms': String(random.between(1_000, 10_000)),
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'metadata.log.max.record.bytes.between.snapshots': String(random.between(500, 20_000)),
    'min.insync.replicas': String(Math.min(replicas, pick([1, 2, 2]))),
    'offsets.topic.num.partitions': partitions,
    'offsets.topic.replication.factor': String(replicas),
    'transaction.state.log.num.partitions': partitions,
    'transaction.state.log.replication.factor': String(replicas),
    'transaction.state.log.min.isr': String(Math.min(2, replicas)),
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
    'log.cleaner.backoff.ms': String(pick([500, 5_000])),
    // A map of keys of the usual size is dear to make.
    'log.cleaner.dedupe.buffer.size': '1048576',
    'log.reopen.interval.ms': '1000',
    'group.initial.rebalance.delay.ms': '100',
    'group.min.session.timeout.ms': '1000',
    'group.consumer.min.session.timeout.ms': '1000',
    'group.consumer.session.timeout.ms': '6000',
    'group.consumer.min.heartbeat.interval.ms': '300',
    'group.consumer.heartbeat.interval.ms': '500',
    ...SHARE_CONFIG,
    'share.coordinator.state.topic.num.partitions': partitions,
    'share.coordinator.state.topic.replication.factor': String(replicas),
    'share.coordinator.state.topic.min.isr': String(Math.min(2, replicas)),
  };
}

function drawWork(random: SeededRandom, pick: Pick): Set<Work> {
  const work = new Set<Work>(['orders']);
  work.add(pick(['transactions', 'transactions', 'group', 'ledger', 'admin']));
  for (const more of ['transactions', 'group', 'ledger', 'admin'] as const)
    if (random.float() < 0.3) work.add(more);
  return work;
}

/** Not all kinds in all runs: what hides behind one fault is not to be covered by another. */
function drawFaults(random: SeededRandom): ReadonlyMap<FaultKind, number> {
  return new Map(
    WEIGHTS.map(([kind, weight]) => [kind, ALWAYS.has(kind) || random.float() < 0.6 ? weight : 0]),
  );
}

function range(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
