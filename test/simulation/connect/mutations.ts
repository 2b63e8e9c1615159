import {
  type AssignPlan,
  assign,
  type MemberAssignment,
} from '@millrace/connect-runtime/core/assignor/assign';
import { taskKey } from '@millrace/connect-runtime/core/task-id';
import type { SimWorker } from './sim-worker.ts';
import type { Mutation } from './world.ts';

/** Bugs such as one makes, planted one at a time: the simulation must find each. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'what is revoked is given to its new owner in the same round': {
    assign(request) {
      const plan = assign(request);
      return withMembers(plan, (memberId, mine) => ({
        ...mine,
        assigned: {
          ...mine.assigned,
          tasks: [
            ...mine.assigned.tasks,
            ...request.configured.tasks.filter((id) => plan.intended.get(taskKey(id)) === memberId),
          ],
        },
      }));
    },
  },
  'a task of a worker that is gone is forgotten': {
    assign(request) {
      const plan = assign(request);
      const held = new Set(request.members.flatMap(({ held: { tasks } }) => tasks.map(taskKey)));
      const lost = request.configured.tasks.find((id) => !held.has(taskKey(id)));
      const isKept = (id: { connector: string; task: number }) => !lost || taskKey(id) !== taskKey(lost);
      return withMembers(plan, (_, { assigned, revoked }) => ({
        revoked,
        assigned: { ...assigned, tasks: assigned.tasks.filter(isKept) },
      }));
    },
  },
  'every round divides anew, whoever holds what': {
    assign(request) {
      const { members, configured } = request;
      const plan = assign({ ...request, members: members.map((member) => ({ ...member, held: NOTHING })) });
      const held = new Map(members.map((member) => [member.memberId, member.held]));
      const holderOf = (key: string) =>
        members.find((member) => member.held.tasks.some((id) => taskKey(id) === key))?.memberId;
      return withMembers(plan, (memberId, { assigned }) => {
        const own = new Set(assigned.tasks.map(taskKey));
        const tasks = assigned.tasks.filter((id) => (holderOf(taskKey(id)) ?? memberId) === memberId);
        const mine = held.get(memberId) ?? NOTHING;
        const connectors = plan.members.get(memberId)?.assigned.connectors ?? [];
        const gone = mine.connectors.filter((name) => !connectors.includes(name));
        return {
          assigned: { connectors: connectors.filter((name) => configured.connectors.includes(name)), tasks },
          revoked: { connectors: gone, tasks: mine.tasks.filter((id) => !own.has(taskKey(id))) },
        };
      });
    },
  },
  'who drains is given tasks all the same': {
    assign: (request) =>
      assign({ ...request, members: request.members.map((member) => ({ ...member, draining: false })) }),
  },
  'a task that still stops is not told of with a join': {
    assign,
    join: (said, worker) => ({
      ...said,
      held: {
        ...said.held,
        tasks: said.held.tasks.filter((id) => !worker.stopping.has(taskKey(id))),
      },
    }),
  },
  'the group does not meet again when what was revoked is free': {
    assign,
    effects: (effects) =>
      effects.filter((effect) => effect.kind !== 'rejoin' || !effect.reason.startsWith('what was revoked')),
  },
  'the group does not meet when connectors or tasks come and go': {
    assign,
    effects: (effects) =>
      effects.filter(
        (effect) => effect.kind !== 'rejoin' || !effect.reason.startsWith('connectors or tasks'),
      ),
  },
  'a lost membership stops nothing': {
    assign,
    effects: (effects, worker) =>
      worker.memberId === '' && !worker.closing ? effects.filter(({ kind }) => kind !== 'stop') : effects,
  },
  'tasks start before the config topic is read as far as the leader had': {
    assign,
    event: (event) =>
      event.kind === 'assigned' ? { ...event, assignment: { ...event.assignment, configOffset: -1 } } : event,
  },
  'every change of a connector restarts its tasks': {
    assign,
    effects: (effects, worker) => {
      const told = effects.flatMap((effect) => (effect.kind === 'tellConnector' ? [effect.connector] : []));
      const again = [...worker.tasks.values()].filter(
        ({ id }) => told.includes(id.connector) && !worker.stopping.has(taskKey(id)),
      );
      return [...again.map(({ id }) => ({ kind: 'stop', id }) as const), ...effects];
    },
  },
  'a config that changes while its task configs are computed is not noticed': {
    assign,
    event(event, worker) {
      const asked = askedOf(worker);
      if (event.kind === 'connectorSplit' || event.kind === 'connectorFailed') asked.delete(event.connector);
      if (event.kind !== 'configChanged' || event.change.kind !== 'connector') return event;
      return asked.has(event.change.connector) ? null : event;
    },
    effects(effects, worker) {
      for (const effect of effects)
        if (effect.kind === 'splitConnector') askedOf(worker).add(effect.connector);
      return effects;
    },
  },
  'a pause is not passed on': {
    assign,
    effects: (effects) => effects.filter(({ kind }) => kind !== 'pause'),
  },
  'a config that could not be read is taken for read': {
    assign,
    event: (event) => (event.kind === 'configRead' ? { ...event, ok: true } : event),
  },
};

/** Connectors whose plugin was asked and has not answered. */
const asked = new WeakMap<SimWorker, Set<string>>();

function askedOf(worker: SimWorker): Set<string> {
  const known = asked.get(worker) ?? new Set<string>();
  asked.set(worker, known);
  return known;
}

const NOTHING = { connectors: [], tasks: [] } as const;

function withMembers(
  plan: AssignPlan,
  change: (memberId: string, mine: MemberAssignment) => MemberAssignment,
): AssignPlan {
  const members = [...plan.members].map(([memberId, mine]) => [memberId, change(memberId, mine)] as const);
  return { ...plan, members: new Map(members) };
}
