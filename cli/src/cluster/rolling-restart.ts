import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from '@millrace/client';
import { isMillraceError, listed, MillraceError } from '@millrace/foundation';
import { type ClusterState, surveyCluster, troublesOf } from './cluster-state.ts';
import type { RollNode } from './restart-broker.ts';

export interface RollOptions {
  readonly admin: Admin;
  readonly restart: (node: RollNode) => Promise<void>;
  /** For each step of one node: until it is down, until it is back, until all is whole. */
  readonly timeoutMs: number;
  readonly say: (line: string) => void;
}

export interface RolledNode {
  readonly id: number;
  /** From the restart until all in-sync sets were whole again. */
  readonly tookMs: number;
}

const LOOK_INTERVAL_MS = 250;
const CONNECT_TIMEOUT_MS = 5_000;
/** Partitions that are named in a sentence. */
const NAMED_MAX = 10;

/**
 * Restarts the nodes of a cluster one by one: brokers and voters by their ids, and the leader of the quorum last, so that it moves once.
 * Each only when all in-sync sets are whole, and the one before it is back. Restarted is a node whose connection has ended, and that
 * takes a new one: however it was done. In the end preferred replicas lead again.
 * @throws {MillraceError} CLUSTER_NOT_WHOLE before anything was done, RESTART_FAILED, ROLL_TIMED_OUT, LEADERS_NOT_MOVED
 */
export async function rollCluster(options: RollOptions): Promise<readonly RolledNode[]> {
  const { admin, say } = options;
  const state = await surveyCluster(admin);
  const troubles = troublesOf(state);
  if (troubles.length > 0) {
    throw new MillraceError(`The cluster is not whole: ${troubles.join(', ')}.`, {
      ...{ code: 'CLUSTER_NOT_WHOLE', class: 'transient' },
      hint: 'Another broker down could be one too many. "millrace cluster status" shows where to begin.',
    });
  }
  const rolled: RolledNode[] = [];
  for (const node of rollOrder(state)) {
    const startedMs = performance.now();
    say(`node ${node.id}: restarts`);
    await restarted(node, options);
    await untilWhole(node, options);
    const tookMs = performance.now() - startedMs;
    say(`node ${node.id}: back, and all in-sync sets are whole, after ${(tookMs / 1000).toFixed(1)} s`);
    rolled.push({ id: node.id, tookMs });
  }
  await moveLeadersBack(options);
  return rolled;
}

/**
 * A node that stops hands over what it leads, and gets nothing back by itself: in the end the preferred replicas lead again, or the first
 * nodes would lead the least.
 * @throws {MillraceError} LEADERS_NOT_MOVED
 */
export async function moveLeadersBack({
  admin,
  say,
}: {
  readonly admin: Pick<Admin, 'electPreferredLeaders'>;
  readonly say: (line: string) => void;
}): Promise<void> {
  const elections = await admin.electPreferredLeaders().catch((error: unknown) => {
    if (!isMillraceError(error)) throw error;
    throw notMoved(`the election was refused: ${error.message}`, error);
  });
  const failed = elections.flatMap(({ topic, partition, error }) =>
    error === null ? [] : [{ name: `${topic}-${partition}`, error }],
  );
  if (failed[0] !== undefined) {
    const names = failed.map(({ name }) => name);
    throw notMoved(`${listed(names, NAMED_MAX)} (${failed[0].error.message})`, failed[0].error);
  }
  say(`leaders: ${elections.length} went back to their preferred replicas`);
}

function notMoved(which: string, cause: Error): MillraceError {
  return new MillraceError(`All nodes were restarted, but not all leaders are where they were: ${which}.`, {
    ...{ code: 'LEADERS_NOT_MOVED', class: 'transient', cause },
    hint: 'An election of preferred leaders puts that right once their replicas are in sync: kafka-leader-election --election-type preferred --all-topic-partitions, or the brokers by themselves under auto.leader.rebalance.enable.',
  });
}

/** The leader of the quorum comes last. */
export function rollOrder({ brokers, quorum }: ClusterState): readonly RollNode[] {
  const alone = quorum.members.flatMap(({ id, role, endpoint }) =>
    role === 'observer' || endpoint === null || brokers.some((broker) => broker.id === id)
      ? []
      : [{ id, ...endpoint }],
  );
  const nodes = [...brokers.map(({ id, host, port }) => ({ id, host, port })), ...alone];
  const rank = ({ id }: RollNode) => (id === quorum.leaderId ? 1 : 0);
  return nodes.toSorted((a, b) => rank(a) - rank(b) || a.id - b.id);
}

async function restarted(node: RollNode, { restart, timeoutMs }: RollOptions): Promise<void> {
  const before = await connected(node);
  if (before === null) throw timedOut(node, 'it takes no connection, though it serves');
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const down = once(before, 'close', { signal: deadline });
    down.catch(() => undefined);
    await restart(node);
    await down.catch(() => {
      throw timedOut(node, 'it did not go down');
    });
  } finally {
    before.destroy();
  }
  for (;;) {
    const after = await connected(node);
    after?.destroy();
    if (after !== null) return;
    if (deadline.aborted) throw timedOut(node, 'it did not come back');
    await delay(LOOK_INTERVAL_MS);
  }
}

async function untilWhole(node: RollNode, { admin, timeoutMs }: RollOptions): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  let troubles: readonly string[] = [];
  do {
    troubles = await surveyCluster(admin).then(troublesOf, (error: unknown) => {
      // While the quorum moves, nobody may know.
      if (isMillraceError(error) && error.class !== 'bug') return [error.message];
      throw error;
    });
    if (troubles.length === 0) return;
    await delay(LOOK_INTERVAL_MS);
  } while (performance.now() < deadlineMs);
  throw timedOut(node, troubles.join(', '));
}

/** Null where nobody listens. */
async function connected({ host, port }: RollNode): Promise<Socket | null> {
  const socket = connect({ host, port });
  // It is watched for its end alone.
  socket.on('error', () => undefined).resume();
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    return socket;
  } catch {
    socket.destroy();
    return null;
  }
}

function timedOut({ id }: RollNode, why: string): MillraceError {
  return new MillraceError(`The roll stops at node ${id}: ${why}.`, {
    ...{ code: 'ROLL_TIMED_OUT', class: 'transient' },
    hint: 'Nothing after it was touched. Look at "millrace cluster status", or give more time with --timeout-s.',
  });
}
