import type { Admin } from '@millrace/client';

/** A cluster as its operator looks at it, by Kafka's own admin APIs: works with any Kafka that has a quorum. */
export interface ClusterState {
  readonly clusterId: string;
  readonly brokers: readonly BrokerState[];
  readonly quorum: QuorumState;
  readonly partitions: number;
  /** `topic-partition` of those of which a replica is behind. */
  readonly underReplicated: readonly string[];
  /** `topic-partition` of those without a leader. */
  readonly offline: readonly string[];
}

export interface BrokerState {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  /** Registered, and serving nobody: it is down, or not yet back. */
  readonly fenced: boolean;
  readonly leads: number;
  readonly replicas: number;
  readonly behind: number;
}

export interface QuorumState {
  /** Null where nobody leads. */
  readonly leaderId: number | null;
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly members: readonly QuorumMemberState[];
}

export interface QuorumMemberState {
  readonly id: number;
  readonly role: 'leader' | 'voter' | 'observer';
  readonly endOffset: number;
  /** Records that it lacks of the leader's log; null where the leader has not heard of it. */
  readonly lag: number | null;
  /** How long ago the leader heard of it last, by the leader's clock against its own last sign, ms; null where it does not say. */
  readonly silentMs: number | null;
  readonly endpoint: { readonly host: string; readonly port: number } | null;
}

/** A voter that lacks more has not caught up. */
const LAG_MAX = 1_000;
/** A voter that was not heard of for so long is taken for gone: half a dozen fetches did not come. */
const SILENT_MAX_MS = 5_000;

/** @throws {MillraceError} where no broker answers, or the quorum has no leader that does */
export async function surveyCluster(admin: Admin): Promise<ClusterState> {
  const [cluster, topics, quorum] = await Promise.all([
    admin.describeCluster({ includeFenced: true }),
    admin.listTopics(),
    admin.describeQuorum(),
  ]);
  const partitions = topics.flatMap(({ name, partitions: own }) =>
    own.map((partition) => ({ name: `${name}-${partition.partition}`, ...partition })),
  );
  const namesOf = (those: typeof partitions) => those.map(({ name }) => name);
  const brokers = cluster.brokers.map((broker) => {
    const held = partitions.filter(({ replicas }) => replicas.includes(broker.id));
    return {
      ...broker,
      leads: held.filter(({ leader }) => leader === broker.id).length,
      replicas: held.length,
      behind: held.filter(({ isr }) => !isr.includes(broker.id)).length,
    };
  });
  return {
    clusterId: cluster.clusterId,
    brokers: brokers.toSorted((a, b) => a.id - b.id),
    quorum: quorumState(quorum),
    partitions: partitions.length,
    underReplicated: namesOf(partitions.filter(({ isr, replicas }) => isr.length < replicas.length)),
    offline: namesOf(partitions.filter(({ leader }) => leader < 0)),
  };
}

/** What is not as it should be, in sentences; none where the cluster is whole. */
export function troublesOf({ brokers, quorum, underReplicated, offline }: ClusterState): readonly string[] {
  const voters = quorum.members.filter(({ role }) => role !== 'observer');
  return [
    ...brokers.filter(({ fenced }) => fenced).map(({ id }) => `broker ${id} is fenced`),
    ...(quorum.leaderId === null ? ['the quorum has no leader'] : []),
    ...voters.filter(isBehind).map(({ id }) => `voter ${id} of the quorum is behind`),
    ...(offline.length > 0 ? [`${counted(offline.length)} without a leader`] : []),
    ...(underReplicated.length > 0 ? [`${counted(underReplicated.length)} with replicas behind`] : []),
  ];
}

function isBehind({ lag, silentMs }: QuorumMemberState): boolean {
  return lag === null || lag > LAG_MAX || (silentMs !== null && silentMs > SILENT_MAX_MS);
}

function quorumState(quorum: Awaited<ReturnType<Admin['describeQuorum']>>): QuorumState {
  const { leaderId, leaderEpoch, highWatermark, voters, observers } = quorum;
  const leader = voters.find(({ id }) => id === leaderId);
  const ends = leader?.endOffset ?? highWatermark;
  const seen = leader?.lastFetchMs ?? null;
  const member = (role: QuorumMemberState['role']) => (of: (typeof voters)[number]) => ({
    ...{ id: of.id, role, endOffset: of.endOffset, endpoint: of.endpoint },
    lag: of.endOffset < 0 ? null : Math.max(0, ends - of.endOffset),
    silentMs: seen === null || of.lastFetchMs === null ? null : Math.max(0, seen - of.lastFetchMs),
  });
  return {
    leaderId: leaderId < 0 ? null : leaderId,
    leaderEpoch,
    highWatermark,
    members: [
      ...voters.map((voter) => member(voter.id === leaderId ? 'leader' : 'voter')(voter)),
      ...observers.map(member('observer')),
    ].toSorted((a, b) => a.id - b.id),
  };
}

function counted(partitions: number): string {
  return partitions === 1 ? '1 partition is' : `${partitions} partitions are`;
}
