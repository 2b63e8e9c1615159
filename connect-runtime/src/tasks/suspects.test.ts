import { describe, expect, test } from 'vitest';
import type { TaskId } from '../core/task-id.ts';
import { Suspects } from './suspects.ts';

const tasksOf = (count: number): readonly TaskId[] =>
  Array.from({ length: count }, (_, task) => ({ connector: 'c', task }));

describe('tasks of a host that died of one of them', () => {
  test('come back alone where they are few', () => {
    const suspects = new Suspects();
    const tasks = tasksOf(8);
    suspects.divide(tasks);
    expect(new Set(tasks.map((id) => suspects.partOf(id))).size).toBe(8);
    suspects.clear({ connector: 'c', task: 3 });
    expect(suspects.partOf({ connector: 'c', task: 3 })).toBeUndefined();
  });

  test.each([9, 75, 150, 1_000])('take few hosts, and the culprit of %d is alone soon', (count) => {
    const suspects = new Suspects();
    const culprit = { connector: 'c', task: Math.trunc(count / 3) };
    let company = tasksOf(count);
    let deaths = 0;
    const parts = new Set<string | undefined>();
    while (company.length > 1) {
      suspects.divide(company);
      deaths++;
      for (const id of company) parts.add(suspects.partOf(id));
      company = company.filter((id) => suspects.partOf(id) === suspects.partOf(culprit));
    }
    expect(deaths).toBeLessThanOrEqual(Math.ceil(Math.log(count) / Math.log(8)));
    expect(parts.size).toBeLessThanOrEqual(8 * deaths);
    expect(company).toEqual([culprit]);
  });

  test('never share a host with those of another division', () => {
    const suspects = new Suspects();
    const [some, others] = [tasksOf(40).slice(0, 20), tasksOf(40).slice(20)];
    suspects.divide(some);
    suspects.divide(others);
    const parts = new Set(some.map((id) => suspects.partOf(id)));
    expect(others.filter((id) => parts.has(suspects.partOf(id)))).toEqual([]);
  });

  test('take no more hosts than there may be, whoever dies', () => {
    const suspects = new Suspects();
    const tasks = tasksOf(200);
    const together = () => Map.groupBy(tasks, (id) => suspects.partOf(id) ?? 'all');
    for (let death = 0; death < 60; death++) {
      const groups = [...together().values()].filter((group) => group.length > 1);
      const dies = groups[death % groups.length];
      if (dies === undefined) break;
      suspects.divide(dies);
      expect(together().size).toBeLessThanOrEqual(24);
    }
    expect(together().size).toBeGreaterThan(20);
  });
});
