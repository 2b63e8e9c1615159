import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TaskId, taskKey } from '../task-id.ts';
import { type Assignment, assign, type MemberState } from './assign.ts';

const nothing: Assignment = { connectors: [], tasks: [] };
const task = (connector: string, number: number): TaskId => ({ connector, task: number });
const tasksOf = (connector: string, count: number) =>
  Array.from({ length: count }, (_, number) => task(connector, number));

/** Members do as they are told: they hold what was assigned, which is without what was revoked. */
class Group {
  readonly held = new Map<string, Assignment>();

  round(configured: Assignment, memberIds: readonly string[]) {
    for (const memberId of [...this.held.keys()])
      if (!memberIds.includes(memberId)) this.held.delete(memberId);
    const members: MemberState[] = memberIds.map((memberId) => ({
      memberId,
      held: this.held.get(memberId) ?? nothing,
    }));
    const plan = assign(configured, members, memberIds[0] ?? '');
    for (const [memberId, { assigned }] of plan) this.held.set(memberId, assigned);
    return { members, plan };
  }

  converge(configured: Assignment, memberIds: readonly string[]): number {
    for (let rounds = 1; rounds < 10; rounds++) {
      const { plan } = this.round(configured, memberIds);
      const revoked = [...plan.values()].flatMap((one) => [...one.revoked.connectors, ...one.revoked.tasks]);
      if (revoked.length === 0) return rounds;
    }
    throw new Error('the group does not come to rest');
  }

  holdersOf(key: string): number {
    return [...this.held.values()].flatMap(({ tasks }) => tasks.map(taskKey)).filter((one) => one === key)
      .length;
  }
}

const memberIds = fc.uniqueArray(fc.constantFrom('w1', 'w2', 'w3', 'w4', 'w5', 'w6'), { minLength: 1 });
const work = fc
  .uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c-1', 'd'), count: fc.nat(7) }), {
    selector: ({ name }) => name,
  })
  .map(
    (connectors): Assignment => ({
      connectors: connectors.map(({ name }) => name),
      tasks: connectors.flatMap(({ name, count }) => tasksOf(name, count)),
    }),
  );
const history = fc.array(fc.record({ memberIds, work }), { minLength: 1, maxLength: 6 });

describe('assign', () => {
  test('whatever joins, leaves and changes: work ends with exactly one holder, evenly, within two rounds', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const group = new Group();
        for (const step of steps) {
          expect(group.converge(step.work, step.memberIds)).toBeLessThanOrEqual(2);
          for (const id of step.work.tasks) expect(group.holdersOf(taskKey(id))).toBe(1);
          const loads = step.memberIds.map((memberId) => group.held.get(memberId)?.tasks.length ?? 0);
          expect(loads.reduce((sum, load) => sum + load, 0)).toBe(step.work.tasks.length);
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
          expect(group.held.get(step.memberIds[0]!)?.connectors).toEqual([...step.work.connectors].sort());
        }
      }),
      { numRuns: 500 },
    );
  });

  test('in no round is work given to one member while another still holds it', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const group = new Group();
        for (const step of steps) {
          const { members, plan } = group.round(step.work, step.memberIds);
          for (const { memberId, held } of members) {
            const before = new Set([...held.connectors, ...held.tasks.map(taskKey)]);
            for (const [otherId, { assigned }] of plan) {
              if (otherId === memberId) continue;
              for (const key of [...assigned.connectors, ...assigned.tasks.map(taskKey)])
                expect(before.has(key)).toBe(false);
            }
          }
        }
      }),
    );
  });

  test('everything held is either kept or revoked, and what is kept by nobody is not revoked without need', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const group = new Group();
        for (const step of steps) {
          const { members, plan } = group.round(step.work, step.memberIds);
          const fewest = Math.floor(step.work.tasks.length / step.memberIds.length);
          const wanted = new Set(step.work.tasks.map(taskKey));
          for (const { memberId, held } of members) {
            const { assigned, revoked } = plan.get(memberId)!;
            const kept = new Set(assigned.tasks.map(taskKey));
            const gone = new Set(revoked.tasks.map(taskKey));
            for (const id of held.tasks) expect(kept.has(taskKey(id))).toBe(!gone.has(taskKey(id)));
            // Whoever gives up a task that is still wanted has at least its share left.
            if ([...gone].some((key) => wanted.has(key))) expect(kept.size).toBeGreaterThanOrEqual(fewest);
          }
        }
      }),
    );
  });

  test('a group at rest stays as it is', () => {
    const group = new Group();
    const configured = { connectors: ['a'], tasks: tasksOf('a', 5) };
    group.converge(configured, ['w1', 'w2']);
    const before = new Map(group.held);
    group.round(configured, ['w1', 'w2']);
    expect(group.held).toEqual(before);
  });

  test('a third worker gets its share of four tasks, and only what moves is revoked', () => {
    const group = new Group();
    const configured = { connectors: ['a'], tasks: tasksOf('a', 4) };
    group.converge(configured, ['w1', 'w2']);
    const { plan } = group.round(configured, ['w1', 'w2', 'w3']);
    expect([...plan.values()].map(({ revoked }) => revoked.tasks.length)).toEqual([0, 1, 0]);
    expect(plan.get('w3')?.assigned.tasks).toEqual([]);
    group.converge(configured, ['w1', 'w2', 'w3']);
    expect([...group.held.values()].map(({ tasks }) => tasks.length)).toEqual([2, 1, 1]);
  });

  test('the tasks of a worker that is gone are placed at once', () => {
    const group = new Group();
    const configured = { connectors: ['a'], tasks: tasksOf('a', 4) };
    group.converge(configured, ['w1', 'w2']);
    const { plan } = group.round(configured, ['w2']);
    expect(plan.get('w2')?.assigned.tasks).toHaveLength(4);
    expect(plan.get('w2')?.assigned.connectors).toEqual(['a']);
  });

  test('a task that two workers hold stays with one of them', () => {
    const held = { connectors: [], tasks: [task('a', 0)] };
    const members = ['w1', 'w2'].map((memberId) => ({ memberId, held }));
    const plan = assign({ connectors: ['a'], tasks: [task('a', 0)] }, members, 'w1');
    expect([...plan.values()].flatMap(({ assigned }) => assigned.tasks)).toHaveLength(1);
    expect([...plan.values()].flatMap(({ revoked }) => revoked.tasks)).toHaveLength(1);
  });

  test('work that is configured no more is revoked', () => {
    const held = { connectors: ['gone'], tasks: [task('gone', 0)] };
    const plan = assign(nothing, [{ memberId: 'w1', held }], 'w1');
    expect(plan.get('w1')).toEqual({ assigned: nothing, revoked: held });
  });
});
