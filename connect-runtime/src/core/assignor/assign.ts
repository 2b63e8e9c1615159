import { type TaskId, taskKey } from '../task-id.ts';
import { balance, lightest, type Shares } from './balance.ts';

/** What a worker holds: connectors (their task configs are its to compute) and tasks. */
export interface Assignment {
  readonly connectors: readonly string[];
  readonly tasks: readonly TaskId[];
}

export interface MemberState {
  readonly memberId: string;
  /** What it said it holds when it joined. */
  readonly held: Assignment;
  /** It is about to leave: its tasks go to others first. */
  readonly draining: boolean;
}

/** What a member is to hold from now on, and what it must give up first. */
export interface MemberAssignment {
  readonly assigned: Assignment;
  readonly revoked: Assignment;
}

export interface AssignRequest {
  readonly configured: Assignment;
  readonly members: readonly MemberState[];
  readonly leaderId: string;
  /** How much work a task is, by its key; 1 where it is not known: a task that does nothing. */
  readonly weights: ReadonlyMap<string, number>;
  /** Where the round before wanted to have the tasks that it had revoked: by task key the member id. */
  readonly intended: ReadonlyMap<string, string>;
}

export interface AssignPlan {
  readonly members: ReadonlyMap<string, MemberAssignment>;
  /** For the next round: where the tasks that are revoked in this one are to go. */
  readonly intended: ReadonlyMap<string, string>;
}

/**
 * Incremental cooperative assignment (KIP-415): nobody gives up what it may keep. What must move is only revoked in this
 * round; its holder joins again when it has let go, and the next round places it. Work that nobody holds is placed at
 * once: a member that is gone has lost its session, so there is nothing to wait for.
 *
 * Connectors go to the leader, which computes their task configs and writes them without asking anybody; tasks go to
 * whoever has least to do, and one that runs moves only where that pays ({@link balance}). A member that drains keeps
 * nothing, as long as there is one that does not.
 */
export function assign({ configured, members, leaderId, weights, intended }: AssignRequest): AssignPlan {
  const sorted = [...members].sort(byId);
  const plans = new Map(sorted.map((member) => [member.memberId, newPlan()]));
  placeConnectors(configured.connectors, sorted, leaderId, plans);
  const moving = placeTasks({ tasks: configured.tasks, members: sorted, weights, intended }, plans);
  return {
    members: new Map([...plans].map(([memberId, plan]) => [memberId, finished(plan)])),
    intended: moving,
  };
}

interface Plan {
  readonly connectors: Set<string>;
  readonly revokedConnectors: Set<string>;
  readonly tasks: Map<string, TaskId>;
  readonly revokedTasks: Map<string, TaskId>;
}

function placeConnectors(
  configured: readonly string[],
  members: readonly MemberState[],
  leaderId: string,
  plans: ReadonlyMap<string, Plan>,
): void {
  const wanted = new Set(configured);
  const heldByOthers = new Set<string>();
  const leader = plans.get(leaderId);
  for (const { memberId, held } of members) {
    const plan = planOf(plans, memberId);
    for (const connector of held.connectors) {
      if (wanted.has(connector) && memberId === leaderId) plan.connectors.add(connector);
      else plan.revokedConnectors.add(connector);
      if (memberId !== leaderId) heldByOthers.add(connector);
    }
  }
  for (const connector of configured) if (!heldByOthers.has(connector)) leader?.connectors.add(connector);
}

/** Answers where the tasks that are revoked are to go. */
function placeTasks(
  request: Pick<AssignRequest, 'members' | 'weights' | 'intended'> & { readonly tasks: readonly TaskId[] },
  plans: ReadonlyMap<string, Plan>,
): ReadonlyMap<string, string> {
  const { tasks, members, weights, intended } = request;
  const takers = members.some(({ draining }) => !draining)
    ? members.filter(({ draining }) => !draining)
    : members;
  const shares: Shares = new Map(takers.map(({ memberId }) => [memberId, { load: 0, tasks: new Map() }]));
  const weightOf = (key: string) => Math.max(1, weights.get(key) ?? 1);
  const homeless = new Map(tasks.map((id) => [taskKey(id), id]));
  const holders = keepHeld(members, homeless, { shares, weightOf, intended });
  const place = (key: string, memberId: string) => {
    const share = shares.get(memberId);
    if (!share) return;
    share.tasks.set(key, { weight: weightOf(key), settled: false });
    share.load += weightOf(key);
  };
  // The heaviest first, so that the light ones even out what these leave uneven.
  const byWeight = [...homeless.keys()].sort((a, b) => weightOf(b) - weightOf(a));
  for (const key of byWeight) {
    const meant = intended.get(key) ?? '';
    place(key, shares.has(meant) ? meant : lightest(shares));
  }
  balance(shares);
  return hand(tasks, members, { shares, holders }, plans);
}

/**
 * Each task stays with one of those who hold it, where that one takes tasks at all; what has found a place leaves `homeless`. One that
 * was revoked and still stops is held, and the first to go: were it kept, another one would be revoked in its place, and so on for ever
 * where the group meets as quickly as tasks stop.
 */
function keepHeld(
  members: readonly MemberState[],
  homeless: Map<string, TaskId>,
  {
    shares,
    weightOf,
    intended,
  }: Pick<AssignRequest, 'intended'> & {
    readonly shares: Shares;
    readonly weightOf: (key: string) => number;
  },
): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const { memberId, held } of members) {
    const share = shares.get(memberId);
    for (const id of held.tasks) {
      const key = taskKey(id);
      const others = holders.get(key);
      if (others) others.push(memberId);
      else holders.set(key, [memberId]);
      if (!share || !homeless.delete(key)) continue;
      share.tasks.set(key, { weight: weightOf(key), settled: (intended.get(key) ?? memberId) === memberId });
      share.load += weightOf(key);
    }
  }
  return holders;
}

/** What is meant for a member is handed to it where nobody else holds it; all that is held beside that is revoked. */
function hand(
  tasks: readonly TaskId[],
  members: readonly MemberState[],
  meant: { readonly shares: Shares; readonly holders: ReadonlyMap<string, readonly string[]> },
  plans: ReadonlyMap<string, Plan>,
): ReadonlyMap<string, string> {
  const homes = new Map<string, string>();
  for (const [memberId, share] of meant.shares)
    for (const key of share.tasks.keys()) homes.set(key, memberId);
  const moving = new Map<string, string>();
  for (const id of tasks) {
    const key = taskKey(id);
    const home = homes.get(key);
    if (home === undefined) continue;
    if (meant.holders.get(key)?.some((holder) => holder !== home)) moving.set(key, home);
    // Who holds it already keeps it: a second holder gives it up in this same round.
    if (!moving.has(key) || meant.holders.get(key)?.includes(home)) planOf(plans, home).tasks.set(key, id);
  }
  for (const { memberId, held } of members) {
    const plan = planOf(plans, memberId);
    for (const id of held.tasks) if (!plan.tasks.has(taskKey(id))) plan.revokedTasks.set(taskKey(id), id);
  }
  return moving;
}

function byId(a: MemberState, b: MemberState): number {
  return a.memberId < b.memberId ? -1 : a.memberId > b.memberId ? 1 : 0;
}

function newPlan(): Plan {
  return { connectors: new Set(), revokedConnectors: new Set(), tasks: new Map(), revokedTasks: new Map() };
}

function planOf(plans: ReadonlyMap<string, Plan>, memberId: string): Plan {
  return plans.get(memberId) ?? newPlan();
}

function finished(plan: Plan): MemberAssignment {
  return {
    assigned: { connectors: [...plan.connectors].sort(), tasks: [...plan.tasks.values()] },
    revoked: { connectors: [...plan.revokedConnectors].sort(), tasks: [...plan.revokedTasks.values()] },
  };
}
