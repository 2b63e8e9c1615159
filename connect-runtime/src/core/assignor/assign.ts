import { type TaskId, taskKey } from '../task-id.ts';

/** What a worker holds: connectors (their task configs are its to compute) and tasks. */
export interface Assignment {
  readonly connectors: readonly string[];
  readonly tasks: readonly TaskId[];
}

export interface MemberState {
  readonly memberId: string;
  /** What it said it holds when it joined. */
  readonly held: Assignment;
}

/** What a member is to hold from now on, and what it must give up first. */
export interface MemberAssignment {
  readonly assigned: Assignment;
  readonly revoked: Assignment;
}

/**
 * Incremental cooperative assignment (KIP-415): nobody gives up what it may keep. What must move is only revoked in this
 * round; its holder joins again when it has let go, and the next round places it. Work that nobody holds is placed at
 * once: a member that is gone has lost its session, so there is nothing to wait for.
 *
 * Connectors go to the leader, which computes their task configs and writes them without asking anybody; tasks go to
 * whoever has fewest. When all has been placed, no member has two tasks more than another.
 */
export function assign(
  configured: Assignment,
  members: readonly MemberState[],
  leaderId: string,
): ReadonlyMap<string, MemberAssignment> {
  const plans = new Map([...members].sort(byId).map((member) => [member.memberId, newPlan()]));
  placeConnectors(configured.connectors, members, leaderId, plans);
  placeTasks(configured.tasks, members, plans);
  return new Map([...plans].map(([memberId, plan]) => [memberId, finished(plan)]));
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

function placeTasks(
  configured: readonly TaskId[],
  members: readonly MemberState[],
  plans: ReadonlyMap<string, Plan>,
): void {
  const unplaced = new Map(configured.map((id) => [taskKey(id), id]));
  const wanted = new Set(unplaced.keys());
  // Whoever holds most keeps one more where the tasks do not divide evenly, so that as few as can be move.
  const useful = ({ held }: MemberState) => new Set(held.tasks.map(taskKey).filter((key) => wanted.has(key)));
  const ranked = members
    .map((member) => ({ member, holds: useful(member).size }))
    .sort((a, b) => b.holds - a.holds || byId(a.member, b.member));
  const fewest = Math.floor(wanted.size / Math.max(1, members.length));
  const withOneMore = wanted.size % Math.max(1, members.length);
  for (const [rank, { member }] of ranked.entries()) {
    const plan = planOf(plans, member.memberId);
    const most = rank < withOneMore ? fewest + 1 : fewest;
    for (const id of member.held.tasks) {
      const key = taskKey(id);
      if (plan.tasks.has(key)) continue;
      // A task that two members say they hold stays with the first; the other one gives it up in this same round.
      const keeps = unplaced.has(key) && plan.tasks.size < most;
      if (keeps) {
        plan.tasks.set(key, id);
        unplaced.delete(key);
      } else plan.revokedTasks.set(key, id);
    }
  }
  for (const plan of plans.values()) for (const key of plan.revokedTasks.keys()) unplaced.delete(key);
  for (const [key, id] of unplaced) leastLoaded(plans)?.tasks.set(key, id);
}

function leastLoaded(plans: ReadonlyMap<string, Plan>): Plan | null {
  let best: Plan | null = null;
  for (const plan of plans.values()) if (best === null || plan.tasks.size < best.tasks.size) best = plan;
  return best;
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
