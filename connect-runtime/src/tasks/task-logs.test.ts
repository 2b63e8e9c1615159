import { describe, expect, it } from 'vitest';
import type { TaskLogLine } from './host-protocol.ts';
import { TaskLogs } from './task-logs.ts';

const id = { connector: 'c', task: 1 };
const line = (message: string, level: TaskLogLine['level'] = 'INFO'): TaskLogLine => ({
  atMs: 1,
  level,
  message,
  facts: {},
});

describe('TaskLogs', () => {
  it('keeps the newest lines, oldest first, and counts what went', () => {
    const logs = new TaskLogs();
    for (let number = 0; number < 600; number++) logs.add({ id, lines: [line(String(number))], dropped: 0 });
    logs.add({ id, lines: [], dropped: 7 });
    const { lines, dropped } = logs.newest(id, { limit: 2, level: 'INFO' });
    expect(lines.map(({ message }) => message)).toEqual(['598', '599']);
    expect(dropped).toBe(107);
    expect(logs.newest(id, { limit: 1_000, level: 'INFO' }).lines).toHaveLength(500);
  });

  it('is bounded in characters too', () => {
    const logs = new TaskLogs();
    for (let number = 0; number < 200; number++)
      logs.add({ id, lines: [line('x'.repeat(2_000))], dropped: 0 });
    const { lines } = logs.newest(id, { limit: 500, level: 'TRACE' });
    expect(lines.length * 2_000).toBeLessThanOrEqual(128 * 1024);
  });

  it('answers lines of at least the level, and nothing of a task that never wrote', () => {
    const logs = new TaskLogs();
    logs.add({ id, lines: [line('a', 'DEBUG'), line('b', 'WARN'), line('c', 'ERROR')], dropped: 0 });
    expect(logs.newest(id, { limit: 9, level: 'WARN' }).lines.map(({ message }) => message)).toEqual([
      'b',
      'c',
    ]);
    expect(logs.newest({ connector: 'c', task: 2 }, { limit: 9, level: 'INFO' })).toEqual({
      lines: [],
      dropped: 0,
    });
  });

  it('lets go of the task that was silent for longest', () => {
    const logs = new TaskLogs();
    for (let task = 0; task <= 1_000; task++)
      logs.add({ id: { connector: 'c', task }, lines: [line('x')], dropped: 0 });
    expect(logs.newest({ connector: 'c', task: 0 }, { limit: 1, level: 'INFO' }).lines).toEqual([]);
    expect(logs.newest({ connector: 'c', task: 1 }, { limit: 1, level: 'INFO' }).lines).toHaveLength(1);
  });
});
