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
  readonly draining = new Set<string>();
  readonly weights = new Map<string, number>();
  intended: ReadonlyMap<string, string> = new Map();

  loadOf(memberId: string): number {
    const tasks = this.held.get(memberId)?.tasks ?? [];
    return tasks.reduce((sum, id) => sum + (this.weights.get(taskKey(id)) ?? 1), 0);
  }

  round(configured: Assignment, memberIds: readonly string[]) {
    for (const memberId of [...this.held.keys()])
      if (!memberIds.includes(memberId)) this.held.delete(memberId);
    const members: MemberState[] = memberIds.map((memberId) => ({
      memberId,
      held: this.held.get(memberId) ?? nothing,
      draining: this.draining.has(memberId),
    }));
    const { intended, weights } = this;
    const answer = assign({ configured, members, leaderId: memberIds[0] ?? '', weights, intended });
    this.intended = answer.intended;
    const plan = answer.members;
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

/** One round, led by w1, that knows of no weights. */
function once(configured: Assignment, members: readonly MemberState[]) {
  return assign({ configured, members, leaderId: 'w1', weights: new Map(), intended: new Map() }).members;
}

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
    expect([...plan.values()].map(({ revoked }) => revoked.tasks.length)).toEqual([1, 0, 0]);
    expect(plan.get('w3')?.assigned.tasks).toEqual([]);
    group.converge(configured, ['w1', 'w2', 'w3']);
    expect([...group.held.values()].map(({ tasks }) => tasks.length)).toEqual([1, 2, 1]);
  });

  test('tasks that still stop when the group meets again go where they were to go, and no others move in their place', () => {
    const group = new Group();
    const configured = { connectors: [], tasks: tasksOf('a', 30) };
    group.converge(configured, ['w1', 'w2']);
    const ids = ['w1', 'w2', 'w3'];
    let stopping = new Map<string, readonly TaskId[]>();
    const movedBy: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (const memberId of ids) {
        const { connectors = [], tasks = [] } = group.held.get(memberId) ?? {};
        // As a worker tells it: what it was assigned first.
        group.held.set(memberId, { connectors, tasks: [...tasks, ...(stopping.get(memberId) ?? [])] });
      }
      const { plan } = group.round(configured, ids);
      const before = new Set([...stopping.values()].flat().map(taskKey));
      stopping = new Map([...plan].map(([memberId, { revoked }]) => [memberId, revoked.tasks]));
      // What was revoked before has stopped by now; what is revoked anew takes until after the next round.
      const fresh = [...stopping].map(
        ([memberId, tasks]) => [memberId, tasks.filter((id) => !before.has(taskKey(id)))] as const,
      );
      stopping = new Map(fresh);
      movedBy.push(fresh.flatMap(([, tasks]) => tasks).length);
    }
    expect(movedBy).toEqual([10, 0, 0, 0]);
    for (const memberId of ids) expect(group.held.get(memberId)?.tasks).toHaveLength(10);
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
    const members = ['w1', 'w2'].map((memberId) => ({ memberId, held, draining: false }));
    const plan = once({ connectors: ['a'], tasks: [task('a', 0)] }, members);
    expect([...plan.values()].flatMap(({ assigned }) => assigned.tasks)).toHaveLength(1);
    expect([...plan.values()].flatMap(({ revoked }) => revoked.tasks)).toHaveLength(1);
  });

  test('work that is configured no more is revoked', () => {
    const held = { connectors: ['gone'], tasks: [task('gone', 0)] };
    const plan = once(nothing, [{ memberId: 'w1', held, draining: false }]);
    expect(plan.get('w1')).toEqual({ assigned: nothing, revoked: held });
  });

  test('who drains ends with nothing, the others keep all that they had, and it is over in two rounds', () => {
    fc.assert(
      fc.property(work, (configured) => {
        const group = new Group();
        group.converge(configured, ['w1', 'w2', 'w3']);
        const before = new Map(group.held);
        group.draining.add('w2');
        expect(group.converge(configured, ['w1', 'w2', 'w3'])).toBeLessThanOrEqual(2);
        expect(group.held.get('w2')).toEqual(nothing);
        for (const memberId of ['w1', 'w3'])
          expect(group.held.get(memberId)?.tasks).toEqual(
            expect.arrayContaining([...before.get(memberId)!.tasks]),
          );
        for (const id of configured.tasks) expect(group.holdersOf(taskKey(id))).toBe(1);
      }),
    );
  });

  test('where all drain, everybody keeps what it has', () => {
    const group = new Group();
    const configured = { connectors: ['a'], tasks: tasksOf('a', 4) };
    group.converge(configured, ['w1', 'w2']);
    const before = new Map(group.held);
    group.draining.add('w1').add('w2');
    group.round(configured, ['w1', 'w2']);
    expect(group.held).toEqual(before);
  });

  test('heavy tasks are spread by their weight, not by their number', () => {
    const group = new Group();
    const configured = { connectors: ['a'], tasks: tasksOf('a', 8) };
    group.weights.set('a-0', 50).set('a-1', 50);
    group.converge(configured, ['w1', 'w2']);
    expect([group.loadOf('w1'), group.loadOf('w2')]).toEqual([53, 53]);
  });

  test('a task that has become heavy moves nothing back and forth: the group comes to rest and stays', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 5 }), (all, count) => {
        const group = new Group();
        const configured = { connectors: ['a'], tasks: tasksOf('a', all.length) };
        const ids = Array.from({ length: count }, (_, index) => `w${index + 1}`);
        group.converge(configured, ids);
        for (const [index, weight] of all.entries()) group.weights.set(`a-${index}`, weight);
        expect(group.converge(configured, ids)).toBeLessThanOrEqual(2);
        const before = new Map(group.held);
        group.round(configured, ids);
        expect(group.held).toEqual(before);
        // No single task could be moved from one to another so that the two were clearly closer.
        const pays = Math.max(1, (all.reduce((sum, one) => sum + one, 0) / count) * 0.05);
        for (const from of ids)
          for (const to of ids)
            for (const id of group.held.get(from)!.tasks)
              expect(group.loadOf(from) - group.loadOf(to) - group.weights.get(taskKey(id))!).toBeLessThan(
                pays,
              );
      }),
      { numRuns: 300 },
    );
  });
});
