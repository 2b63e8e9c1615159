import { table } from '../remote/table.ts';
import { type ClusterState, troublesOf } from './cluster-state.ts';

/** Partitions that are named; of more it is said how many. */
const NAMED_MAX = 20;

/** A cluster's state for people. */
export function statusText(state: ClusterState): string {
  const { quorum, brokers, partitions, underReplicated, offline } = state;
  const brokerTable = table(
    ['broker', 'address', 'rack', 'state', 'leads', 'replicas', 'behind'],
    brokers.map(({ id, host, port, rack, fenced, leads, replicas, behind }) => [
      ...[id, `${host}:${port}`, rack, fenced ? 'fenced' : 'serves', leads, replicas, behind],
    ]),
  );
  const quorumTable = table(
    ['node', 'role', 'end offset', 'lag', 'silent ms'],
    quorum.members.map(({ id, role, endOffset, lag, silentMs }) => [id, role, endOffset, lag, silentMs]),
  );
  const troubles = troublesOf(state);
  return [
    `cluster ${state.clusterId}: ${troubles.length === 0 ? 'whole' : troubles.join(', ')}`,
    brokerTable,
    `quorum: ${quorum.leaderId === null ? 'nobody leads' : `node ${quorum.leaderId} leads in epoch ${quorum.leaderEpoch}`}, ${quorum.highWatermark} records are committed\n${quorumTable}`,
    [`partitions: ${partitions}`, ...named('without a leader', offline)].join('\n'),
    ...named('with replicas behind', underReplicated),
  ].join('\n\n');
}

function named(what: string, partitions: readonly string[]): readonly string[] {
  if (partitions.length === 0) return [];
  const more = partitions.length - NAMED_MAX;
  const names = partitions.slice(0, NAMED_MAX).join(' ');
  return [`${what}: ${names}${more > 0 ? ` and ${more} more` : ''}`];
}
